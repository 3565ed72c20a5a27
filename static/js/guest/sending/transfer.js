// Sends one file by tus 1.0 (https://tus.io/protocols/resumable-upload), from where it stopped before.

const IN_ONE_GO = 8 * 2 ** 20; // bytes of a file that goes with the request that announces it
const SILENCE = 45_000; // milliseconds after which a connection counts as broken

let loading = null;

/** Brings the tus client, once; it makes itself known to the window. */
export function loadTus(address) {
  loading ??= import(address).then(() => window.tus);
  loading.catch(() => (loading = null));
  return loading;
}

/**
 * One way of a file to the server. `onEnd` is called once, with nothing when it is there, else with
 * {status, message}: the HTTP status (0 without an answer) and what the server says to people.
 */
export class Transfer {
  #upload = null;
  #isEnded = false;
  #watchdog = 0;
  #sentAt = 0;
  #from = 0;

  constructor(item, name, facts, pace, { onProgress, onUrl, onEnd }) {
    Object.assign(this, { item, name, facts, pace, onProgress, onUrl, onEnd });
  }

  async start() {
    let tus;
    try {
      tus = await loadTus(this.facts.scripts.tus);
    } catch {
      return this.#end({ status: 0, message: "" });
    }
    if (this.#isEnded) return;
    this.#upload = new tus.Upload(this.item.file, this.#options());
    const [before] = await this.#upload.findPreviousUploads();
    if (this.#isEnded) return;
    if (before) this.#upload.resumeFromPreviousUpload(before);
    this.#from = this.item.progress;
    this.#stir();
    this.#upload.start();
  }

  /** Stops; what the server has stays there, unless it is to be taken away. */
  stop({ forGood = false } = {}) {
    const upload = this.#upload;
    this.#isEnded = true;
    clearTimeout(this.#watchdog);
    upload?.abort(forGood).catch(() => {});
  }

  #options() {
    const { item, facts, pace } = this;
    return {
      endpoint: `${facts.base}/uploads/`,
      chunkSize: pace.chunk,
      retryDelays: null, // the queue knows more of why and when to try again
      fingerprint: async () => `loggia-${facts.base}-${item.fingerprint}`,
      removeFingerprintOnSuccess: true,
      uploadDataDuringCreation: item.size <= Math.min(IN_ONE_GO, pace.chunk),
      metadata: this.#metadata(),
      onBeforeRequest: () => this.#before(),
      onAfterResponse: (request, response) => this.#answered(response),
      onUploadUrlAvailable: () => this.onUrl(idOf(this.#upload.url)),
      onProgress: (bytes) => this.#moved(bytes),
      onSuccess: () => this.#end(null),
      onError: (error) => this.#end(troubleOf(error)),
    };
  }

  #metadata() {
    const { name, type, path, modified } = this.item;
    const metadata = { filename: name, filetype: type, contributor: this.name, relativePath: path };
    if (modified) metadata.filemodified = new Date(modified).toISOString();
    return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value));
  }

  #before() {
    this.#sentAt = performance.now();
    this.#upload.options.chunkSize = this.pace.chunk;
    this.#stir();
  }

  #answered(response) {
    const offset = Number(response.getHeader("Upload-Offset"));
    this.#stir();
    if (response.getStatus() >= 300 || !(offset > this.#from)) return;
    this.pace.answered(offset - this.#from, performance.now() - this.#sentAt);
    this.#from = offset;
    this.item.attempt = 0; // it moves
  }

  #moved(bytes) {
    this.#stir();
    const more = bytes - this.item.progress;
    if (more > 0) this.pace.note(more);
    this.item.progress = bytes;
    this.onProgress();
  }

  #stir() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#upload.abort().catch(() => {});
      this.#end({ status: 0, message: "" });
    }, SILENCE);
  }

  #end(trouble) {
    clearTimeout(this.#watchdog);
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.onEnd(trouble);
  }
}

function idOf(url) {
  return new URL(url, location.href).pathname.split("/").pop();
}

function troubleOf(error) {
  const response = error.originalResponse;
  if (!response) return { status: 0, message: "" };
  let message = "";
  try {
    message = JSON.parse(response.getBody()).message ?? "";
  } catch {
    // Not from Loggia: a proxy speaks in pages.
  }
  return { status: response.getStatus(), message };
}
