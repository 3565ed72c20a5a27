// Files that were shared with this app, kept on this device until they are sent or given up. Used by
// pages and by the service worker, so nothing here may need a document.

const NAME = "loggia-shared";
const FILES = "files";
const FORGOTTEN_AFTER = 7 * 86_400_000; // milliseconds, as uploads that were begun are

/** Keep all these files or, where there is no room (`QuotaExceededError`), none. */
export async function keep(files) {
  await work("readwrite", (store) => {
    for (const file of files) store.add({ file, at: Date.now(), base: "" });
  });
}

/** What nobody has said yet where to send: [{key, file}], in the order it came. */
export const unclaimed = () => sentTo("");

/** What is to be sent by the link at `base`: [{key, file}]. */
export async function sentTo(base) {
  const found = [];
  await eachRow("readonly", (cursor) => {
    const { file, base: chosen } = cursor.value;
    if (chosen === base) found.push({ key: cursor.primaryKey, file });
  });
  return found;
}

/** Say by which link to send what nobody has claimed yet. */
export function claim(base) {
  return eachRow("readwrite", (cursor) => {
    if (cursor.value.base === "") cursor.update({ ...cursor.value, base });
  });
}

/** Let go of what nobody has claimed. */
export function drop() {
  return eachRow("readwrite", (cursor) => {
    if (cursor.value.base === "") cursor.delete();
  });
}

/** Let go of one file: it is sent. */
export function forget(key) {
  return work("readwrite", (store) => store.delete(key));
}

/** Let go of what has lain here for so long that nobody waits for it. */
export function forgetOld() {
  const since = Date.now() - FORGOTTEN_AFTER;
  return eachRow("readwrite", (cursor) => {
    if (cursor.value.at < since) cursor.delete();
  });
}

function eachRow(mode, act) {
  return work(mode, (store) => {
    store.openCursor().onsuccess = ({ target }) => {
      if (!target.result) return;
      act(target.result);
      target.result.continue();
    };
  });
}

async function work(mode, act) {
  const database = await open();
  try {
    await new Promise((resolve, reject) => {
      const transaction = database.transaction(FILES, mode);
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
      act(transaction.objectStore(FILES));
    });
  } finally {
    database.close();
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(FILES, { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
