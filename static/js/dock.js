// What HTML cannot do for the downloads: start saving what is ready, once; say aloud what changes;
// and fold the dock away.
import { sayTrouble } from "./dock-trouble.js";

const STARTED = "loggia.started";
const FOLDED = "loggia.dock-folded";
const MOST_REMEMBERED = 50;

const dock = document.getElementById("dock");
if (dock) setUp();

function setUp() {
  const spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  dock.after(spoken);

  const settle = () => {
    const title = dock.querySelector(".dock-title")?.textContent.trim() ?? "";
    if (spoken.textContent !== title) spoken.textContent = title;
    fold(dock, remembered(sessionStorage, FOLDED) === "yes");
    for (const link of dock.querySelectorAll("a[data-start]")) startOnce(link);
  };
  new MutationObserver(settle).observe(dock, { childList: true, subtree: true, characterData: true });
  settle();

  dock.addEventListener("click", (event) => {
    if (!event.target.closest("[data-action=fold-dock]")) return;
    const isFolded = !dock.querySelector(".dock").classList.contains("is-folded");
    remember(sessionStorage, FOLDED, isFolded ? "yes" : "no");
    fold(dock, isFolded);
  });
  keepStillWhilePressed();
  sayTrouble(dock);
}

// Across tabs and reloads: whoever comes first starts it. Where storage is closed to us, the link
// stays for the guest to press.
function startOnce(link) {
  const key = link.dataset.start;
  link.removeAttribute("data-start");
  const started = (remembered(localStorage, STARTED) ?? "").split(" ").filter(Boolean);
  if (started.includes(key)) return;
  if (!remember(localStorage, STARTED, [...started, key].slice(-MOST_REMEMBERED).join(" "))) return;
  link.click();
}

function fold(root, isFolded) {
  const panel = root.querySelector(".dock");
  if (!panel || panel.classList.contains("is-folded") === isFolded) return;
  panel.classList.toggle("is-folded", isFolded);
  panel.querySelector("[data-action=fold-dock]")?.setAttribute("aria-expanded", String(!isFolded));
}

// A button that is replaced between press and release never gets its click: news waits so long.
function keepStillWhilePressed() {
  let isPressed = false;
  const press = () => { isPressed = true; };
  const release = () => setTimeout(() => { isPressed = false; });
  for (const name of ["pointerdown", "keydown"]) dock.addEventListener(name, press);
  for (const name of ["pointerup", "pointercancel", "keyup", "blur"]) addEventListener(name, release);
  dock.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (isPressed) event.preventDefault();
  });
}

function remembered(storage, key) {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}

function remember(storage, key, value) {
  try {
    storage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
