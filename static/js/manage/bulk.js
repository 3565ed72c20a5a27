// How many links are chosen, and choosing all that are shown; the rest is the form's.
const boxes = () => [...document.querySelectorAll("input[form=bulk]")];

function count() {
  const words = document.querySelector("#bulk .count");
  if (!words) return;
  const chosen = boxes().filter((box) => box.checked).length;
  words.textContent = chosen === 1 ? words.dataset.one : words.dataset.many.replace("%n", chosen);
}

document.addEventListener("change", (event) => event.target.form?.id === "bulk" && count());
document.addEventListener("reset", (event) => event.target.id === "bulk" && setTimeout(count));
document.addEventListener("htmx:load", count);
addEventListener("pageshow", count);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-action=choose-all]")) {
    for (const box of boxes()) box.checked = true;
    count();
  }
  if (event.target.closest("[data-action=print]")) print();
});
