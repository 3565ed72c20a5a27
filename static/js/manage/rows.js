// A long list of which only what is near the screen is in the document. It stands in chunks; one
// that is far away is an empty element as high as its rows are.
const AROUND = "120% 0px"; // of the screen's height, above and below, is kept ready
const MOST = 4; // chunks in one request
const SETTLED = 90; // milliseconds without another leap before anything is fetched

export class Rows extends EventTarget {
  #near = new Set();
  #heights = new Map(); // chunk → measured height
  #timer = 0;
  #width = 0;
  #each = 0; // the height of a row, about

  /**
   * Either all chunks stand in the document, each is fetched by `fetchChunk(chunk)` and measured by
   * `heightOf(chunk)`; or only the first does, they have `step` rows each, and
   * `fetchRows(start, count)` resolves to the elements of as many chunks, or to nothing.
   */
  constructor(box, { total, step, start = 0, fetchRows, fetchChunk, heightOf = null }) {
    super();
    this.box = box;
    this.step = step;
    this.fetchRows = fetchRows;
    this.fetchChunk = fetchChunk;
    this.heightOf = heightOf;
    this.observer = new IntersectionObserver((seen) => this.#seen(seen), { rootMargin: AROUND });
    if (fetchChunk) {
      for (const chunk of this.chunks) chunk.loaded = chunk.childElementCount > 0;
      this.#watch();
    } else {
      const first = this.chunks[0];
      first.loaded = true;
      this.#addBefore(first, Math.floor(start / step));
      this.setTotal(total);
    }
    this.resizing = new ResizeObserver(() => this.#resized());
    this.resizing.observe(box);
  }

  get chunks() {
    return [...this.box.querySelectorAll("[data-chunk]")];
  }

  get loaded() {
    return this.chunks.filter((chunk) => chunk.loaded);
  }

  /** What is in the document, as [start, count] of as many rows as one request may ask for. */
  get spans() {
    const at = this.chunks.flatMap((chunk, index) => (chunk.loaded ? [index] : []));
    return runs(at).map(([from, count]) => [from * this.step, count * this.step]);
  }

  setTotal(total) {
    this.total = total;
    const wanted = Math.max(1, Math.ceil(total / this.step));
    const all = this.chunks;
    for (const chunk of all.slice(wanted)) this.#drop(chunk);
    for (let count = all.length; count < wanted; count++) this.chunks.at(-1).after(this.#empty());
    this.#watch();
  }

  /** Puts rows into their chunks; `fresh` are the elements of chunks from `start` on. */
  fill(start, fresh) {
    const all = this.chunks;
    for (const [index, element] of fresh.entries()) {
      const chunk = all[start / this.step + index];
      if (chunk) this.#put(chunk, element);
    }
    this.dispatchEvent(new Event("filled"));
  }

  close() {
    clearTimeout(this.#timer);
    this.observer.disconnect();
    this.resizing.disconnect();
  }

  #watch() {
    for (const chunk of this.chunks) {
      this.observer.observe(chunk);
      if (!chunk.loaded) this.#keepRoom(chunk);
    }
  }

  #empty() {
    const chunk = this.chunks[0].cloneNode(false);
    chunk.loaded = false;
    return chunk;
  }

  #addBefore(first, count) {
    for (let added = 0; added < count; added++) first.before(this.#empty());
  }

  #drop(chunk) {
    this.observer.unobserve(chunk);
    this.#near.delete(chunk);
    chunk.remove();
  }

  #put(chunk, fresh) {
    chunk.replaceChildren(...fresh.childNodes);
    chunk.style.height = "";
    chunk.removeAttribute("aria-hidden");
    chunk.loaded = true;
    window.htmx.process(chunk);
    window.htmx.trigger(chunk, "htmx:load", { elt: chunk });
    this.#heights.set(chunk, chunk.offsetHeight);
  }

  #takeOut(chunk) {
    if (chunk.contains(document.activeElement)) return;
    this.#heights.set(chunk, chunk.offsetHeight);
    chunk.loaded = false;
    chunk.replaceChildren();
    this.#keepRoom(chunk);
  }

  #keepRoom(chunk) {
    chunk.setAttribute("aria-hidden", "true");
    const height = `${this.#heights.get(chunk) ?? this.#guess(chunk)}px`;
    chunk.style.height = height;
    if (chunk.localName !== "tbody") return;
    // A body of a table is as high as its rows, whatever its own height.
    const row = document.createElement("tr");
    const cell = row.appendChild(document.createElement("td"));
    cell.colSpan = chunk.closest("table").tHead.rows[0].cells.length;
    cell.style.height = height;
    chunk.replaceChildren(row);
  }

  #guess(chunk) {
    if (this.heightOf) return this.heightOf(chunk);
    const all = this.chunks;
    const count = (one) => Math.min(this.step, this.total - all.indexOf(one) * this.step);
    const known = this.loaded.find((one) => one.offsetHeight > 0);
    // Remembered, for while one leaps there may be none.
    if (known) this.#each = known.offsetHeight / Math.max(1, count(known));
    return Math.round(this.#each * count(chunk));
  }

  #resized() {
    if (this.box.clientWidth === this.#width) return;
    const isFirst = this.#width === 0;
    this.#width = this.box.clientWidth;
    if (isFirst) return;
    this.#heights.clear();
    for (const chunk of this.chunks) if (!chunk.loaded) this.#keepRoom(chunk);
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#near.add(target);
      else this.#near.delete(target);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), SETTLED);
  }

  async #settle() {
    for (const chunk of this.loaded) if (!this.#near.has(chunk)) this.#takeOut(chunk);
    const all = this.chunks;
    const missing = all.filter((chunk) => this.#near.has(chunk) && !chunk.loaded && !chunk.asked);
    if (this.fetchChunk) for (const chunk of missing) await this.#loadOne(chunk);
    else for (const run of runs(missing.map((chunk) => all.indexOf(chunk)))) await this.#load(all, run);
  }

  async #loadOne(chunk) {
    if (!this.#near.has(chunk)) return; // scrolled on while others were fetched
    chunk.asked = true;
    const fresh = await this.fetchChunk(chunk).catch(() => null);
    chunk.asked = false;
    if (!fresh || !this.#near.has(chunk)) return;
    this.#put(chunk, fresh);
    this.dispatchEvent(new Event("filled"));
  }

  async #load(all, [from, count]) {
    const asked = all.slice(from, from + count);
    for (const chunk of asked) chunk.asked = true;
    const fresh = await this.fetchRows(from * this.step, count * this.step).catch(() => null);
    for (const chunk of asked) chunk.asked = false;
    if (fresh && asked[0].isConnected) this.fill(this.chunks.indexOf(asked[0]) * this.step, fresh);
    for (const chunk of asked) if (chunk.loaded && !this.#near.has(chunk)) this.#takeOut(chunk);
  }
}

// [3, 4, 5, 9] → [[3, 3], [9, 1]]: neighbours are fetched together, if not too many.
function runs(indexes) {
  const found = [];
  for (const index of indexes) {
    const last = found.at(-1);
    if (last && last[0] + last[1] === index && last[1] < MOST) last[1]++;
    else found.push([index, 1]);
  }
  return found;
}
