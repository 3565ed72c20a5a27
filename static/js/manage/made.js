// Choosing photos in an album made here: ranges with Shift, and how many are chosen.
const form = document.querySelector("[data-made]");
let last = null;
let shift = false;

const boxes = () => [...form.querySelectorAll("input[name=photo]")];

function count() {
  const words = form.querySelector(".count");
  const chosen = boxes().filter((box) => box.checked).length;
  words.textContent = chosen === 1 ? words.dataset.one : words.dataset.many.replace("%n", chosen);
}

function chooseRange(to) {
  const all = boxes();
  const [from, end] = [all.indexOf(last), all.indexOf(to)].sort((a, b) => a - b);
  for (const box of all.slice(Math.max(from, 0), end + 1)) box.checked = to.checked;
}

if (form) {
  form.addEventListener("pointerdown", (event) => (shift = event.shiftKey));
  form.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  form.addEventListener("change", ({ target }) => {
    if (shift && last) chooseRange(target);
    last = target;
    shift = false;
    count();
  });
  form.addEventListener("reset", () => setTimeout(count));
  // Thousands of fields are more than a form may have: they go as one.
  form.addEventListener("formdata", ({ formData }) => {
    formData.set("photos", formData.getAll("photo").join(","));
    formData.delete("photo");
  });
  addEventListener("pageshow", count);
  count();
}
