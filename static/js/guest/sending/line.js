// Whether the server can be reached: sending waits while it cannot, and goes on by itself.

import { standing } from "./standing.js";

const FIRST_WAIT = 2000; // milliseconds
const LONGEST_WAIT = 30_000;

export class Line extends EventTarget {
  #timer = 0;
  #wait = FIRST_WAIT;
  trouble = navigator.onLine === false ? "offline" : ""; // or "lost": this device is online

  constructor(base) {
    super();
    this.base = base;
    addEventListener("offline", () => this.#set("offline"));
    addEventListener("online", () => this.trouble && this.probe());
    // A phone that wakes up has no patience left of before.
    document.addEventListener("visibilitychange", () => !document.hidden && this.trouble && this.probe());
  }

  /** A request had no answer: says whether that was the line, once it is known. */
  async doubt() {
    if (this.trouble) return true;
    if (await this.#reaches()) return false;
    this.#set(navigator.onLine === false ? "offline" : "lost");
    this.#later();
    return true;
  }

  /** Looks now whether the server is back. */
  async probe() {
    clearTimeout(this.#timer);
    if (await this.#reaches()) return this.#set("");
    this.#set(navigator.onLine === false ? "offline" : "lost");
    this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.probe(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  async #reaches() {
    return (await standing(this.base)).isReached;
  }

  #set(trouble) {
    if (!trouble) this.#wait = FIRST_WAIT;
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.dispatchEvent(new Event("change"));
  }
}
