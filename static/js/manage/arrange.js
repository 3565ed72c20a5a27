// An album in its owner's order: photos are dragged by mouse, pen or finger, or moved by keys.
const form = document.querySelector("[data-arrange]");
const list = form?.querySelector(".tiles");
const said = document.getElementById("moved");
const STARTS = 6; // pixels from which on it is a drag and no click
const EDGE = 90; // pixels from the window's edge at which the page scrolls along
const STEPS = {
  ArrowLeft: "earlier", ArrowUp: "earlier", ArrowRight: "later", ArrowDown: "later", Home: "first", End: "last",
};
let drag = null;
let sending = Promise.resolve();

const idOf = (tile) => tile.querySelector("input").value;
const chosen = () => [...list.querySelectorAll(".tile:has(input:checked)")];

// One move after the other, in the order in which they were made.
function send(tiles, place) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("photos", tiles.map(idOf).join(","));
  for (const [name, value] of Object.entries(place)) body.set(name, value);
  const { name } = tiles[0].dataset;
  sending = sending.then(async () => {
    const answer = await fetch(form.dataset.arrange, { method: "POST", body }).catch(() => null);
    const isMoved = answer?.ok && answer.headers.get("Content-Type")?.startsWith("application/json");
    if (!isMoved) return location.reload(); // what is shown is not what is kept
    const { number, count } = await answer.json();
    const words = { name, n: number, count };
    said.textContent = said.dataset.words.replace(/\{(\w+)\}/g, (_, word) => words[word]);
  });
}

// ── Keys, on a photo's handle ──
function step(tile, name) {
  const isTile = (element) => element?.classList.contains("tile");
  const { previousElementSibling: previous, nextElementSibling: next } = tile;
  if (name === "earlier" && isTile(previous)) previous.before(tile);
  if (name === "later" && isTile(next)) next.after(tile);
  const more = list.querySelector(".more");
  const leaves = (name === "first" && /[?&]offset=[1-9]/.test(location.search)) || (name === "last" && more);
  if (name === "first" && !leaves) list.prepend(tile);
  if (name === "last" && !leaves) list.append(tile);
  const stays = leaves ? (next ?? previous) : tile;
  if (leaves) tile.remove(); // to where the page does not reach yet
  send([tile], { step: name });
  stays.querySelector(".grip")?.focus();
  stays.scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  const name = STEPS[event.key];
  const grip = event.target.closest(".grip");
  if (!grip || !name || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  step(grip.closest(".tile"), name);
}

// ── Dragging ──
function onDown(event) {
  const tile = event.target.closest(".tile");
  const byGrip = event.target.closest(".grip");
  // A finger on the picture scrolls the page; on the handle it drags.
  if (!tile || event.button !== 0 || (event.pointerType !== "mouse" && !byGrip)) return;
  if (event.target.closest(".look") || event.shiftKey) return;
  drag = { tile, pointer: event.pointerId, x: event.clientX, y: event.clientY };
}

function onMove(event) {
  if (event.pointerId !== drag?.pointer) return;
  const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) >= STARTS;
  if (!drag.ghost && far) begin();
  if (!drag.ghost) return;
  drag.at = [event.clientX, event.clientY];
  aim();
}

function begin() {
  const tiles = chosen();
  drag.tiles = tiles.includes(drag.tile) ? tiles : [drag.tile];
  drag.ghost = drag.tile.querySelector("img").cloneNode();
  drag.ghost.className = "ghost";
  if (drag.tiles.length > 1) drag.ghost.classList.add("several");
  document.body.append(drag.ghost);
  for (const tile of drag.tiles) tile.classList.add("dragged");
  form.classList.add("dragging");
  requestAnimationFrame(scrollAlong);
}

function aim() {
  const [x, y] = drag.at;
  drag.ghost.style.left = `${x}px`;
  drag.ghost.style.top = `${y}px`;
  const under = document.elementFromPoint(x, y)?.closest(".tile");
  if (!under || !list.contains(under) || drag.tiles.includes(under)) return;
  unmark();
  const { left, width } = under.getBoundingClientRect();
  drag.target = under;
  drag.side = x < left + width / 2 ? "before" : "after";
  under.classList.add(`drop-${drag.side}`);
}

function unmark() {
  drag.target?.classList.remove("drop-before", "drop-after");
}

function scrollAlong() {
  if (!drag?.ghost) return;
  const y = drag.at?.[1] ?? innerHeight / 2;
  const by = y < EDGE ? y - EDGE : Math.max(0, y - innerHeight + EDGE);
  if (by) {
    scrollBy(0, by / 5);
    aim();
  }
  requestAnimationFrame(scrollAlong);
}

function end(isDropped) {
  if (!drag) return;
  const { ghost, tiles, target, side } = drag;
  if (ghost) {
    unmark();
    ghost.remove();
    for (const tile of tiles) tile.classList.remove("dragged");
    form.classList.remove("dragging");
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }));
  }
  drag = null;
  if (!ghost || !target || !isDropped) return;
  target[side](...tiles);
  send(tiles, { [side]: idOf(target) });
}

const swallow = (event) => {
  event.preventDefault();
  event.stopPropagation();
};

if (list) {
  list.addEventListener("keydown", onKey);
  list.addEventListener("pointerdown", onDown);
  list.addEventListener("dragstart", (event) => event.preventDefault());
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", (event) => event.pointerId === drag?.pointer && end(true));
  addEventListener("pointercancel", (event) => event.pointerId === drag?.pointer && end(false));
  addEventListener("keydown", (event) => event.key === "Escape" && end(false));
}
