import "./copy.js";
import "./password.js";
import "./link-form.js";
import "./albums.js";
import "./picker.js";
import "./bulk.js";
import "./links.js";
import "./review.js";
import "./live.js";

// What works only with script is hidden until there is script, in parts swapped in later too.
function reveal(root) {
  for (const element of root.querySelectorAll("[data-needs-script]")) element.hidden = false;
  for (const element of root.querySelectorAll("[data-share]")) element.hidden = !navigator.share;
}

reveal(document);
// On a phone the pages' names may not all fit.
document.querySelector(".rooms [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
document.addEventListener("htmx:load", (event) => reveal(event.detail.elt));

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest("[data-action=dismiss]");
  if (!dismiss) return;
  event.preventDefault();
  dismiss.closest(".toast").remove();
  history.replaceState(history.state, "", location.pathname);
});
