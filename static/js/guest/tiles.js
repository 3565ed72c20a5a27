// The tiles at hand: those the page came with, and others fetched in chunks as one comes near.

const CHUNK = 60;
const CHUNKS_KEPT = 24;
const FRESH_FOR = 30_000; // milliseconds in which a picture that fails is not asked for again

export class Tiles extends EventTarget {
  #chunks = new Map(); // chunk → {items: Map(index → element), fetched: milliseconds}
  #under = new Map(); // chunk → AbortController

  constructor(base, count) {
    super();
    this.base = base;
    this.count = count;
    this.version = null;
  }

  adopt(element) {
    const index = indexOf(element);
    this.#items(Math.floor(index / CHUNK)).set(index, element);
    const image = element.querySelector("img");
    if (image.complete && !image.naturalWidth) this.refresh(index); // it failed before this script came
  }

  get(index) {
    return this.#chunks.get(Math.floor(index / CHUNK))?.items.get(index);
  }

  /** Sees to it that these tiles come; requests for what is no longer near are dropped. */
  want(start, end) {
    const first = Math.floor(start / CHUNK);
    const last = Math.floor((Math.max(start, end - 1)) / CHUNK);
    for (const [chunk, controller] of this.#under) {
      if (chunk < first - 1 || chunk > last + 1) controller.abort();
    }
    for (let chunk = first; chunk <= last; chunk++) {
      if (!this.#isWhole(chunk)) this.#fetch(chunk);
    }
    this.#forget((first + last) / 2);
  }

  /** Resolves to the tile, fetched if need be, or to nothing when it cannot be had. */
  async bring(index) {
    if (index < 0 || index >= this.count) return undefined;
    if (!this.get(index)) await this.#fetch(Math.floor(index / CHUNK));
    return this.get(index);
  }

  /** A picture could not be loaded: its address may have expired, so ask for fresh ones, once. */
  async refresh(index) {
    const number = Math.floor(index / CHUNK);
    const chunk = this.#chunks.get(number);
    if (!chunk || performance.now() - chunk.fetched < FRESH_FOR) return false;
    chunk.fetched = performance.now();
    await this.#fetch(number);
    return true;
  }

  clear() {
    for (const controller of this.#under.values()) controller.abort();
    this.#chunks.clear();
  }

  #items(number) {
    if (!this.#chunks.has(number)) this.#chunks.set(number, { items: new Map(), fetched: -FRESH_FOR });
    return this.#chunks.get(number).items;
  }

  #isWhole(number) {
    const size = Math.min(CHUNK, this.count - number * CHUNK);
    return (this.#chunks.get(number)?.items.size ?? 0) >= size;
  }

  #fetch(number) {
    const running = this.#under.get(number);
    if (running) return running.done;
    const controller = new AbortController();
    controller.done = this.#load(number, controller.signal).finally(() => this.#under.delete(number));
    this.#under.set(number, controller);
    return controller.done;
  }

  async #load(number, signal) {
    try {
      const address = `${this.base}/tiles?offset=${number * CHUNK}&limit=${CHUNK}`;
      const response = await fetch(address, { signal, headers: { "HX-Request": "true" } });
      const version = response.headers.get("X-Grid-Version");
      if (!version) return this.dispatchEvent(new Event("closed"));
      if (this.version && version !== this.version) return this.dispatchEvent(new Event("changed"));
      this.#keep(number, await response.text());
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  #keep(number, html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const items = new Map();
    for (const element of holder.content.children) items.set(indexOf(element), element);
    this.#chunks.set(number, { items, fetched: performance.now() });
    this.dispatchEvent(new CustomEvent("arrived", { detail: items }));
  }

  #forget(middle) {
    const far = [...this.#chunks.keys()].sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
    for (const number of far.slice(CHUNKS_KEPT)) this.#chunks.delete(number);
  }
}

export function indexOf(element) {
  return Number(element.id.slice("photo-".length)) - 1;
}
