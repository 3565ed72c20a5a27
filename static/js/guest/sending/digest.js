// Who a file is, by its content: names repeat (ten times image.jpg) and dates are missing on phones.

export const MOST_HASHED = 256 * 2 ** 20; // bytes; larger files are compared after sending
const SAMPLE = 2 ** 16; // bytes from each end of a file that is not hashed whole

export class Unreadable extends Error {}

export class Digest {
  #worker = null;
  #waiting = new Map(); // turn → {resolve, reject}
  #turn = 0;

  constructor(address) {
    this.address = address;
  }

  /** The SHA-1 of a file in hex, or nothing of one that is too large; rejects with `Unreadable`. */
  async sha1(file) {
    return file.size > MOST_HASHED ? null : this.#ask(file);
  }

  /** The same for the same content, whatever it is called; nothing where it cannot be told. */
  async fingerprint(file, sha1) {
    if (sha1) return `${file.size}-${sha1}`;
    const ends = await this.#ask(new Blob([file.slice(0, SAMPLE), file.slice(-SAMPLE)]));
    return ends && `${file.size}-ends-${ends}`;
  }

  #ask(file) {
    this.#worker ??= this.#start();
    const turn = ++this.#turn;
    return new Promise((resolve, reject) => {
      this.#waiting.set(turn, { resolve, reject });
      this.#worker.postMessage({ turn, file });
    });
  }

  #start() {
    const worker = new Worker(this.address, { type: "module" });
    worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.#waiting.get(data.turn);
      this.#waiting.delete(data.turn);
      if (data.isUnreadable) reject(new Unreadable());
      else resolve(data.sha1);
    };
    // A browser without module workers sends all the same; duplicates are found afterwards.
    worker.onerror = () => this.#giveUp();
    return worker;
  }

  #giveUp() {
    for (const { resolve } of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
    this.#worker = { postMessage: ({ turn }) => queueMicrotask(() => this.#settle(turn)) };
  }

  #settle(turn) {
    this.#waiting.get(turn)?.resolve(null);
    this.#waiting.delete(turn);
  }
}

/** Phones give files for a while only, and cards are pulled out. */
export async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
