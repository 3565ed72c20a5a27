// Asks which files the album already has; many questions go in one request.

const PATIENCE = 250; // milliseconds in which questions are gathered
const AT_ONCE = 200;

export class Known {
  #asked = new Map(); // sha1 → [resolve, …]
  #timer = 0;

  constructor(base) {
    this.base = base;
  }

  /** "known" of what the album has, "before" of what this guest sent; else, and where nobody can tell
   * now, nothing. */
  where(sha1) {
    return new Promise((resolve) => {
      this.#asked.set(sha1, [...(this.#asked.get(sha1) ?? []), resolve]);
      if (this.#asked.size >= AT_ONCE) this.#ask();
      else this.#timer ||= setTimeout(() => this.#ask(), PATIENCE);
    });
  }

  async #ask() {
    const asked = this.#asked;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#asked = new Map();
    const known = await this.#answer([...asked.keys()]);
    for (const [sha1, resolves] of asked) {
      for (const resolve of resolves) resolve(known.get(sha1) ?? null);
    }
  }

  async #answer(sha1) {
    try {
      const response = await fetch(`${this.base}/known`, { method: "POST", body: JSON.stringify({ sha1 }) });
      const { known = [], sent = [] } = response.ok ? await response.json() : {};
      return new Map([...known.map((one) => [one, "known"]), ...sent.map((one) => [one, "before"])]);
    } catch {
      return new Map(); // the server finds out by itself
    }
  }
}
