// The list of links as it is now: a stream says that something changed, and the list is fetched.
const AT_MOST_EVERY = 1000; // milliseconds
const TRY_AGAIN_IN = 10_000;
const MOST_FAILURES = 5;
let source = null;
let failures = 0;
let fetched = 0;
let waiting = null;

const list = () => document.querySelector("#links[data-live]");

function listen() {
  if (source || document.hidden || !list()) return;
  source = new EventSource(list().dataset.live);
  source.addEventListener("version", (event) => {
    failures = 0;
    if (event.data !== list()?.dataset.version) soon();
  });
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

function soon() {
  const wait = Math.max(0, fetched + AT_MOST_EVERY - Date.now());
  waiting ??= setTimeout(refresh, wait);
}

async function refresh() {
  fetched = Date.now();
  waiting = null;
  const address = new URL(location.href);
  for (const name of ["done", "deleted", "view"]) address.searchParams.delete(name);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#links");
  if (fresh && list()) show(list(), fresh);
}

// Texts change in place, so that nothing chosen, focused or unfolded is lost; links that come or go
// are shown once nobody is in the middle of choosing.
function show(old, fresh) {
  const rows = [...old.querySelectorAll("[data-row]")];
  const next = [...fresh.querySelectorAll("[data-row]")];
  const isSame = rows.map((row) => row.id).join() === next.map((row) => row.id).join();
  const isBusy = old.querySelector("input:checked") || old.contains(document.activeElement);
  if (!isSame && !isBusy) {
    const toast = old.querySelector(".toast");
    if (toast) fresh.prepend(toast);
    old.replaceWith(fresh);
    window.htmx.process(fresh);
    return;
  }
  for (const row of next) update(document.getElementById(row.id), row);
  update(old, fresh, ":scope > ");
  old.dataset.version = fresh.dataset.version;
}

function update(old, fresh, where = "") {
  for (const piece of fresh.querySelectorAll(`${where}[data-piece]`)) {
    const present = old?.querySelector(`${where}[data-piece="${piece.dataset.piece}"]`);
    if (!present || withoutToken(present) === withoutToken(piece) || present.contains(document.activeElement)) continue;
    present.replaceChildren(...piece.childNodes);
    window.htmx.process(present);
  }
}

// A form's token is masked anew on every page, and means the same.
const withoutToken = (element) => element.innerHTML.replace(/name="csrfmiddlewaretoken" value="\w+"/g, "");

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
listen();
