// Choosing photos: by one, by range with Shift, by day; in the document or not loaded yet.
import { Choice } from "./choice.js";
import { parse } from "./parts.js";
import { Rows } from "./rows.js";

const picker = document.querySelector("[data-picker]");
const place = `chosen ${location.pathname}`; // in the tab's memory, for the way back

function start() {
  const choice = new Choice(picker);
  const rows = new Rows(picker.querySelector("[data-rows]"), { fetchChunk, heightOf });
  rows.addEventListener("filled", () => mark(choice));
  for (const pages of picker.querySelectorAll("[data-pages]")) pages.hidden = true;
  let shift = false;
  let last = null;
  picker.addEventListener("pointerdown", (event) => (shift = event.shiftKey));
  picker.addEventListener("keydown", (event) => (shift = event.shiftKey));
  picker.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  picker.addEventListener("change", async ({ target }) => {
    const isRange = shift && last;
    shift = false;
    if (target.name === "day") await choice.setDay(target.value, target.checked);
    else if (target.name === "photo" && isRange) await choice.setRange(last, target.value, target.checked);
    else if (target.name === "photo") choice.set(target.value, dayOf(target), target.checked);
    if (target.name === "photo") last = target.value;
    mark(choice);
  });
  picker.addEventListener("reset", () => setTimeout(() => { choice.clear(); mark(choice); }));
  picker.addEventListener("submit", () => keep(choice));
  picker.addEventListener("formdata", ({ formData }) => {
    // Thousands of fields are more than a form may have: they go as one.
    for (const name of ["photo", "day"]) formData.delete(name);
    formData.set("photos", [...choice.ids].join());
  });
  addEventListener("pageshow", () => restore(choice));
}

const dayOf = (box) => box.closest(".day").dataset.day;

function mark(choice) {
  for (const box of picker.querySelectorAll("input[name=photo]")) box.checked = choice.ids.has(box.value);
  for (const head of picker.querySelectorAll("input[name=day]")) {
    const [count, of] = choice.ofDay(head.value);
    head.checked = count > 0 && count === of;
    head.indeterminate = count > 0 && count < of;
  }
  const { size } = choice.ids;
  const words = picker.querySelector(".count");
  const number = size.toLocaleString(document.documentElement.lang);
  words.textContent = size === 1 ? words.dataset.one : words.dataset.many.replace("%n", number);
  picker.querySelector(".picked").classList.toggle("is-open", size > 0);
}

async function fetchChunk(chunk) {
  const address = new URL(location.href);
  address.searchParams.set("offset", chunk.dataset.start);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) return null;
  const fresh = parse(await answer.text(), "[data-chunk]");
  return fresh?.dataset.start === chunk.dataset.start ? fresh : null;
}

// The height of days that are not loaded, from those that are: tiles are squares, heads alike.
function heightOf(chunk) {
  const known = picker.querySelector(".day:has(.tile)");
  if (!known) return 0;
  const list = known.querySelector(".tiles");
  const style = getComputedStyle(list);
  const columns = style.gridTemplateColumns.split(" ").length;
  const gap = parseFloat(style.rowGap);
  const row = list.firstElementChild.getBoundingClientRect().height + gap;
  const below = parseFloat(getComputedStyle(known).marginBottom);
  const head = picker.querySelector(".day-head");
  const above = head ? head.getBoundingClientRect().height + parseFloat(getComputedStyle(head).marginBottom) : 0;
  const heights = chunk.dataset.days.split(",").filter(Boolean).map((text) => {
    const count = Number(text.split(":")[1]);
    return Math.ceil(count / columns) * row - gap + above + below;
  });
  return heights.reduce((sum, height) => sum + height, 0);
}

function keep(choice) {
  try {
    sessionStorage.setItem(place, [...choice.ids].join());
  } catch {
    // No room or no permission: then the way back begins anew.
  }
}

async function restore(choice) {
  const kept = sessionStorage.getItem(place);
  sessionStorage.removeItem(place);
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (kept && isBack) await choice.setAll(kept.split(","));
  else for (const box of picker.querySelectorAll("input[name=photo]:checked")) choice.set(box.value, dayOf(box), true);
  mark(choice);
}

if (picker) start();
