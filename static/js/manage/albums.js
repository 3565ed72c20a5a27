// The album browser: albums come as they come near the screen.
import { fetchPart, split } from "./parts.js";
import { Rows } from "./rows.js";

let rows = null;

function setUp() {
  rows?.close();
  const box = document.querySelector("#albums [data-rows]");
  rows = null;
  if (!box) return;
  const [total, step, start] = ["total", "step", "start"].map((name) => Number(box.dataset[name]));
  rows = new Rows(box, { total, step, start, fetchRows });
  for (const pages of document.querySelectorAll("#albums [data-pages]")) pages.hidden = true;
}

async function fetchRows(start, count) {
  const fresh = await fetchPart("#albums [data-rows]", start, count);
  if (Number(fresh?.dataset.start) !== start) return null;
  if (Number(fresh.dataset.total) !== rows.total) rows.setTotal(Number(fresh.dataset.total));
  return split(fresh.querySelector("[data-chunk]"), rows.step);
}

document.addEventListener("htmx:load", ({ detail }) => detail.elt.id === "albums" && setUp());
setUp();
