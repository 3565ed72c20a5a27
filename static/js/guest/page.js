// The guest's page: places the photos before they are first painted, then wakes the rest.

import { Grid, shapeAtHand } from "./grid.js";
import { indexOf } from "./tiles.js";

const root = document.getElementById("grid");
const grid = new Grid(root);
let viewer = null;

document.documentElement.classList.add("scripted");
history.scrollRestoration = "manual";
start();

async function start() {
  const inline = document.getElementById("timeline");
  const first = indexOf(root.querySelector(".tile"));
  if (inline) grid.setShape(JSON.parse(inline.textContent));
  else if (first === 0) grid.setShape(shapeAtHand(root));
  import("./placeholder.js").then(({ paintPlaceholders }) => paintPlaceholders(grid));
  whenShown(wake);
  if (!inline) await loadTimeline();
  returnToPlace(first);
}

async function loadTimeline() {
  const response = await fetch(`${root.dataset.base}/timeline`, { credentials: "include" });
  const isTimeline = response.headers.get("Content-Type")?.startsWith("application/json");
  if (!isTimeline) return location.reload();
  grid.setShape(await response.json());
}

function returnToPlace(first) {
  const wanted = /^#photo-(\d{1,9})$/.exec(location.hash);
  if (history.state?.place) grid.goTo(history.state.place);
  else if (wanted) grid.reveal(Number(wanted[1]) - 1, "center");
  else if (first > 0) grid.goTo({ index: first, offset: 120 });
}

// What nobody needs before the first screen is complete waits until then, or for a moment.
function whenShown(act) {
  const timer = setTimeout(once, 1500);
  addEventListener("load", once);
  if (document.readyState === "complete") once();

  function once() {
    removeEventListener("load", once);
    clearTimeout(timer);
    act();
  }
}

function wake() {
  grid.widen();
  if ("download" in root.dataset) wakeSelection();
  import("./scrubber.js").then(({ addScrubber }) => addScrubber(grid));
  import("./grid-keys.js").then(({ moveByKeys }) => moveByKeys(grid));
  import("./hover.js").then(({ playOnHover }) => playOnHover(grid));
}

// Photos ticked before the script for it has come are ticked when it has.
const early = [];
const keepEarly = ({ target, shiftKey }) => target.closest(".pick") && early.push([target, shiftKey]);
root.addEventListener("click", keepEarly);

async function wakeSelection() {
  const { addSelection } = await import("./selection.js");
  root.removeEventListener("click", keepEarly);
  addSelection(grid);
  for (const [target, shiftKey] of early) {
    target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  }
}

// The album changed while it was looked at: take its new shape, and stay where one is.
grid.tiles.addEventListener("changed", async () => {
  grid.tiles.clear();
  const place = grid.place();
  await loadTimeline();
  if (place) grid.goTo(place);
});
grid.tiles.addEventListener("closed", () => location.reload());

// Coming back, by reload or history, leads to where one was. Kept when scrolling rests, since a page
// that is being left may no longer write it.
let resting = 0;
addEventListener("scroll", () => {
  clearTimeout(resting);
  resting = setTimeout(() => history.replaceState({ ...history.state, place: grid.place() }, ""), 250);
}, { passive: true });

// ── The viewer, fetched when someone is about to need it ──
const loadViewer = () => (viewer ??= import("./viewer.js").then(({ Viewer }) => new Viewer(grid)));
root.addEventListener("pointerover", loadViewer, { once: true });
root.addEventListener("touchstart", loadViewer, { once: true, passive: true });
root.addEventListener("focusin", loadViewer, { once: true });

root.addEventListener("click", async (event) => {
  const link = event.target.closest(".tile > a");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (!link || !isPlain || event.defaultPrevented) return;
  event.preventDefault();
  const index = indexOf(link.closest(".tile"));
  try {
    (await loadViewer()).open(index);
  } catch {
    location.assign(link.href); // without the viewer the photo still has its own page
  }
});
addEventListener("popstate", async ({ state }) => {
  if (Number.isInteger(state?.photo)) (await loadViewer()).open(state.photo, { isRevisit: true });
  else if (viewer) (await viewer).closeForHistory();
});

async function startSlideshow() {
  const shown = await loadViewer();
  await shown.open(grid.place()?.index ?? 0);
  shown.toggleSlideshow();
}
document.addEventListener("click", ({ target }) => {
  if (target.closest(".bar [data-action=slideshow]")) startSlideshow();
});
addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
  if (ctrlKey || metaKey || altKey || target.closest?.("input, select, textarea")) return;
  if (key === "?") import("./keys.js").then(({ showKeys }) => showKeys());
  if (key === "s" && !document.querySelector("dialog[open], .pswp")) startSlideshow();
});

// ── The bar steps back while one scrolls down ──
let last = 0;
addEventListener("scroll", () => {
  if (Math.abs(scrollY - last) < 8) return;
  document.documentElement.classList.toggle("receded", scrollY > last && scrollY > 160);
  last = scrollY;
}, { passive: true });
