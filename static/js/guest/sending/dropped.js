// What was dropped on the page: files, and those in folders with the way to them.

const MOST = 5000; // files of one drop

/** Resolves to [{file, path}] of what these entries hold. */
export async function walkAll(entries) {
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

/** The same for files that were chosen. */
export function plain(files) {
  return [...files].map((file) => ({ file, path: file.webkitRelativePath || "" }));
}

async function walk(entry, found) {
  if (found.length >= MOST) return;
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    const isTop = entry.fullPath.lastIndexOf("/") === 0;
    if (file && !file.name.startsWith(".")) found.push({ file, path: isTop ? "" : entry.fullPath.slice(1) });
    return;
  }
  for (const inner of await inside(entry)) await walk(inner, found);
}

async function inside(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length || all.length >= MOST) return all;
    all.push(...some);
  }
}
