// The review: decided by button or key, at the pace of whoever decides. What is decided leaves the
// page at once; it is sent in order, and the page is compared with the server's when all is sent.
import { parse } from "./parts.js";

const KEYS = { a: "accept", r: "reject" };
const MOVES = { ArrowRight: 1, ArrowLeft: -1 };
const waiting = []; // what is decided and not sent yet: {action, ids}
const rejected = []; // ids, press by press: what U takes back
let sending = false;
let last = null; // the box chosen last, where a range begins
let shift = false;

export const review = () => document.querySelector("#review[data-live]");
const form = () => review()?.querySelector("form.sent");
const tiles = () => [...(review()?.querySelectorAll(".sent-tile") ?? [])];
const boxOf = (tile) => tile?.querySelector("[name=upload]");
const boxes = () => tiles().map(boxOf).filter(Boolean);
const isOpen = () => Boolean(review()?.querySelector(".decide [value^=accept]"));

/** Fetches the page again and shows what is new. */
export async function refreshReview() {
  if (sending || waiting.length) return; // its answer will tell
  const address = new URL(location.href);
  address.searchParams.delete("done");
  const old = review();
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected || sending || waiting.length || old !== review()) return;
  show(await answer.text(), { keepToast: true });
}

// Tiles that stay are the same elements: nothing flickers, what is chosen stays chosen, and the
// focus stays where it is.
function show(text, { keepToast = false } = {}) {
  const fresh = parse(text, "#review");
  const old = review();
  if (!fresh || !old) return location.reload();
  const focused = document.activeElement?.closest?.(".sent-tile")?.id ?? document.activeElement?.id;
  const isInside = old.contains(document.activeElement);
  const sure = old.querySelector(".sure[open]");
  for (const tile of fresh.querySelectorAll(".sent-tile")) {
    const present = document.getElementById(tile.id);
    if (present && isSame(present, tile)) tile.replaceWith(present);
  }
  const toast = old.querySelector(":scope > .toast");
  if (keepToast && toast && !fresh.querySelector(":scope > .toast")) fresh.prepend(toast);
  if (sure) fresh.querySelector(".sure")?.setAttribute("open", "");
  old.replaceWith(fresh);
  window.htmx.process(fresh);
  window.htmx.trigger(fresh, "htmx:load", { elt: fresh });
  count();
  if (!isInside || !focused) return;
  const stays = document.getElementById(focused);
  (boxOf(stays) ?? stays ?? boxes()[0] ?? review().querySelector("#undo"))?.focus({ preventScroll: true });
}

const isSame = (one, other) => one.querySelector(".words").innerHTML === other.querySelector(".words").innerHTML
  && Boolean(one.querySelector("img")) === Boolean(other.querySelector("img"));

// ── Deciding ──
function decide(action, chosen) {
  const gone = chosen.filter((tile) => tile.isConnected);
  if (!gone.length) return;
  const all = tiles();
  const next = all.slice(all.indexOf(gone.at(-1)) + 1).find((tile) => !gone.includes(tile))
    ?? all.findLast((tile) => !gone.includes(tile));
  const ids = gone.map((tile) => tile.dataset.id);
  if (action === "reject") rejected.push(ids);
  waiting.push({ action, ids });
  for (const tile of gone) tile.remove();
  boxOf(next)?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  count();
  pump();
}

function takeBack() {
  const ids = rejected.pop();
  if (!ids || !form()) return review().querySelector("#undo")?.click();
  waiting.push({ action: "restore", ids });
  pump();
}

async function pump() {
  if (sending) return;
  sending = true;
  let text = "";
  while (waiting.length) {
    const batch = waiting.shift();
    while (waiting[0]?.action === batch.action) batch.ids.push(...waiting.shift().ids);
    const body = place();
    body.set("action", batch.action);
    body.set("uploads", batch.ids.join());
    text = await post(form().getAttribute("action"), body);
    if (!text) return location.reload(); // what is shown is not what is kept
  }
  sending = false;
  show(text);
}

/** Where on the review one is, as every form says it. */
function place() {
  const body = new FormData();
  for (const { name, value } of form().querySelectorAll("input[type=hidden]")) body.set(name, value);
  return body;
}

async function post(address, body) {
  const answer = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  const isPage = answer?.ok && new URL(answer.url).pathname === location.pathname;
  return isPage ? answer.text() : "";
}

async function submit(event) {
  const { target, submitter } = event;
  if (!target.closest("#review") || !("decides" in target.dataset) || submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  const [action, id] = (submitter?.value ?? "").split(" ");
  if (submitter?.name === "one") return decide(action, tiles().filter((tile) => tile.dataset.id === id));
  const chosen = tiles().filter((tile) => boxOf(tile)?.checked);
  if (target === form() && submitter?.name === "action") return decide(action, chosen);
  if (target.querySelector("#undo")) rejected.pop();
  const body = new FormData(target, submitter);
  const text = await post(target.getAttribute("action"), body);
  if (text) show(text);
  else location.reload();
}

// ── Choosing ──
function count() {
  const words = form()?.querySelector(".picked .count");
  if (!words) return;
  const chosen = boxes().filter((box) => box.checked).length;
  words.textContent = chosen === 1 ? words.dataset.one : words.dataset.many.replace("%n", chosen);
}

function choose({ target }) {
  if (target.name !== "upload" || !target.closest("#review")) return;
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(target)].sort((a, b) => a - b);
  if (shift && from >= 0) for (const box of all.slice(from, to + 1)) box.checked = target.checked;
  last = target;
  count();
}

// ── Keys ──
function onKey(event) {
  if (!review() || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (target.matches("input:not([type=checkbox]), textarea, select") || !(target === document.body || target.closest("#review"))) return;
  const action = isOpen() ? KEYS[key.toLowerCase()] : undefined;
  const here = target.closest(".sent-tile");
  if (action) act(action, here);
  else if (isOpen() && key.toLowerCase() === "u") takeBack();
  else if (!move(key, here)) return;
  event.preventDefault();
}

function act(action, here) {
  const chosen = tiles().filter((tile) => boxOf(tile)?.checked);
  if (chosen.length) decide(action, chosen);
  else if (here) decide(action, [here]);
  else boxes()[0]?.focus(); // the first press shows what the next one is about
}

function move(key, here) {
  const all = tiles();
  const columns = here ? getComputedStyle(here.parentElement).gridTemplateColumns.split(" ").length : 1;
  const by = MOVES[key] ?? { ArrowDown: columns, ArrowUp: -columns }[key];
  if (!by || !boxes().length) return false;
  const at = here ? Math.min(Math.max(all.indexOf(here) + by, 0), all.length - 1) : 0;
  boxOf(all[at])?.focus({ preventScroll: true });
  all[at].scrollIntoView({ block: "center", behavior: "instant" });
  return true;
}

// A video plays where it stands; what this browser cannot play stays a link to the file.
function play(event) {
  const link = event.target.closest("#review [data-play]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const video = Object.assign(document.createElement("video"), { controls: true, playsInline: true, src: link.href });
  video.addEventListener("error", () => {
    link.removeAttribute("data-play");
    video.replaceWith(link);
  }, { once: true });
  link.replaceWith(video);
  video.play().catch(() => {});
  video.focus();
}

document.addEventListener("click", play);
document.addEventListener("submit", submit);
document.addEventListener("keydown", onKey);
document.addEventListener("pointerdown", (event) => (shift = event.shiftKey));
document.addEventListener("change", choose);
document.addEventListener("reset", (event) => event.target === form() && setTimeout(count));
if (review()) count();
