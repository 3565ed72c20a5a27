// Sharing as files: fetched first, for the share sheet opens only upon a fresh tap, then offered.

import { MOST_BYTES, MOST_FILES, fetchFiles } from "./share-files.js";

const sheet = document.getElementById("share");
const button = sheet.querySelector(".primary");
const says = sheet.querySelector("output");
const notes = sheet.querySelector(".notes");
const bar = sheet.querySelector("progress");
const words = sheet.dataset;
const megabytes = new Intl.NumberFormat(document.documentElement.lang, {
  style: "unit", unit: "megabyte", maximumFractionDigits: 1,
});

let fetching = new AbortController();
let files = [];
let onShared = () => {};

sheet.addEventListener("close", () => {
  fetching.abort();
  files = [];
});
sheet.addEventListener("click", ({ target }) => {
  if (target === sheet || target.closest("[data-action=dismiss]")) sheet.close();
});
button.addEventListener("click", offer);

/** Fetches the photos at these places in the album; a second tap hands them to the share sheet. */
export async function share(grid, indices, whenShared = () => {}) {
  onShared = whenShared;
  reset(indices.length);
  sheet.showModal();
  if (indices.length > MOST_FILES) return refuse(fill(words.tooMany, { n: MOST_FILES }));
  const { signal } = (fetching = new AbortController());
  try {
    const tiles = await Promise.all(indices.map((index) => grid.tiles.bring(index)));
    const found = await fetchFiles(tiles.filter(Boolean), signal, showProgress);
    if (signal.aborted) return;
    found.failed += tiles.filter((tile) => !tile).length;
    settle(found);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function reset(count) {
  files = [];
  name(count);
  button.hidden = false;
  button.disabled = true;
  bar.hidden = false;
  bar.value = 0;
  says.textContent = words.fetching;
  notes.replaceChildren();
}

function name(count) {
  button.textContent = count === 1 ? words.one : fill(words.many, { n: count });
}

function showProgress(share, bytes) {
  bar.value = share;
  says.textContent = `${words.fetching} ${megabytes.format(bytes / 1e6)}`;
}

function settle(found) {
  files = found.files;
  note(found.refused, words.refused);
  note(found.tooLarge, words.tooLarge);
  note(found.failed, words.failed);
  if (!files.length) return refuse("");
  bar.hidden = true;
  name(files.length);
  says.textContent = `${words.ready} ${megabytes.format(files.reduce((sum, { size }) => sum + size, 0) / 1e6)}`;
  button.disabled = false;
  button.focus();
}

function refuse(reason) {
  bar.hidden = button.hidden = true;
  says.textContent = reason;
}

function note(count, text) {
  if (!count) return;
  const line = document.createElement("li");
  line.textContent = fill(text, { n: count, limit: megabytes.format(MOST_BYTES / 1e6) });
  notes.append(line);
}

async function offer() {
  try {
    await navigator.share({ files });
    sheet.close();
    onShared();
  } catch (error) {
    // Closed without sharing, it may be opened again; a refusal is told.
    if (error.name !== "AbortError") says.textContent = words.notNow;
  }
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key].toLocaleString(document.documentElement.lang));
}
