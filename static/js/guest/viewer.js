// One photo at full size over the grid, with an address of its own; Back leads to the grid.

import PhotoSwipe from "../../photoswipe/photoswipe.esm.min.js";
import { Stage } from "./stage.js";
import { ViewerBar } from "./viewer-bar.js";
import { sharpenOnZoom } from "./zoom.js";

const template = document.getElementById("viewer");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const INFO_BESIDE = 900; // pixels of width from which the info panel stands beside the photo
const INFO_WIDTH = 360;
const PAUSE = 5000; // milliseconds until a photo that did not come is asked for again
const LOOK_AHEAD = 12;
const PREVIEW = 1440; // pixels of the longest side
const LARGE = 2048;
const dressed = Promise.all(template.dataset.styles.split(" ").map(loadStyle));

export class Viewer {
  #title = document.title;

  constructor(grid) {
    this.grid = grid;
    this.pswp = null;
    this.words = template.content.querySelector(".viewer-words").dataset;
    grid.tiles.addEventListener("arrived", ({ detail }) => this.#refresh(detail));
  }

  async open(index, { isRevisit = false } = {}) {
    if (this.pswp) return this.pswp.goTo(index);
    const [tile] = await Promise.all([this.grid.tiles.bring(index), dressed]);
    if (!tile || this.pswp) return;
    if (!isRevisit) history.pushState({ photo: index }, "", addressOf(tile));
    this.#show(index);
  }

  /** Starts showing one photo after the other, or pauses. */
  async toggleSlideshow() {
    const { Slideshow } = await import("./slideshow.js");
    if (!this.pswp) return;
    this.slideshow ??= new Slideshow(this);
    this.slideshow.toggle();
  }

  closeForHistory() {
    this.isLeaving = true;
    this.pswp?.close();
  }

  #show(index) {
    const pswp = (this.pswp = new PhotoSwipe(this.#options(index)));
    this.isLeaving = false;
    pswp.addFilter("numItems", () => this.grid.count);
    pswp.addFilter("itemData", (_, at) => this.#item(at));
    pswp.addFilter("thumbEl", (_, data, at) => this.grid.element(at)?.querySelector("img"));
    pswp.addFilter("placeholderSrc", (_, content) => content.data.msrc ?? false);
    this.stage = new Stage(pswp, this.grid, template);
    this.bar = new ViewerBar(pswp, this, template);
    sharpenOnZoom(pswp);
    pswp.on("change", () => this.#changed());
    pswp.on("close", () => this.#closing());
    pswp.on("destroy", () => this.#closed());
    pswp.on("loadError", ({ content }) => this.#failed(content.index));
    keepEarlyKeys(pswp);
    pswp.init();
  }

  #options(index) {
    return {
      index,
      mainClass: "loggia",
      loop: false,
      bgOpacity: 1,
      preload: [1, 2],
      counter: false,
      zoom: false,
      close: false,
      imageClickAction: "zoom",
      wheelToZoom: true,
      showAnimationDuration: 260,
      hideAnimationDuration: 240,
      showHideAnimationType: still.matches ? "none" : "zoom",
      arrowPrevTitle: this.words.previous,
      arrowNextTitle: this.words.next,
      errorMsg: this.words.error,
      getViewportSizeFn: () => ({ x: document.documentElement.clientWidth - this.#besideWidth(), y: innerHeight }),
    };
  }

  #besideWidth() {
    return this.bar?.isInfoOpen && innerWidth >= INFO_BESIDE ? INFO_WIDTH : 0;
  }

  #item(index) {
    const link = this.grid.tiles.get(index)?.querySelector("a");
    if (!link) {
      this.grid.tiles.bring(index);
      return { html: "", width: this.grid.shape.ratios[index] * 10, height: 1000 };
    }
    const { preview, large, full, moves, video, width, height } = link.dataset;
    const image = link.querySelector("img");
    const item = { width: Number(width), height: Number(height), alt: image.alt, thumbCropped: true };
    item.msrc = image.currentSrc || image.src;
    if (video) return { ...item, type: "video", video, poster: preview };
    if (moves !== undefined) return { ...item, src: full };
    item.src = large || preview;
    item.sharpest = scaledWidth(item, large ? LARGE : PREVIEW);
    if (large) item.srcset = `${preview} ${scaledWidth(item, PREVIEW)}w, ${large} ${item.sharpest}w`;
    return { ...item, full };
  }

  async #failed(index) {
    if (await this.grid.tiles.refresh(index)) return;
    setTimeout(() => this.pswp?.currIndex === index && this.pswp.refreshSlideContent(index), PAUSE);
  }

  #refresh(arrived) {
    if (!this.pswp) return;
    for (let at = this.pswp.currIndex - 2; at <= this.pswp.currIndex + 2; at++) {
      if (arrived.has(at)) this.pswp.refreshSlideContent(at);
    }
    if (arrived.has(this.pswp.currIndex)) this.#changed();
  }

  #changed() {
    const index = this.pswp.currIndex;
    const tile = this.grid.tiles.get(index);
    if (tile) history.replaceState({ photo: index }, "", addressOf(tile));
    if (tile) document.title = `${tile.querySelector("img").alt} · ${this.#title}`;
    this.bar.show(index, tile);
    this.grid.reveal(index);
    this.pswp.setScrollOffset(0, scrollY); // while it opens it misses that the page was scrolled
    this.grid.tiles.bring(index + LOOK_AHEAD);
    this.grid.tiles.bring(index - LOOK_AHEAD);
  }

  #closing() {
    this.slideshow?.end();
    this.stage.stop();
    if (document.fullscreenElement) document.exitFullscreen();
    if (!this.isLeaving && Number.isInteger(history.state?.photo)) history.back();
    this.isLeaving = true;
  }

  #closed() {
    const tile = this.grid.element(this.pswp.currIndex);
    this.pswp = this.bar = this.stage = this.slideshow = null;
    document.title = this.#title;
    tile?.querySelector("a")?.focus({ preventScroll: true });
  }
}

// PhotoSwipe listens to keys once it stands still; those pressed while it opens are not lost.
function keepEarlyKeys(pswp) {
  const early = [];
  const keep = ({ key, ctrlKey, metaKey, altKey }) => {
    if (!ctrlKey && !metaKey && !altKey) early.push(key);
  };
  document.addEventListener("keydown", keep);
  const stop = () => document.removeEventListener("keydown", keep);
  pswp.on("destroy", stop);
  const repeat = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
  pswp.on("bindEvents", () => {
    stop();
    queueMicrotask(() => early.forEach(repeat));
  });
}

function addressOf(tile) {
  return tile.querySelector("a").href;
}

// The server scales to a longest side, and nothing up.
function scaledWidth({ width, height }, longest) {
  return Math.round(width * Math.min(1, longest / Math.max(width, height)));
}

function loadStyle(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((done) => (link.onload = link.onerror = done));
}
