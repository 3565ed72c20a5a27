// The grid: every photo has its place, but only those near the screen are in the document.

import { boxesOf, layOut } from "./layout.js";
import { Tiles, indexOf } from "./tiles.js";

const FIRST_MARGIN = 0.3; // of the screen's height, above and below, until the first is complete
const MARGIN = 1.2;
const NARROW = 250; // pixels below which a day's header is written short
const FIRST_PAUSE = 4000; // milliseconds until a picture that did not come is asked for again
const SETTLED = 90; // milliseconds without a leap before anything is fetched

export class Grid extends EventTarget {
  #days = new Map(); // start index → {section, list, tiles: Map(index → element)}
  #leap = 0;
  #lastTop = 0;
  #frame = 0;
  #margin = FIRST_MARGIN;

  constructor(root) {
    super();
    this.root = root;
    this.shape = null;
    this.layout = null;
    this.tiles = new Tiles(root.dataset.base, Number(root.dataset.count));
    this.tiles.addEventListener("arrived", () => this.render());
    this.#adopt();
    addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#resized()).observe(root);
    root.addEventListener("load", (event) => this.#loaded(event), true);
    root.addEventListener("error", (event) => this.#failed(event), true);
  }

  get count() {
    return this.tiles.count;
  }

  /** Takes the album's shape; the first may be a part of it, guessed from the tiles at hand. */
  setShape(shape) {
    this.shape = shape;
    this.tiles.version = shape.version ?? null;
    if (shape.version) this.tiles.count = shape.ratios.length;
    this.root.classList.add("laid-out");
    this.relayout();
  }

  relayout() {
    this.width = this.root.clientWidth;
    this.layout = layOut(this.shape, this.width, innerWidth);
    this.root.style.height = `${this.layout.height}px`;
    const days = new Map(this.layout.days.map((day) => [day.start, day]));
    for (const [start, { section }] of [...this.#days]) {
      if (days.get(start)) this.#position(section, days.get(start));
      else this.#unmount(start);
    }
    this.render();
    this.dispatchEvent(new Event("laid-out"));
  }

  /** Keeps more around the screen ready, now that the screen itself is. */
  widen() {
    this.#margin = MARGIN;
    this.render();
  }

  render() {
    if (!this.layout) return;
    const top = scrollY - this.root.offsetTop;
    const from = top - innerHeight * this.#margin;
    const to = top + innerHeight * (1 + this.#margin);
    const days = this.layout.days.slice(this.#firstBelow(from));
    const near = new Set();
    const span = [Infinity, 0];
    for (const day of days) {
      if (day.y > to) break;
      near.add(day.start);
      this.#showDay(day, from - day.y, to - day.y, span);
    }
    for (const start of this.#days.keys()) if (!near.has(start)) this.#unmount(start);
    this.#want(top, span);
  }

  /** Scrolls so that the photo is in view; already there, it stays where it is. */
  reveal(index, block = "nearest") {
    const box = this.boxOf(index);
    if (!box) return;
    const top = this.root.offsetTop + box.y;
    const isSeen = top >= scrollY + 60 && top + box.height <= scrollY + innerHeight;
    if (block === "nearest" && isSeen) return;
    scrollTo({ top: top - Math.max(80, (innerHeight - box.height) / 2), behavior: "instant" });
    this.render();
  }

  /** The photo's place in the grid: {y, height}, from the grid's top. */
  boxOf(index) {
    const day = this.dayOf(index);
    const row = day?.rows.find(({ start, end }) => start <= index && index < end);
    return row && { y: day.y + row.y, height: row.height };
  }

  dayOf(index) {
    const { days } = this.layout;
    return days[lowest(days.length, (at) => days[at].end > index)];
  }

  element(index) {
    return this.#days.get(this.dayOf(index)?.start)?.tiles.get(index);
  }

  /** What stands at the top of the screen: {index, offset}; the way back to it is `goTo`. */
  place() {
    const top = scrollY - this.root.offsetTop;
    const day = this.layout.days[this.#firstBelow(top + 80)];
    const row = day?.rows.find(({ y, height }) => day.y + y + height > top + 80);
    return row && scrollY > 0 ? { index: row.start, offset: day.y + row.y - top } : null;
  }

  goTo({ index, offset }) {
    const box = this.boxOf(index);
    if (box) scrollTo({ top: this.root.offsetTop + box.y - offset, behavior: "instant" });
    this.render();
  }

  #adopt() {
    for (const element of this.root.querySelectorAll(".tile")) this.tiles.adopt(element);
    for (const section of this.root.querySelectorAll(".day")) {
      const first = section.querySelector(".tile");
      this.#days.set(indexOf(first), this.#keeperOf(section));
    }
  }

  #keeperOf(section) {
    const list = section.querySelector("ol");
    const tiles = new Map([...list.children].map((element) => [indexOf(element), element]));
    return { section, list, tiles };
  }

  #firstBelow(y) {
    const { days } = this.layout;
    return lowest(days.length, (at) => days[at].y + days[at].height >= y);
  }

  #showDay(day, from, to, span) {
    const keeper = this.#days.get(day.start) ?? this.#mount(day);
    const first = lowest(day.rows.length, (at) => day.rows[at].y + day.rows[at].height >= from);
    const wanted = new Map();
    for (const row of day.rows.slice(first)) {
      if (row.y > to) break;
      for (const box of boxesOf(row, this.shape.ratios, this.layout)) wanted.set(box.index, [row, box]);
      span[0] = Math.min(span[0], row.start);
      span[1] = Math.max(span[1], row.end);
    }
    for (const [index, element] of keeper.tiles) {
      if (wanted.has(index)) continue;
      element.remove();
      keeper.tiles.delete(index);
    }
    for (const [index, [row, box]] of wanted) this.#showTile(keeper, index, row, box);
  }

  #showTile(keeper, index, row, box) {
    const shown = keeper.tiles.get(index);
    const element = this.tiles.get(index) ?? shown ?? placeholder(index);
    if (element === shown && element.placedIn === this.layout) return;
    element.placedIn = this.layout;
    const { style } = element;
    style.left = `${box.x}px`;
    style.top = `${row.y}px`;
    style.width = `${box.width}px`;
    style.height = `${row.height}px`;
    if (element === shown) return;
    keeper.tiles.set(index, element);
    if (shown) shown.replaceWith(element);
    else if (element.parentNode !== keeper.list) keeper.list.insertBefore(element, after(keeper, index));
    if (element.dataset.id) this.#tileMounted(element, index);
  }

  #tileMounted(element, index) {
    const image = element.querySelector("img");
    image.classList.toggle("arriving", !image.complete);
    this.dispatchEvent(new CustomEvent("tile", { detail: { element, index } }));
  }

  #mount(day) {
    const section = document.createElement("section");
    section.className = "day";
    const heading = document.createElement("h2");
    heading.append(document.createElement("span"));
    if (!day.date) heading.className = "visually-hidden";
    section.append(heading, document.createElement("ol"));
    const keeper = { section, list: section.lastChild, tiles: new Map() };
    const following = [...this.#days.keys()].filter((start) => start > day.start).sort((a, b) => a - b)[0];
    this.root.insertBefore(section, this.#days.get(following)?.section ?? null);
    this.#days.set(day.start, keeper);
    this.#position(section, day);
    return keeper;
  }

  #position(section, day) {
    section.dataset.start = day.start;
    section.dataset.end = day.end;
    const { style } = section;
    style.left = `${day.x}px`;
    style.top = `${day.y}px`;
    style.width = `${day.width}px`;
    style.height = `${day.height}px`;
    section.classList.toggle("narrow", day.width < NARROW);
    if (day.date) section.querySelector("h2 span").textContent = headerOf(day);
    this.dispatchEvent(new CustomEvent("day", { detail: { section, day } }));
  }

  #unmount(start) {
    const { section } = this.#days.get(start);
    this.#days.delete(start);
    section.remove();
  }

