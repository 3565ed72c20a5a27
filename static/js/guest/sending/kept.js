// What survives a reload: the list of files, and the smaller files themselves. Where a browser keeps
// nothing (private windows), the queue lives as long as its page.

const NAME = "loggia-sending";
const LONGEST = 64 * 2 ** 20; // bytes of a file worth keeping; larger ones are chosen again
const MOST = 2 ** 30; // bytes of all kept files
const SHARE = 0.3; // of the room that the browser grants
const FORGOTTEN_AFTER = 8 * 86_400_000; // milliseconds; the server forgets unfinished ones sooner

let opening = null;
let room = null;

function open() {
  opening ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("items", { keyPath: "id" });
        request.result.createObjectStore("files");
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opening;
}

async function within(stores, mode, act) {
  const database = await open();
  if (!database) return undefined;
  return new Promise((resolve) => {
    try {
      const transaction = database.transaction(stores, mode);
      const request = act(...stores.map((name) => transaction.objectStore(name)));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = transaction.onabort = () => resolve(undefined);
    } catch {
      resolve(undefined); // a file that this browser cannot keep
    }
  });
}

async function roomLeft() {
  if (room === null) {
    const { quota = MOST } = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {};
    room = Math.min(MOST, quota * SHARE);
  }
  return room;
}

/** Notes the plain facts of a file. */
export const keep = (record) => within(["items"], "readwrite", (items) => items.put(record));

/** Keeps a file itself, if there is room; says whether it is kept. */
export async function keepFile(id, file) {
  if (file.size > LONGEST || (await roomLeft()) < file.size) return false;
  room -= file.size;
  return (await within(["files"], "readwrite", (files) => files.put(file, id))) !== undefined;
}

export async function letGo(id, size) {
  if (room !== null && size <= LONGEST) room += size;
  await within(["files"], "readwrite", (files) => files.delete(id));
}

export const forget = (ids) =>
  within(["items", "files"], "readwrite", (items, files) => {
    for (const id of ids) {
      items.delete(id);
      files.delete(id);
    }
  });

/** What is left of this link's queue, oldest first: [{...record, file}]. */
export async function left(base) {
  const all = (await within(["items"], "readonly", (items) => items.getAll())) ?? [];
  const [old, fresh] = split(all, ({ at }) => at < Date.now() - FORGOTTEN_AFTER);
  if (old.length) await forget(old.map(({ id }) => id));
  const own = fresh.filter((record) => record.base === base).sort((a, b) => a.order - b.order);
  for (const record of own) {
    record.file = await within(["files"], "readonly", (files) => files.get(record.id));
  }
  return own;
}

function split(list, isFirst) {
  return [list.filter(isFirst), list.filter((one) => !isFirst(one))];
}
