// The queue: prepares, sends three at once, tries again, and knows after a reload where it was.

import { WakeLock } from "../wake-lock.js";
import { Digest, Unreadable, isReadable } from "./digest.js";
import { Item } from "./item.js";
import { forget, keep, keepFile, left, letGo } from "./kept.js";
import { Known } from "./known.js";
import { Line } from "./line.js";
import { Pace } from "./pace.js";
import { refusal } from "./rules.js";
import { standing } from "./standing.js";
import { Transfer } from "./transfer.js";
import { Watch } from "./watch.js";

const AT_ONCE = 3;
export const ATTEMPTS = 4;
const WAITS = [1000, 3000, 8000, 20_000]; // milliseconds before each of them
const CLOSED = new Set([401, 403, 404, 410]);
const FOR_NOW = new Set([404, 409, 410, 423, 429]); // the upload is gone or in use: it begins again

export class Queue extends EventTarget {
  items = [];
  closed = ""; // why nothing more is taken
  #isPreparing = false;
  #wakeLock = new WakeLock();

  /** `facts` are what `<base>/sending` tells; `name` is the guest's, asked for anew each time. */
  constructor(facts, name) {
    super();
    this.facts = facts;
    this.name = name;
    this.digest = new Digest(facts.scripts.hasher);
    this.known = new Known(facts.base);
    this.pace = new Pace(facts.chunkSize);
    this.line = new Line(facts.base);
    this.watch = new Watch(facts.base, () => this.items, (...news) => this.#become(...news));
    this.line.addEventListener("change", () => this.#lineChanged());
  }

  /** Takes up what an earlier page left; another tab that does so already keeps it. */
  async restore() {
    const records = (await this.#isAlone()) ? await left(this.facts.base) : [];
    const items = records.map((record) => Item.revive(record));
    if (!items.some(({ isLeft }) => isLeft)) return forget(items.map(({ id }) => id));
    this.items = [...items, ...this.items];
    this.#tell("items", items);
    this.watch.soon();
    this.#prepare();
    this.#pump();
  }

  /** Adds chosen files, [{file, path, settle}]; those that a lost one waits for take its place.
   * `settle` is called once this page may go without losing the file. */
  add(chosen) {
    const added = [];
    for (const { file, path, settle } of chosen) {
      const lost = this.items.find((item) => item.mayBe(file));
      const item = lost ?? this.#take(file, path);
      item.settle = settle;
      if (lost) this.#find(lost, file);
      else added.push(item);
    }
    this.#tell("items", added);
    this.#keepAll(added);
    this.#prepare();
  }

  retry(items = this.items.filter(({ state }) => state === "failed")) {
    this.closed = "";
    for (const item of items) this.#again(item);
    this.#pump();
  }

  /** Takes a file out, and what the server already has of it. */
  remove(item) {
    item.transfer?.stop({ forGood: true });
    this.items = this.items.filter((one) => one !== item);
    forget([item.id]);
    this.#tell("removed", item);
    this.#pump();
  }

  /** Forgets what is over; for when all is. */
  clear() {
    const over = this.items.filter(({ isLeft }) => !isLeft);
    this.items = this.items.filter(({ isLeft }) => isLeft);
    forget(over.map(({ id }) => id));
  }

  get isBusy() {
    return this.items.some(({ state, isUnderWay }) => isUnderWay || state === "waiting" || state === "preparing");
  }

  #take(file, path) {
    const item = new Item(file, path, { base: this.facts.base, order: this.items.length });
    const why = this.closed ? null : refusal(item, this.facts, this.items);
    if (why || this.closed) Object.assign(item, { state: "refused", reason: this.closed || this.facts.words[why] });
    this.items.push(item);
    return item;
  }

  #find(item, file) {
    item.file = file;
    item.expected = item.fingerprint;
    item.sha1 = item.fingerprint = null;
    this.#become(item, "preparing");
    keepFile(item.id, file);
  }

  // One after the other: writing 400 photos at once would starve the sending.
  async #keepAll(items) {
    for (const item of items) {
      await keep(item.record);
      const isKept = item.isLeft && this.items.includes(item) && (await keepFile(item.id, item.file));
      if (isKept || !item.isLeft) item.settle?.();
      if (!item.isLeft) await letGo(item.id, item.size);
    }
  }

