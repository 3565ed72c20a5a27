// Asks what became of the files that arrived, until the server has looked at each.

const FIRST_PAUSE = 1000; // milliseconds
const LONGEST_PAUSE = 15_000;
const AT_ONCE = 200;
const PATIENCE = 40; // times without news, after which the page of own files tells it
const MEANS = { held: "held", done: "album", same: "known", refused: "refused", rejected: "refused" };

export class Watch {
  #timer = 0;
  #pause = FIRST_PAUSE;
  #idle = 0;

  constructor(base, items, onNews) {
    Object.assign(this, { base, items, onNews });
  }

  /** There is something new to watch. */
  soon() {
    this.#pause = FIRST_PAUSE;
    this.#idle = 0;
    if (!this.#timer) this.#timer = setTimeout(() => this.#ask(), this.#pause);
  }

  #open() {
    return this.items().filter(({ state, uploadId }) => uploadId && (state === "sent" || state === "held"));
  }

  async #ask() {
    const open = this.#open();
    const isWaiting = open.some(({ state }) => state === "sent");
    if (!open.length) return (this.#timer = 0);
    const hasNews = await this.#look(isWaiting ? open.filter(({ state }) => state === "sent") : open);
    this.#idle = hasNews ? 0 : this.#idle + 1;
    this.#pause = hasNews ? FIRST_PAUSE : Math.min(this.#pause * 1.5, LONGEST_PAUSE);
    this.#timer = this.#idle > PATIENCE ? 0 : setTimeout(() => this.#ask(), this.#pause);
  }

  async #look(open) {
    const ids = open.slice(0, AT_ONCE).map(({ uploadId }) => uploadId);
    let told;
    try {
      const response = await fetch(`${this.base}/sent/states`, { method: "POST", body: JSON.stringify({ ids }) });
      told = response.ok ? await response.json() : {};
    } catch {
      return false;
    }
    let hasNews = false;
    for (const item of open) {
      const news = told[item.uploadId];
      const state = news && MEANS[news.state];
      if (!state || state === item.state) continue;
      hasNews = true;
      this.onNews(item, state, state === "refused" ? news.words : "");
    }
    return hasNews;
  }
}
