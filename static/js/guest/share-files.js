// Photos as files for the device's share sheet: chosen in a form it takes, and fetched from the link.

const MEGABYTE = 1_000_000;
// Chromium refuses more than ten files or 50 MB at once; others take what memory holds.
const IS_CHROMIUM = "userAgentData" in navigator;
export const MOST_FILES = IS_CHROMIUM ? 10 : 40;
export const MOST_BYTES = IS_CHROMIUM ? 50 * MEGABYTE : 200 * MEGABYTE;
const KEPT_FREE = 2 * MEGABYTE; // for each photo still to come, which is then taken smaller

const TYPES = {
  jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp", avif: "image/avif",
  gif: "image/gif", heic: "image/heic", heif: "image/heif", tif: "image/tiff", tiff: "image/tiff",
  mp4: "video/mp4", m4v: "video/mp4", mov: "video/quicktime", webm: "video/webm", "3gp": "video/3gpp",
};

/**
 * Fetches the photos with these tiles, telling `onProgress(share of all, bytes)`. Resolves to
 * {files, refused, tooLarge, failed}: what may be shared, and how many may not, and why.
 */
export async function fetchFiles(tiles, signal, onProgress) {
  const found = { files: [], refused: 0, tooLarge: 0, failed: 0 };
  let bytes = 0;
  for (const [at, tile] of tiles.entries()) {
    const room = MOST_BYTES - bytes;
    const later = KEPT_FREE * (tiles.length - at - 1);
    const tell = (share, sofar) => onProgress((at + share) / tiles.length, bytes + sofar);
    const { file, reason } = await fetchOne(formsOf(tile), { signal, room, later, tell });
    if (file) found.files.push(file);
    else found[reason] += 1;
    bytes += file?.size ?? 0;
    tell(1, 0);
  }
  return found;
}

async function fetchOne(forms, { signal, room, later, tell }) {
  let reason = "refused";
  for (const [at, form] of forms.entries()) {
    const isSmallest = at === forms.length - 1;
    try {
      const bytes = await fetchBytes(form.url, signal, isSmallest ? room : room - later, tell);
      if (bytes) return { file: new File(bytes, form.name, { type: form.type }) };
      reason = "tooLarge";
    } catch (error) {
      if (signal.aborted) throw error;
      reason = "failed";
    }
  }
  return { reason };
}

/** The parts of a file, or nothing when there are more bytes than wanted. */
async function fetchBytes(url, signal, most, tell) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const size = Number(response.headers.get("Content-Length")) || 0;
  const parts = [];
  let got = 0;
  if (size <= most) {
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return parts;
      parts.push(value);
      got += value.length;
      if (got > most) { reader.cancel(); break; }
      tell(size ? got / size : 0, got);
    }
  } else response.body.cancel();
  return null;
}

// The file as it would be saved; where the share sheet refuses its kind, the large JPEG.
function formsOf(tile) {
  const { download, large } = tile.querySelector("a").dataset;
  if (!download) return [];
  const name = decodeURIComponent(download.split("/").at(-1));
  const forms = [{ url: download, name }];
  if (large && !download.startsWith(large.replace(/[^/]+$/, ""))) {
    forms.push({ url: large, name: name.replace(/(\.[^.]*)?$/, ".jpg") });
  }
  return forms.map((form) => ({ ...form, type: typeOf(form.name) })).filter(isShareable);
}

function typeOf(name) {
  return TYPES[name.split(".").at(-1).toLowerCase()] ?? "application/octet-stream";
}

function isShareable({ name, type }) {
  return navigator.canShare({ files: [new File(["x"], name, { type })] });
}