  // ── Preparing: who is it, and does the album have it? ──
  async #prepare() {
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    this.#wake();
    for (;;) {
      const item = this.items.find(({ state, isHashing }) => state === "preparing" && !isHashing);
      if (!item) break;
      await this.#identify(item);
    }
    this.#isPreparing = false;
  }

  async #identify(item) {
    item.isHashing = true;
    try {
      if (!item.fingerprint) await this.#hash(item);
      this.#compare(item).finally(() => (item.isHashing = false));
    } catch (error) {
      item.isHashing = false;
      if (!(error instanceof Unreadable)) throw error;
      this.#become(item, "refused", this.facts.words.unreadable);
    }
  }

  async #hash(item) {
    item.sha1 = await this.digest.sha1(item.file);
    item.fingerprint = (await this.digest.fingerprint(item.file, item.sha1)) ?? item.id;
    if (item.expected && item.expected !== item.fingerprint) item.uploadId = null; // it only looked like it
  }

  async #compare(item) {
    const same = ({ sha1, state }) => sha1 === item.sha1 && state !== "refused" && state !== "failed";
    const isTwice = item.sha1 && this.items.some((one) => one !== item && same(one));
    if (isTwice) return this.#become(item, "known", this.facts.words.twice);
    // One that began is asked for by its own address: it is not its own duplicate.
    const where = item.sha1 && !item.uploadId && (await this.known.where(item.sha1));
    if (item.state !== "preparing") return;
    this.#become(item, where ? "known" : "waiting", where === "before" ? this.facts.words.before : "");
    this.#pump();
  }

  // ── Sending ──
  #pump() {
    const active = this.items.filter(({ isUnderWay }) => isUnderWay).length;
    if (!this.line.trouble && !this.closed) {
      const waiting = this.items.filter(({ state }) => state === "waiting");
      for (const item of waiting.slice(0, Math.max(0, AT_ONCE - active))) this.#send(item);
    }
    this.#wake();
    this.#tell("progress");
  }

  async #send(item) {
    this.#become(item, item.attempt ? "retrying" : "sending");
    if (item.isDoubtful && (await this.known.where(item.sha1))) return this.#ended(item, null);
    if (!item.isUnderWay || this.line.trouble) return;
    item.transfer = new Transfer(item, this.name(), this.facts, this.pace, {
      onProgress: () => this.#moved(item),
      onUrl: (id) => this.#begun(item, id),
      onEnd: (trouble) => this.#ended(item, trouble),
    });
    item.transfer.start();
  }

  #moved(item) {
    if (item.state === "retrying" && !item.attempt) item.state = "sending";
    this.#tell("item", item);
  }

  #begun(item, id) {
    if (item.uploadId === id) return;
    item.uploadId = id;
    keep(item.record);
  }

  #ended(item, trouble) {
    item.transfer = null;
    if (!trouble) {
      item.progress = item.size;
      this.#become(item, "sent");
      this.watch.soon();
    } else this.#failed(item, trouble).then(() => this.#pump());
    this.#pump();
  }

  async #failed(item, { status, message }) {
    if (status === 413 && !message) this.pace.limit();
    else this.pace.shrink();
    item.isDoubtful = Boolean(item.sha1) && !item.uploadId;
    item.state = "retrying"; // it keeps its place while the link and the line are looked at
    if (CLOSED.has(status) && (await this.#isClosed())) return;
    const isFinal = message && status >= 400 && status < 500 && !FOR_NOW.has(status);
    if (isFinal) return this.#become(item, "refused", message);
    if (status === 0 && (await this.line.doubt())) return this.#become(item, "waiting");
    if (!(await isReadable(item.file))) return this.#become(item, "needed", this.facts.words.unreadable);
    item.attempt += 1;
    if (item.attempt > ATTEMPTS) return this.#become(item, "failed", status === 507 ? this.facts.words.full : message);
    this.#become(item, "retrying");
    item.timer = setTimeout(() => this.#nextTry(item), WAITS[item.attempt - 1] * (0.8 + Math.random() * 0.4));
  }

  #nextTry(item) {
    if (item.state !== "retrying" || item.transfer || !this.items.includes(item)) return;
    item.state = "waiting";
    this.#pump();
  }

  // A link that closed is closed for all that wait; what arrived before stays with the owner. One
  // that is locked asks for its password, and then all goes on.
  async #isClosed() {
    if (this.closed) return true;
    const { isReached, isOpen, isLocked } = await standing(this.facts.base);
    if (isOpen || !isReached) return false;
    if (isLocked) {
      location.reload();
      return true;
    }
    this.closed = this.facts.words.closed;
    for (const one of this.items.filter(({ isLeft }) => isLeft)) {
      one.transfer?.stop();
      one.transfer = null;
      this.#become(one, "failed");
    }
    return true;
  }

  #again(item) {
    item.attempt = 0;
    this.#become(item, item.fingerprint ? "waiting" : "preparing");
    this.#prepare();
  }

  #lineChanged() {
    if (this.line.trouble) {
      for (const item of this.items.filter(({ isUnderWay }) => isUnderWay)) {
        item.transfer?.stop();
        item.transfer = null;
        this.#become(item, "waiting");
      }
      this.pace.rest();
    }
    this.#pump();
    this.watch.soon();
  }

  #become(item, state, reason = "") {
    Object.assign(item, { state, reason });
    keep(item.record);
    if (!item.isLeft) {
      letGo(item.id, item.size);
      item.settle?.();
    }
    this.#tell("item", item);
    this.#tell("progress");
  }

  // ── Round about ──
  #wake() {
    if (this.isBusy && !this.line.trouble) this.#wakeLock.hold();
    else this.#wakeLock.release();
  }

  /** Held until this page is gone; where browsers know no locks, nobody else is assumed. */
  #isAlone() {
    if (!navigator.locks) return true;
    return new Promise((resolve) => {
      navigator.locks.request(`loggia-sending-${this.facts.base}`, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        return lock ? new Promise(() => {}) : undefined;
      });
    });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
