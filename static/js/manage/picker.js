// Choosing photos: ranges with Shift, whole days, and a count that is true for days not loaded yet.
const picker = document.querySelector("[data-picker]");
let last = null;

const photos = () => [...picker.querySelectorAll("input[name=photo]")];
const sections = (day) => [...picker.querySelectorAll(`.day[data-day="${day}"]`)];
const inDay = (day) => sections(day).flatMap((section) => [...section.querySelectorAll("input[name=photo]")]);
const dayBox = (day) => picker.querySelector(`input[name=day][value="${day}"]`);

function chooseRange(to) {
  const all = photos();
  const [from, end] = [all.indexOf(last), all.indexOf(to)].sort((a, b) => a - b);
  for (const box of all.slice(Math.max(from, 0), end + 1)) box.checked = to.checked;
}

function markDay(day, total) {
  const head = dayBox(day);
  if (!head) return;
  const boxes = inDay(day);
  const chosen = boxes.filter((box) => box.checked).length;
  // A day is chosen as a whole only when all of it is, photos that are not loaded yet included.
  head.checked = chosen === boxes.length && (head.checked || chosen === total);
  head.indeterminate = chosen > 0 && !head.checked;
}

function markDays() {
  for (const section of picker.querySelectorAll(".day")) {
    markDay(section.dataset.day, Number(section.dataset.count));
  }
}

function count() {
  let chosen = 0;
  const counted = new Set();
  for (const section of picker.querySelectorAll(".day")) {
    const { day } = section.dataset;
    if (counted.has(day)) continue;
    counted.add(day);
    chosen += dayBox(day)?.checked ? Number(section.dataset.count) : inDay(day).filter((box) => box.checked).length;
  }
  const words = picker.querySelector(".count");
  words.textContent = chosen === 1 ? words.dataset.one : words.dataset.many.replace("%n", chosen);
}

function changed(event) {
  const { target } = event;
  if (target.name === "day") for (const box of inDay(target.value)) box.checked = target.checked;
  if (target.name === "photo") {
    if (event.detail?.shift && last) chooseRange(target);
    last = target;
  }
  markDays();
  count();
}

// What comes in by scrolling belongs to a day that may be chosen already.
function arrived() {
  for (const head of picker.querySelectorAll("input[name=day]:checked")) {
    for (const box of inDay(head.value)) box.checked = true;
  }
  count();
}

// Thousands of fields are more than a form may have: they go as one.
function pack(event) {
  event.formData.set("photos", event.formData.getAll("photo").join(","));
  event.formData.delete("photo");
}

if (picker) {
  let shift = false;
  picker.addEventListener("pointerdown", (event) => (shift = event.shiftKey));
  picker.addEventListener("change", (event) => {
    changed({ target: event.target, detail: { shift } });
    shift = false;
  });
  picker.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  picker.addEventListener("reset", () => setTimeout(() => { markDays(); count(); }));
  picker.addEventListener("formdata", pack);
  picker.addEventListener("htmx:afterSettle", arrived);
  // A page restored by Back has its checks again.
  addEventListener("pageshow", () => { markDays(); count(); });
}
