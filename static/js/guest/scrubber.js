// The edge of a long album: months along the scrollbar, and a handle to drag through them.

const LONG = 5; // screens from which an album counts as long
const AWAKE = 1400; // milliseconds after scrolling ends
const BELOW_BAR = 96; // pixels from the top where the photos one goes to come to stand
const APART = 22; // pixels between two years' names

export function addScrubber(grid) {
  if (!grid.shape.days && grid.shape.version) return;
  const scrubber = new Scrubber(grid);
  grid.addEventListener("laid-out", () => scrubber.draw());
  scrubber.draw();
}

class Scrubber {
  #sleep = 0;
  #asked = { number: 0, top: -1 };

  constructor(grid) {
    this.grid = grid;
    const language = document.documentElement.lang;
    this.month = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
    this.element = document.createElement("div");
    this.element.className = "scrubber";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "slider");
    this.landmark = document.createElement("aside");
    this.landmark.setAttribute("aria-label", grid.root.dataset.months);
    this.landmark.append(this.element);
    this.#say({ orientation: "vertical", label: grid.root.dataset.months, valuemin: 0 });
    this.thumb = document.createElement("div");
    this.thumb.className = "thumb";
    this.thumb.append(document.createElement("span"));
    this.#listen();
  }

  draw() {
    const { layout } = this.grid;
    this.range = document.documentElement.scrollHeight - innerHeight;
    const isLong = layout.height > innerHeight * LONG && layout.days[0].date;
    if (!isLong) return this.landmark.remove();
    this.months = monthsOf(layout.days);
    this.shown = "";
    this.#say({ valuemax: this.months.length - 1 });
    this.element.replaceChildren(...this.#marks(layout), this.thumb);
    document.body.append(this.landmark);
    this.#follow();
  }

  #marks(layout) {
    const marks = [];
    const height = innerHeight - 92;
    let [year, month, yearAt, monthAt] = ["", "", -Infinity, -Infinity];
    for (const { date, y } of layout.days) {
      const at = (y / layout.height) * height;
      const isYear = date.slice(0, 4) !== year && at - yearAt >= APART;
      if (!isYear && (date.slice(0, 7) === month || at - monthAt < 8 || at - yearAt < 12)) continue;
      [year, month, monthAt] = [isYear ? date.slice(0, 4) : year, date.slice(0, 7), at];
      if (isYear) yearAt = at;
      marks.push(mark(isYear ? "year" : "month", isYear ? year : "", (y / layout.height) * 100));
    }
    return marks;
  }

  #follow() {
    const top = scrollY - this.grid.root.offsetTop;
    const share = this.range > 0 ? Math.min(1, Math.max(0, scrollY / this.range)) : 0;
    const day = this.grid.layout.days.findLast(({ y }) => y <= Math.max(0, top + 100));
    this.thumb.style.top = `${share * 100}%`;
    if (!day?.date || day.date.slice(0, 7) === this.shown) return;
    this.shown = day.date.slice(0, 7);
    const words = this.month.format(new Date(`${day.date}T00:00Z`));
    this.thumb.firstChild.textContent = words;
    this.#say({ valuenow: this.#numberShown(), valuetext: words });
  }

  #numberShown() {
    return this.months.findIndex(({ month }) => month === this.shown);
  }

  #say(values) {
    for (const [name, value] of Object.entries(values)) this.element.setAttribute(`aria-${name}`, value);
  }

  #wake() {
    this.element.classList.add("awake");
    clearTimeout(this.#sleep);
    this.#sleep = setTimeout(() => this.element.classList.remove("awake"), AWAKE);
  }

  /** Leads to the first photo of a month, counted in the order of the album. */
  #goToMonth(number) {
    const nearest = Math.min(Math.max(number, 0), this.months.length - 1);
    this.grid.goTo({ index: this.months[nearest].start, offset: BELOW_BAR });
    this.#asked = { number: nearest, top: scrollY };
  }

  #key(event) {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, PageUp: -12, PageDown: 12 }[event.key];
    // Short months share a row, and the last ones a screen: what was asked for counts, not what shows.
    const now = this.#asked.top === scrollY ? this.#asked.number : this.#numberShown();
    if (event.key === "Home") this.#goToMonth(0);
    else if (event.key === "End") this.#goToMonth(Infinity);
    else if (step) this.#goToMonth(now + step);
    else return;
    event.preventDefault();
  }

  #listen() {
    this.element.addEventListener("keydown", (event) => this.#key(event));
    const drag = ({ clientY }) => {
      const { top, height } = this.element.getBoundingClientRect();
      scrollTo({ top: ((clientY - top) / height) * this.range, behavior: "instant" });
    };
    addEventListener("scroll", () => {
      if (!this.element.isConnected) return;
      this.#follow();
      this.#wake();
    }, { passive: true });
    this.element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.element.setPointerCapture(event.pointerId);
      this.element.classList.add("dragging");
      drag(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) drag(event);
    });
    this.element.addEventListener("lostpointercapture", () => this.element.classList.remove("dragging"));
  }
}

/** The months in the order they come: [{month: "2025-07", start}]. */
function monthsOf(days) {
  const months = [];
  for (const { date, start } of days) {
    if (months.at(-1)?.month !== date.slice(0, 7)) months.push({ month: date.slice(0, 7), start });
  }
  return months;
}

function mark(name, text, share) {
  const element = document.createElement("div");
  element.className = name;
  element.textContent = text;
  element.style.top = `${share}%`;
  return element;
}
