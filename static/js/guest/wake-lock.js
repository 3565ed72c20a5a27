// Keeps the screen on while something is shown, in browsers that can.

export class WakeLock {
  #lock = null;
  #isWanted = false;

  constructor() {
    // Browsers let go when the page is hidden.
    document.addEventListener("visibilitychange", () => this.#isWanted && this.hold());
  }

  async hold() {
    this.#isWanted = true;
    if (!navigator.wakeLock || document.hidden || this.#lock?.released === false) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      if (!this.#isWanted || this.#lock?.released === false) lock.release();
      else this.#lock = lock;
    } catch {
      // A low battery forbids it: the show goes on, and the screen may go dark.
    }
  }

  release() {
    this.#isWanted = false;
    this.#lock?.release();
    this.#lock = null;
  }
}

export const wakeLock = new WakeLock();
