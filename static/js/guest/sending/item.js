// One file in the queue.
//
// preparing → waiting → sending → sent → held, album, known or refused, as the server says later.
// failed can be tried again; needed is one whose file was lost with the page: it is to be chosen again.

const OVER = new Set(["sent", "held", "album", "known"]);
const JUST_NOW = 60_000; // milliseconds: a date as young as this is when it was picked, not taken

export class Item {
  progress = 0; // bytes that the server has
  reason = "";
  attempt = 0;
  isDoubtful = false; // a request with all of it was cut: it may be there
  isCounted = false; // among what the server said is left
  uploadId = null;
  transfer = null;

  constructor(file, path, { base, order }) {
    this.id = `${Date.now().toString(36)}-${order}-${Math.random().toString(36).slice(2, 10)}`;
    this.base = base;
    this.order = order;
    this.file = file;
    this.name = file.name || "";
    this.size = file.size;
    this.type = file.type;
    this.path = path;
    this.modified = Date.now() - file.lastModified > JUST_NOW && file.lastModified > 0 ? file.lastModified : null;
    this.state = "preparing";
    this.sha1 = this.fingerprint = null;
    this.at = Date.now();
  }

  static revive({ file, ...record }) {
    const item = Object.assign(Object.create(Item.prototype), { transfer: null, attempt: 0 }, record);
    item.isCounted = Boolean(item.uploadId);
    item.file = file ?? null;
    if (item.isOver || item.state === "refused") return item;
    item.reason = "";
    if (!item.file) item.state = "needed";
    else item.state = "preparing";
    return item;
  }

  /** What is kept of it: plain values, and no file. */
  get record() {
    const { id, base, order, name, size, type, path, modified, sha1, fingerprint, at } = this;
    const { state, reason, progress, uploadId } = this;
    return { id, base, order, name, size, type, path, modified, sha1, fingerprint, at, state, reason, progress, uploadId };
  }

  get isOver() {
    return OVER.has(this.state);
  }

  /** Neither sent nor refused for good. */
  get isLeft() {
    return !this.isOver && this.state !== "refused";
  }

  get isUnderWay() {
    return this.state === "sending" || this.state === "retrying";
  }

  /** Whether a file that was chosen now may be this one, lost with an earlier page. */
  mayBe(file) {
    return this.state === "needed" && this.size === file.size && (this.name === file.name || !this.name);
  }
}
