// Which links are chosen, whether their rows are in the document or not; the rest is the form's.
export const chosen = new Set();

const boxes = () => [...document.querySelectorAll("input[form=bulk]")];
const form = () => document.querySelector("#bulk");

export function count() {
  const words = form()?.querySelector(".count");
  if (!words) return;
  const number = chosen.size.toLocaleString(document.documentElement.lang);
  words.textContent = chosen.size === 1 ? words.dataset.one : words.dataset.many.replace("%n", number);
  form().classList.toggle("is-open", chosen.size > 0);
}

/** Ticks what is chosen, in rows that came into the document. */
export function mark() {
  for (const box of boxes()) box.checked = chosen.has(box.value);
  count();
}

export function clear() {
  chosen.clear();
  mark();
}

async function chooseAll(button) {
  const answer = await fetch(button.dataset.ids).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  for (const id of (await answer.text()).split("\n")) if (id) chosen.add(id);
  mark();
}

document.addEventListener("change", ({ target }) => {
  if (target.form?.id !== "bulk" || target.name !== "link") return;
  if (target.checked) chosen.add(target.value);
  else chosen.delete(target.value);
  count();
});

// Thousands of fields are more than a form may have: they go as one.
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.id !== "bulk") return;
  formData.delete("link");
  formData.set("links", [...chosen].join());
});

document.addEventListener("reset", (event) => event.target.id === "bulk" && setTimeout(clear));
document.addEventListener("click", (event) => {
  const all = event.target.closest("[data-action=choose-all]");
  if (all) chooseAll(all);
  if (event.target.closest("[data-action=print]")) print();
});

// A page restored by Back or a reload has its ticks again.
addEventListener("pageshow", () => {
  for (const box of boxes()) if (box.checked) chosen.add(box.value);
  count();
});