  #want(top, [start, end]) {
    const hasLeapt = Math.abs(top - this.#lastTop) > innerHeight * 2;
    this.#lastTop = top;
    clearTimeout(this.#leap);
    if (start >= end) return;
    if (hasLeapt) this.#leap = setTimeout(() => this.tiles.want(start, end), SETTLED);
    else this.tiles.want(start, end);
  }

  #soon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.render();
    });
  }

  #resized() {
    if (!this.layout || Math.abs(this.root.clientWidth - this.width) < 1) return;
    const place = this.place();
    this.relayout();
    if (place) this.goTo(place);
  }

  #loaded({ target }) {
    if (target.localName === "img") target.classList.remove("arriving");
  }

  async #failed({ target }) {
    const tile = target.closest(".tile");
    if (target.localName !== "img" || !tile) return;
    if (!(await this.tiles.refresh(indexOf(tile)))) tryAgain(target);
  }
}

/** The picture may not be made yet, or the server be busy: its placeholder stays until it comes. */
function tryAgain(image) {
  const tries = Number(image.dataset.tries ?? 0);
  image.dataset.tries = tries + 1;
  const again = () => image.isConnected && (image.src = image.getAttribute("src"));
  setTimeout(again, FIRST_PAUSE * 2 ** Math.min(tries, 4));
}

/** The shape of the tiles the page came with: enough for the first screen. */
export function shapeAtHand(root) {
  const shape = { ratios: [], days: [] };
  for (const section of root.querySelectorAll(".day")) {
    const images = section.querySelectorAll(".tile img");
    for (const image of images) {
      const ratio = image.getAttribute("width") / image.getAttribute("height");
      shape.ratios.push(Math.round(ratio * 100));
    }
    shape.days.push([section.dataset.day, images.length, section.querySelector("h2").textContent]);
  }
  if (!shape.days[0]?.[0]) delete shape.days;
  return shape;
}

const language = document.documentElement.lang;
const short = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
  day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
});

function headerOf({ date, label, width }) {
  return width < NARROW ? short.format(new Date(`${date}T00:00Z`)) : label;
}

function placeholder(index) {
  const element = document.createElement("li");
  element.className = "tile";
  element.id = `photo-${index + 1}`;
  return element;
}

function after({ tiles }, index) {
  let next = null;
  let nearest = Infinity;
  for (const [other, element] of tiles) {
    if (other > index && other < nearest) [nearest, next] = [other, element];
  }
  return next;
}

/** The lowest whole number below `count` for which the test holds, by bisection. */
function lowest(count, test) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
