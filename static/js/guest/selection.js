// Choosing photos, by their places in the album: those not loaded can be chosen too.

import { canShareFiles } from "./can-share.js";
import { askWhatToTake, take } from "./take.js";
import { indexOf } from "./tiles.js";

const LONG_PRESS = 450; // milliseconds
const STEADY = 10; // pixels a finger may wander meanwhile

class Selection {
  constructor(grid) {
    this.grid = grid;
    this.chosen = new Set();
    this.last = null;
    this.bar = document.getElementById("selection");
    this.words = this.bar.querySelector("output");
  }

  toggle(index, { reach = false } = {}) {
    const value = !this.chosen.has(index);
    const from = reach && this.last !== null ? this.last : index;
    const [start, end] = [Math.min(from, index), Math.max(from, index) + 1];
    this.last = index;
    this.set(start, end, reach ? true : value);
  }

  set(start, end, value) {
    for (let index = start; index < end; index++) {
      if (value) this.chosen.add(index);
      else this.chosen.delete(index);
    }
    this.show();
  }

  hasAll(start, end) {
    for (let index = start; index < end; index++) if (!this.chosen.has(index)) return false;
    return true;
  }

  clear() {
    this.chosen.clear();
    this.last = null;
    this.show();
  }

  show() {
    const { size } = this.chosen;
    document.documentElement.classList.toggle("selecting", size > 0);
    this.bar.hidden = size === 0;
    this.words.textContent = size ? this.words.dataset.words.replace("{n}", size.toLocaleString(document.documentElement.lang)) : "";
    this.grid.root.querySelectorAll(".tile[data-id]").forEach((tile) => this.mark(tile));
    this.grid.root.querySelectorAll(".pick-day").forEach((button) => this.#markDay(button));
  }

  mark(tile) {
    const isChosen = this.chosen.has(indexOf(tile));
    tile.classList.toggle("chosen", isChosen);
    tile.querySelector(".pick")?.setAttribute("aria-pressed", isChosen);
  }

  addDayButton(section) {
    const heading = section.querySelector("h2");
    if (!section.dataset.start || heading.className || heading.querySelector(".pick-day")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pick-day";
    button.setAttribute("aria-label", this.bar.dataset.day.replace("{day}", heading.textContent.trim()));
    heading.prepend(button);
    this.#markDay(button);
  }

  #markDay(button) {
    const { start, end } = button.closest(".day").dataset;
    button.setAttribute("aria-pressed", this.hasAll(Number(start), Number(end)));
  }
}

export function addSelection(grid) {
  const selection = new Selection(grid);
  grid.addEventListener("tile", ({ detail }) => selection.mark(detail.element));
  grid.addEventListener("day", ({ detail }) => selection.addDayButton(detail.section));
  grid.tiles.addEventListener("changed", () => selection.clear());
  grid.root.querySelectorAll(".day").forEach((section) => selection.addDayButton(section));
  grid.root.addEventListener("click", (event) => chooseByClick(event, selection), true);
  pressLongToChoose(grid.root, selection);
  addEventListener("keydown", (event) => chooseByKey(event, selection));
  document.addEventListener("click", ({ target }) => act(target.closest("[data-action]")?.dataset.action, selection));
  selection.bar.querySelector("[data-action=share-selection]").hidden = !canShareFiles;
  askWhatToTake(selection);
}

function chooseByKey({ key, target, shiftKey, ctrlKey, metaKey, altKey }, selection) {
  if (ctrlKey || metaKey || altKey || document.querySelector("dialog[open], .pswp")) return;
  if (key === "Escape" && selection.chosen.size) selection.clear();
  const tile = target.closest?.(".tile[data-id]");
  if (key.toLowerCase() === "x" && tile) selection.toggle(indexOf(tile), { reach: shiftKey });
}

async function shareChosen(selection) {
  const { share } = await import("./share.js");
  share(selection.grid, [...selection.chosen].sort((a, b) => a - b), () => selection.clear());
}

function act(action, selection) {
  if (action === "clear") selection.clear();
  if (action === "all") selection.set(0, selection.grid.count, true);
  if (action === "take-selection") take(selection);
  if (action === "share-selection") shareChosen(selection);
}

function chooseByClick(event, selection) {
  const day = event.target.closest(".pick-day")?.closest(".day");
  if (day) {
    const [start, end] = [Number(day.dataset.start), Number(day.dataset.end)];
    return selection.set(start, end, !selection.hasAll(start, end));
  }
  const tile = event.target.closest(".tile[data-id]");
  const isChoosing = event.target.closest(".pick") || selection.chosen.size > 0;
  if (!tile || !isChoosing || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  selection.toggle(indexOf(tile), { reach: event.shiftKey });
}

function pressLongToChoose(root, selection) {
  let press = null;
  const end = () => clearTimeout(press?.timer);
  root.addEventListener("pointerdown", (event) => {
    const tile = event.target.closest(".tile[data-id]");
    end();
    press = null;
    if (!tile || event.pointerType === "mouse") return;
    press = { x: event.clientX, y: event.clientY, isLong: false };
    press.timer = setTimeout(() => {
      press.isLong = true;
      selection.toggle(indexOf(tile));
    }, LONG_PRESS);
  });
  root.addEventListener("pointermove", (event) => {
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > STEADY) end();
  });
  for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, end);
  root.addEventListener("contextmenu", (event) => {
    if (press && event.target.closest(".tile")) event.preventDefault();
  });
  // The click that ends a long press would undo it.
  root.parentNode.addEventListener("click", (event) => {
    if (!press?.isLong) return;
    press = null;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}
