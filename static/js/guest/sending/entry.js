// The ways in: the button, the form, and the whole page as a place to drop photos on. Little, for it
// comes with the page; the queue itself is fetched when somebody is about to send.

import { claimed, strike } from "../../phone/claimed.js";

const NAME = "loggia.name";
const STARTED = "loggia.sending"; // links by which something was sent from here

const root = document.getElementById("sending");
const form = document.getElementById("add-form");
const dialog = form.closest("dialog");
const input = form.elements.files;
const nameField = form.elements.contributor;
const { base } = root.dataset;

const load = () => import("./start.js");
let pending = []; // dropped before the name was asked for

nameField.value ||= stored(NAME) ?? "";
form.classList.add("scripted");
document.addEventListener("click", act);
input.addEventListener("pointerdown", load, { once: true });
input.addEventListener("change", async () => {
  const { plain } = await import("./dropped.js");
  const chosen = plain(input.files);
  input.value = ""; // so that the same files can be chosen again
  send(chosen);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(pending);
});
if (stored(STARTED)?.split(" ").includes(base)) takeUp();
if (claimed().includes(base)) takeShared();

function act(event) {
  const action = event.target.closest("[data-action]")?.dataset.action;
  if (action === "add") {
    event.preventDefault();
    ask([]);
  }
  if (action === "add-more") input.click();
  if (action === "cancel-add" || event.target === dialog) dialog?.close();
  if (action === "show-album") location.reload();
}

function ask(chosen) {
  pending = chosen;
  form.classList.toggle("has-pending", chosen.length > 0);
  const count = form.querySelector("[data-words]");
  count.textContent = count.dataset.words.replace("{n}", chosen.length.toLocaleString(document.documentElement.lang));
  if (dialog && !dialog.open) dialog.showModal();
  load();
}

async function send(chosen) {
  if (!chosen.length) return;
  pending = [];
  form.classList.remove("has-pending");
  store(NAME, nameField.value.trim());
  store(STARTED, [...new Set([...(stored(STARTED) ?? "").split(" "), base])].filter(Boolean).slice(-20).join(" "));
  dialog?.close();
  try {
    const { queue, panel } = await start();
    queue.add(chosen);
    panel.fold(false);
    root.scrollIntoView({ block: "nearest" });
  } catch {
    location.reload(); // the link is closed, or locked: its page says so
  }
}

async function start() {
  const { startQueue } = await load();
  return startQueue(base, root, () => nameField.value.trim());
}

async function takeUp() {
  const { hasLeft } = await load();
  if (await hasLeft(base)) start().catch(() => {});
}

// What the phone's gallery shared, and was meant for this link.
async function takeShared() {
  const { forget, sentTo } = await import("../../phone/kept.js");
  const shared = await sentTo(base);
  if (!shared.length) return strike(base); // not before: after a reload large ones are still here
  const chosen = shared.map(({ key, file }) => ({ file, path: "", settle: () => forget(key) }));
  if (stored(NAME) === null) ask(chosen);
  else send(chosen);
}

// ── The whole page takes what is dropped ──
const veil = document.getElementById("drop");
let depth = 0; // enter and leave come for every element on the way

addEventListener("dragenter", (event) => hasFiles(event) && ++depth && (veil.hidden = false));
addEventListener("dragleave", (event) => hasFiles(event) && !--depth && (veil.hidden = true));
addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
addEventListener("drop", async (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  depth = 0;
  veil.hidden = true;
  const chosen = await dropped(event.dataTransfer);
  if (stored(NAME) === null && dialog) ask(chosen);
  else send(chosen);
});

// What was dropped can be read only while the event is handled, so nothing may be fetched before.
function dropped(transfer) {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.());
  const files = [...transfer.files];
  return import("./dropped.js").then(({ walkAll, plain }) => (entries.every(Boolean) && entries.length ? walkAll(entries) : plain(files)));
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Asked again the next time.
  }
}
