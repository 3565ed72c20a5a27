// A stream says that something changed in what is shown, and it is fetched again.
import { list, refresh } from "./links.js";
import { refreshReview, review } from "./review.js";
import { refreshStatus, status } from "./status.js";

const AT_MOST_EVERY = 1000; // milliseconds
const TRY_AGAIN_IN = 10_000;
const MOST_FAILURES = 5;
const shown = () => list() ?? status() ?? review();
const nav = document.querySelector("[data-waiting]"); // on every page of the owner's
let source = null;
let failures = 0;
let fetched = 0;
let waiting = null;

function listen() {
  if (source || document.hidden || !nav) return;
  source = new EventSource((shown() ?? nav).dataset.live);
  source.addEventListener("version", (event) => {
    failures = 0;
    if (shown() && event.data !== shown().dataset.version) soon();
  });
  source.addEventListener("waiting", (event) => showWaiting(Number(event.data)));
  source.addEventListener("end", stop);
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    stop();
    if (++failures < MOST_FAILURES) setTimeout(listen, TRY_AGAIN_IN);
  });
}

function stop() {
  source?.close();
  source = null;
}

function showWaiting(count) {
  const badge = nav.querySelector(".badge");
  badge.hidden = count === 0;
  badge.querySelector("b").textContent = count.toLocaleString(document.documentElement.lang);
}

function soon() {
  const wait = Math.max(0, fetched + AT_MOST_EVERY - Date.now());
  waiting ??= setTimeout(async () => {
    fetched = Date.now();
    await (list() ? refresh() : status() ? refreshStatus() : refreshReview());
    waiting = null;
  }, wait);
}

document.addEventListener("links:stale", soon);
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
listen();
