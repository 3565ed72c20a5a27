// How fast it goes, and how much to send in one request: as much as goes in a few seconds, so that a
// proxy that passes on whole requests only does not lose much with a broken one.

const SMALLEST = 2 ** 20; // bytes
const LONGEST = 12; // seconds that one request should take
const SPAN = 15_000; // milliseconds over which the speed is taken

export class Pace {
  #seen = []; // [milliseconds, bytes]

  constructor(largest) {
    this.largest = largest;
    this.chunk = largest;
  }

  /** Notes bytes that went out. */
  note(bytes) {
    const now = performance.now();
    this.#seen.push([now, bytes]);
    while (this.#seen.length && this.#seen[0][0] < now - SPAN) this.#seen.shift();
  }

  /** Notes that a request with so many bytes was answered after so many milliseconds. */
  answered(bytes, milliseconds) {
    const wanted = (bytes / Math.max(milliseconds, 1)) * 1000 * LONGEST;
    this.chunk = Math.round(Math.min(this.largest, Math.max(SMALLEST, wanted, this.chunk / 2)));
  }

  /** A request was cut. */
  shrink() {
    this.chunk = Math.max(SMALLEST, Math.round(this.chunk / 2));
  }

  /** Something on the way takes no requests as large as this; no larger ones are tried again. */
  limit() {
    this.largest = this.chunk = Math.max(SMALLEST, Math.round(this.chunk / 4));
  }

  /** Bytes in a second, or nothing before that can be said. */
  get speed() {
    if (this.#seen.length < 2) return 0;
    const took = performance.now() - this.#seen[0][0];
    return took > 1000 ? (this.#seen.reduce((sum, [, bytes]) => sum + bytes, 0) / took) * 1000 : 0;
  }

  rest() {
    this.#seen = [];
  }
}
