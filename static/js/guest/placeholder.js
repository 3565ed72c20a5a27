// What stands in for a picture until it is there: its colours, from the 25 bytes of a thumbhash.

import { thumbHashToDataURL } from "../../thumbhash/thumbhash.js";

const PAINTED = 400;
const painted = new Map(); // hash → data address, the latest few

export function paintPlaceholders(grid) {
  grid.addEventListener("tile", ({ detail }) => paint(detail.element));
  for (const element of grid.root.querySelectorAll(".tile[data-hash]")) paint(element);
}

export function placeholderOf(hash) {
  if (!painted.has(hash)) painted.set(hash, decode(hash));
  if (painted.size > PAINTED) painted.delete(painted.keys().next().value);
  return painted.get(hash);
}

function paint(element) {
  const { hash } = element.dataset;
  const image = element.querySelector("img");
  if (!hash || (image.complete && image.naturalWidth)) return;
  const link = element.querySelector("a");
  link.style.backgroundImage = `url("${placeholderOf(hash)}")`;
  const clear = () => setTimeout(() => (link.style.backgroundImage = ""), 400);
  image.addEventListener("load", clear, { once: true });
}

function decode(hash) {
  try {
    return thumbHashToDataURL(Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0)));
  } catch {
    return "";
  }
}
