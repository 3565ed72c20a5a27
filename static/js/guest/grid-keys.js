// Arrow keys lead from photo to photo, over days and past what is loaded.

import { boxesOf } from "./layout.js";
import { indexOf } from "./tiles.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
const ROWS = { ArrowUp: -1, ArrowDown: 1 };

export function moveByKeys(grid) {
  grid.root.addEventListener("keydown", (event) => {
    const tile = event.target.closest(".tile");
    if (!tile || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const next = nextOf(grid, indexOf(tile), event.key);
    if (next === null) return;
    event.preventDefault();
    focus(grid, next);
  });
}

function nextOf(grid, index, key) {
  if (key in STEPS) return Math.min(Math.max(index + STEPS[key], 0), grid.count - 1);
  return key in ROWS ? beyond(grid, index, ROWS[key]) : null;
}

async function focus(grid, index) {
  grid.reveal(index);
  const tile = await grid.tiles.bring(index);
  grid.render();
  if (tile) (grid.element(index) ?? tile).querySelector("a")?.focus({ preventScroll: true });
}

/** The photo nearest above or below, or none at the album's ends. */
function beyond(grid, index, direction) {
  const { layout, shape } = grid;
  const day = grid.dayOf(index);
  const row = day.rows.find(({ start, end }) => start <= index && index < end);
  const middle = middleOf(day, boxesOf(row, shape.ratios, layout).find((box) => box.index === index));
  const awayOf = (other, { y }) => (other.y + y - day.y - row.y) * direction;
  let best = null;
  for (let at = layout.days.indexOf(day); layout.days[at]; at += direction) {
    const other = layout.days[at];
    const nearest = other.rows.at(direction > 0 ? 0 : -1);
    if (best && awayOf(other, nearest) > best.away + 1) break;
    for (const candidate of other.rows) {
      const away = awayOf(other, candidate);
      if (away < 1 || (best && away > best.away + 1)) continue;
      for (const box of boxesOf(candidate, shape.ratios, layout)) {
        const aside = Math.abs(middleOf(other, box) - middle);
        if (!best || away < best.away - 1 || aside < best.aside) best = { away, aside, index: box.index };
      }
    }
  }
  return best?.index ?? null;
}

function middleOf(day, { x, width }) {
  return day.x + x + width / 2;
}
