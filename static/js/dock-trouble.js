// What goes wrong on the way to the server: said in words in the dock, and tried again by itself.

const FIRST_WAIT = 2000; // milliseconds
const LONGEST_WAIT = 60000;
const PATIENCE = 2500; // for a stream that ends as servers restart, and is soon open again

export function sayTrouble(dock) {
  const words = document.getElementById("dock-trouble");
  const pending = new Set(); // requests to be sent again, each once
  let wait = FIRST_WAIT;
  let lost = 0; // the timer of a stream that broke
  let isLost = false;

  const say = (text) => {
    const place = dock.querySelector(".dock-trouble") ?? makePlace(dock, words);
    if (place.textContent !== text) place.textContent = text;
  };
  const watches = () => dock.querySelector("[sse-connect]");
  const settled = () => {
    clearTimeout(lost);
    [lost, isLost, wait] = [0, false, FIRST_WAIT];
    dock.querySelector(".dock-trouble")?.remove();
  };

  function again({ verb, path, values }) {
    const key = JSON.stringify([verb, path, values]);
    if (pending.has(key)) return;
    pending.add(key);
    setTimeout(() => {
      pending.delete(key);
      htmx.ajax(verb, path, { target: dock, swap: "innerHTML", values }).catch(() => {});
    }, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  function failed({ detail }) {
    if (detail.target !== dock) return;
    const status = detail.xhr.status;
    if (status === 410) return location.reload(); // the link is closed: its page says why
    if (status >= 400 && status < 500 && status !== 429) return say(words.dataset.refused);
    say(status ? words.dataset.busy : words.dataset.lost);
    const { verb, path, formData } = detail.requestConfig;
    again({ verb, path, values: Object.fromEntries(formData) });
  }

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.body.addEventListener(name, failed);
  // What was asked for is answered; a stream that broke has still to be found again.
  dock.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== dock) return;
    if (!lost || !watches()) settled();
    else if (isLost) say(words.dataset.lost);
  });
  dock.addEventListener("htmx:sseOpen", settled);
  dock.addEventListener("htmx:sseError", ({ detail }) => {
    lost ||= setTimeout(() => {
      isLost = true;
      if (watches()) say(words.dataset.lost);
    }, PATIENCE);
    // It refuses once the link has changed: the page's own address says what holds now.
    const address = watches()?.dataset.refresh;
    if (address && detail.source.readyState === EventSource.CLOSED) again({ verb: "get", path: address, values: {} });
  });
}

function makePlace(dock, words) {
  if (!dock.querySelector(".dock")) {
    const panel = document.createElement("section");
    panel.className = "dock";
    dock.replaceChildren(panel);
  }
  const panel = dock.querySelector(".dock");
  const place = words.content.firstElementChild.cloneNode(true);
  const head = panel.querySelector(".dock-head");
  if (head) head.after(place);
  else panel.prepend(place);
  return place;
}
