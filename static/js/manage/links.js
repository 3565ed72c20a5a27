// The list of links: rows come as they come near the screen, and change as links do.
import { chosen, clear, mark } from "./bulk.js";
import { fetchPart, parse, replacePieces, split } from "./parts.js";
import { Rows } from "./rows.js";

let rows = null;

export const list = () => document.querySelector("#links[data-live]");
const number = (element, name) => Number(element.dataset[name]);
const rowsIn = (element) => [...element.querySelectorAll("[data-row]")];
const notes = (element) => [...element.querySelectorAll(":scope > .toast, :scope > .notice")];

function setUp() {
  rows?.close();
  rows = null;
  const box = list()?.querySelector("[data-rows]");
  if (!box) return;
  const [total, step, start] = ["total", "step", "start"].map((name) => number(list(), name));
  rows = new Rows(box, { total, step, start, fetchRows });
  rows.addEventListener("filled", mark);
  for (const pages of list().querySelectorAll("[data-pages]")) pages.hidden = true;
}

async function fetchRows(start, count) {
  const fresh = await fetchPart("#links", start, count);
  const chunk = fresh?.querySelector("[data-chunk]");
  if (!chunk || number(fresh, "start") !== start) return null;
  if (fresh.dataset.version !== list()?.dataset.version) document.dispatchEvent(new Event("links:stale"));
  return split(chunk, rows.step);
}

/** Fetches what is in the document again, and shows what is new. */
export async function refresh({ force = false } = {}) {
  const old = list();
  for (const [start, count] of rows?.spans ?? [[0, 0]]) {
    const fresh = await fetchPart("#links", start, count);
    if (old !== list()) return; // something else was asked for meanwhile
    if (fresh && old) show(old, fresh, start, force);
  }
}

// Texts change in place, so that nothing chosen, focused or unfolded is lost; links that come or go
// are shown once nobody is in the middle of choosing.
function show(old, fresh, start, force) {
  const chunk = fresh.querySelector("[data-chunk]");
  const isBusy = !force && (chosen.size > 0 || old.contains(document.activeElement));
  if (!isBusy && (!chunk || !rows)) return replace(old, fresh);
  if (!isBusy && (force || !isSame(fresh, start))) {
    rows.setTotal(number(fresh, "total"));
    if (number(fresh, "start") === start) rows.fill(start, split(chunk, rows.step));
  } else {
    for (const row of rowsIn(fresh)) replacePieces(document.getElementById(row.id), row);
  }
  replacePieces(old, fresh, ":scope > ");
  old.dataset.version = fresh.dataset.version;
}

function isSame(fresh, start) {
  const step = number(fresh, "step");
  const shown = rows.chunks.slice(start / step).flatMap(rowsIn).slice(0, rowsIn(fresh).length);
  const ids = (all) => all.map((row) => row.id).join();
  return number(fresh, "total") === rows.total && ids(shown) === ids(rowsIn(fresh));
}

function replace(old, fresh) {
  fresh.prepend(...notes(old));
  old.replaceWith(fresh);
  window.htmx.process(fresh);
  window.htmx.trigger(fresh, "htmx:load", { elt: fresh });
}

// After something was done in a long list, the answer's first rows are not the ones looked at.
async function done(event) {
  const { target, requestConfig, serverResponse } = event.detail;
  if (target.id !== "links" || requestConfig?.verb !== "post" || !(rows?.total > rows?.step)) return;
  const fresh = parse(serverResponse, "#links");
  if (!fresh?.querySelector("[data-chunk]")) return;
  event.detail.shouldSwap = false;
  const focused = document.activeElement?.id;
  for (const note of notes(list())) note.remove();
  for (const note of notes(fresh).reverse()) {
    list().prepend(note);
    window.htmx.process(note);
  }
  clear();
  await refresh({ force: true });
  (document.getElementById(focused) ?? document.getElementById("undo"))?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", done);
document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.id !== "links") return;
  clear();
  setUp();
});
setUp();
