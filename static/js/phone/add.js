// "Add to…": what the gallery shared, or what is chosen here, goes to one of the links this phone
// knows, or for the owner into one of the albums. Sending itself is the link's page's.

import { note } from "./claimed.js";
import { register } from "./installable.js";
import { claim, drop, forgetOld, keep, unclaimed } from "./kept.js";
import { forgetLink, guestName, known, rememberGuest } from "./links.js";
import { inWords, showPreviews } from "./preview.js";

const form = document.getElementById("add");
const words = form.dataset;
const part = (name) => form.querySelector(`[data-part=${name}]`);
const isApple = /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
let count = 0;

register();
start();

async function start() {
  part("apple").hidden = !isApple;
  part("name").value = guestName();
  showLinks();
  await forgetOld().catch(() => {});
  await show();
}

// ── What is to be added ──
async function show() {
  const files = (await unclaimed().catch(() => [])).map(({ file }) => file);
  count = files.length;
  showPreviews(part("previews"), files);
  part("count").textContent = count ? inWords(words, files) : words.none;
  part("cancel").hidden = !count;
  part("pick").textContent = count ? words.more : words.choose;
  allow();
}

part("files").addEventListener("change", async ({ target }) => {
  say("");
  try {
    await keep([...target.files]);
  } catch {
    say(words.full);
  }
  target.value = "";
  await show();
});

part("cancel").addEventListener("click", async () => {
  await drop();
  say(words.canceled);
  await show();
});

// ── Where to ──
function showLinks() {
  const links = known();
  part("links").replaceChildren(...links.map(makePlace));
  const ownTitle = part("own-title");
  if (ownTitle) ownTitle.hidden = !links.length;
  part("nowhere").hidden = links.length > 0 || ownTitle !== null;
  const only = form.querySelectorAll("[name=album]");
  if (only.length === 1) only[0].checked = true;
}

function makePlace({ base, title }) {
  const place = part("place").content.cloneNode(true);
  place.querySelector("input").value = base;
  place.querySelector("b").textContent = title;
  return place;
}

form.addEventListener("change", allow);
document.addEventListener("htmx:afterSwap", allow);

function allow() {
  const place = form.querySelector("[name=album]:checked");
  part("upload").disabled = !count || !place;
  part("who").hidden = !place?.value.startsWith("/"); // owners need not say
}

// ── Away with them ──
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = form.querySelector("[name=album]:checked");
  if (!place || !count) return;
  part("upload").disabled = true;
  say(words.opening);
  try {
    const base = place.value.startsWith("/") ? await openLink(place) : await openAlbum();
    if (!base) return;
    rememberGuest(part("name").value.trim());
    await claim(base);
    note(base);
    location.assign(base);
  } catch {
    say(words.away);
    allow();
  }
});

// Where a password is asked for, the answer is a page: it is asked for there, and then goes on.
async function openLink(place) {
  const base = place.value;
  const response = await fetch(`${base}/sending`, { headers: { Accept: "application/json" } });
  if (response.status >= 500) throw new Error(`answered ${response.status}`);
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  const isOpen = response.ok && !(isJson && !(await response.json()).isOpen);
  if (isOpen) return base;
  forgetLink(base);
  place.closest("li").remove();
  say(words.closed);
  return "";
}

async function openAlbum() {
  const headers = { Accept: "application/json" };
  const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
  if (response.redirected) location.reload(); // not signed in any more; the files stay
  return (await response.json()).base;
}

function say(sentence) {
  part("said").textContent = sentence;
}
