// Offers to put Loggia on the home screen, where the browser can; only those who do get the service
// worker by which the phone's gallery shares photos with it. A link is remembered, to be offered then.

import { remember } from "./links.js";

const { worker, scope, base, title } = document.querySelector("link[rel=manifest]").dataset;
let offer = null;

if (title) remember(base, title);

export function register() {
  // Over plain HTTP there is none, and in some browsers none that is a module.
  navigator.serviceWorker?.register(worker, { scope, type: "module" }).catch(() => {});
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault(); // photos lead: nobody is asked who did not look for it
  offer = event;
  show(true);
});
addEventListener("appinstalled", () => {
  register();
  show(false);
});
document.addEventListener("click", async ({ target }) => {
  if (!target.closest("[data-action=install]") || !offer) return;
  await offer.prompt();
  offer = null;
  show(false);
});
if (matchMedia("(display-mode: standalone)").matches) register();

function show(isOffered) {
  for (const element of document.querySelectorAll("[data-installable]")) element.hidden = !isOffered;
}
