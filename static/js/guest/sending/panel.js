// The queue as the guest sees it: tiles, how far all is, and what is wrong.

import { Tile } from "./tile.js";

const SPEAK_EVERY = 15_000; // milliseconds

export class Panel {
  #tiles = new Map(); // item → Tile
  #byElement = new WeakMap();
  #dirty = new Set();
  #frame = 0;
  #spokenAt = 0;
  #wasBusy = false;

  constructor(root, queue) {
    this.root = root;
    this.queue = queue;
    this.words = queue.facts.words;
    this.list = root.querySelector(".sending-tiles");
    this.template = root.querySelector("template");
    this.inView = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "200px" });
    queue.addEventListener("items", ({ detail }) => this.#add(detail));
    queue.addEventListener("item", ({ detail }) => this.#soon(detail));
    queue.addEventListener("removed", ({ detail }) => this.#remove(detail));
    queue.addEventListener("progress", () => this.#soon());
    root.addEventListener("click", ({ target }) => this.#act(target.closest("[data-action]")));
  }

  fold(isFolded) {
    this.root.classList.toggle("is-folded", isFolded);
    this.root.querySelector("[data-action=fold]")?.setAttribute("aria-expanded", String(!isFolded));
  }

  #add(items) {
    if (!items.length) return;
    this.root.hidden = false;
    document.documentElement.classList.add("with-sending");
    for (const item of items) {
      const tile = new Tile(item, this.template, this.words);
      this.#tiles.set(item, tile);
      this.#byElement.set(tile.element, tile);
      this.list.append(tile.element);
      this.inView.observe(tile.element);
    }
    this.#say(this.words.added.replace("{n}", number(items.length)));
    this.#soon();
  }

  #remove(item) {
    const tile = this.#tiles.get(item);
    const next = tile.element.nextElementSibling ?? tile.element.previousElementSibling;
    tile.element.remove();
    this.#tiles.delete(item);
    (next ?? this.root).querySelector("button:not([hidden])")?.focus();
    if (!this.#tiles.size) this.#close();
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      this.inView.unobserve(target);
      this.#byElement.get(target).draw();
    }
  }

  #act(button) {
    const action = button?.dataset.action;
    const item = this.#byElement.get(button?.closest(".sending-tile"))?.item;
    if (action === "remove") this.queue.remove(item);
    if (action === "again") this.queue.retry([item]);
    if (action === "retry") this.queue.retry();
    if (action === "fold") this.fold(!this.root.classList.contains("is-folded"));
    if (action === "done") this.#close();
  }

  #close() {
    this.queue.clear();
    const { items } = this.queue;
    for (const [item, tile] of this.#tiles) {
      if (items.includes(item)) continue;
      tile.element.remove();
      this.#tiles.delete(item);
    }
    this.root.hidden = !items.length;
    document.documentElement.classList.toggle("with-sending", items.length > 0);
  }

  #soon(item) {
    if (item) this.#dirty.add(item);
    this.#frame ||= setTimeout(() => this.#draw(), 100); // frames rest while a page is hidden
  }

  #draw() {
    this.#frame = 0;
    for (const item of this.#dirty) this.#tiles.get(item)?.update();
    this.#dirty.clear();
    this.#drawFoot();
  }

  #drawFoot() {
    const { items, isBusy } = this.queue;
    const failed = items.filter(({ state }) => state === "failed");
    const says = this.#progress(items, failed.length);
    const button = this.root.querySelector("[data-action=retry]");
    write(this.root.querySelector(".sending-count"), says);
    write(button, this.words.retryFailed.replace("{n}", number(failed.length)));
    button.hidden = !failed.length;
    this.root.querySelector(".sending-foot > progress").value = share(items);
    this.#offerWhatIsNext(items, isBusy);
    this.#drawTrouble();
    if (isBusy !== this.#wasBusy || (isBusy && performance.now() - this.#spokenAt > SPEAK_EVERY)) this.#say(says);
    this.#wasBusy = isBusy;
  }

  #progress(items, failed) {
    const over = items.filter(({ isOver }) => isOver).length;
    const refused = items.filter(({ state }) => state === "refused").length;
    const needed = items.filter(({ state }) => state === "needed").length;
    const isDone = over > 0 && over === items.length;
    const count = this.words.of.replace("{n}", number(over)).replace("{total}", number(items.length));
    const rest = [
      refused && this.words.notTaken.replace("{n}", number(refused)),
      needed && this.words.toPickAgain.replace("{n}", number(needed)),
      !failed && isDone && this.words.allSent,
    ];
    return [count, this.#timeLeft(items), ...rest].filter(Boolean).join(" · ");
  }

  #timeLeft(items) {
    const { speed } = this.queue.pace;
    const bytes = items.filter(({ state, isUnderWay }) => isUnderWay || state === "waiting" || state === "preparing")
      .reduce((sum, { size, progress }) => sum + size - progress, 0);
    if (!bytes || !speed || this.queue.line.trouble) return "";
    const minutes = bytes / speed / 60;
    if (minutes < 1) return this.words.underAMinute;
    if (minutes < 90) return this.words.minutesLeft.replace("{n}", number(Math.ceil(minutes)));
    return this.words.hoursLeft.replace("{n}", number(Math.round(minutes / 60)));
  }

  #offerWhatIsNext(items, isBusy) {
    const isIdle = !isBusy && items.length > 0;
    const show = (name, isShown) => {
      const element = this.root.querySelector(`[data-next=${name}]`);
      if (element) element.hidden = !isShown;
    };
    show("sent", isIdle && items.some(({ isOver }) => isOver));
    show("album", isIdle && items.some(({ state }) => state === "album"));
    show("done", isIdle && items.every(({ isLeft }) => !isLeft));
    this.root.classList.toggle("is-idle", isIdle);
  }

  #drawTrouble() {
    const place = this.root.querySelector(".sending-trouble");
    const { closed, line } = this.queue;
    const says = closed || (line.trouble && this.words[line.trouble]);
    place.hidden = !says;
    write(place, says || "");
  }

  #say(text) {
    this.#spokenAt = performance.now();
    this.root.querySelector("[role=status]").textContent = text;
  }
}

function share(items) {
  const wanted = items.filter(({ state }) => state !== "refused");
  const size = wanted.reduce((sum, item) => sum + item.size, 0);
  return size ? wanted.reduce((sum, item) => sum + (item.isOver ? item.size : item.progress), 0) / size : 0;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function number(value) {
  return value.toLocaleString(document.documentElement.lang);
}
