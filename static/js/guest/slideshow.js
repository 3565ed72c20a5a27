// One photo after the other by itself: videos play through, live photos move, a touch pauses.

import { wakeLock } from "./wake-lock.js";

const SECONDS = [3, 5, 10, 20, 60];
const USUAL = 5;
const KEPT = "loggia.seconds-per-photo";
const IDLE = 2500; // milliseconds until the buttons step back
const PATIENCE = 10_000; // milliseconds a slow picture, or a video that stalls, is waited for
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Slideshow {
  #turn = 0; // what waits for an earlier turn is void
  #idle = 0;
  #isAdvancing = false;
  #pausedByTouch = false;

  constructor(viewer) {
    this.viewer = viewer;
    this.pswp = viewer.pswp;
    this.bar = viewer.bar;
    this.isPlaying = false;
    this.seconds = this.bar.seconds;
    this.#offerSeconds();
    this.#listen();
  }

  toggle() {
    if (this.isPlaying) this.pause({ isWithVideo: true });
    else this.play();
  }

  play() {
    this.isPlaying = true;
    this.#show(true);
    wakeLock.hold();
    this.#run(++this.#turn);
  }

  pause({ isWithVideo = false } = {}) {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.#turn++;
    if (isWithVideo) videoOf(this.pswp.currSlide)?.pause();
    wakeLock.release();
    this.#show(true);
  }

  /** Back to looking by oneself. */
  end() {
    this.pause();
    this.#show(false);
  }

  async #run(turn) {
    const isStale = () => turn !== this.#turn;
    while (!isStale()) {
      await this.#dwell(isStale);
      if (!isStale()) await this.#advance(isStale);
    }
  }

  // The interval counts from when the picture is there; what moves is seen to its end.
  async #dwell(isStale) {
    const slide = this.pswp.currSlide;
    await this.#loaded(slide.index);
    if (isStale()) return;
    const video = videoOf(slide);
    if (video && (await plays(video))) return playedThrough(video, isStale);
    const moving = still.matches ? null : this.viewer.stage.startLive({ muted: true });
    await Promise.all([pause(Number(this.seconds.value) * 1000), moving && playedThrough(moving, isStale)]);
  }

  async #advance(isStale) {
    const { grid } = this.viewer;
    const next = (this.pswp.currIndex + 1) % grid.count;
    if (grid.count === 1) return;
    const tile = await grid.tiles.bring(next);
    if (!tile) await pause(PATIENCE); // away for a moment; it is asked for again
    else await this.#loaded(next);
    await visible();
    if (!tile || isStale()) return;
    const ghost = still.matches ? null : ghostOf(this.pswp.currSlide);
    this.#isAdvancing = true;
    this.pswp.goTo(next);
    this.#isAdvancing = false;
    if (ghost) this.#fade(ghost);
  }

  #fade(ghost) {
    const arriving = this.pswp.currSlide.container;
    arriving.classList.add("arriving");
    this.pswp.element.append(ghost);
    ghost.addEventListener("animationend", () => {
      ghost.remove();
      arriving.classList.remove("arriving");
    });
  }

  /** Resolves when the photo, here or beside what is shown, has come or has been waited for. */
  #loaded(index) {
    const { slide } = this.pswp.mainScroll.itemHolders.find((holder) => holder.slide?.index === index) ?? {};
    if (slide?.content.state !== "loading") return Promise.resolve();
    return new Promise((done) => {
      const come = ({ content }) => content.index === index && settle();
      const timer = setTimeout(settle, PATIENCE);
      this.pswp.on("loadComplete", come);

      function settle() {
        clearTimeout(timer);
        slide.pswp.off("loadComplete", come);
        done();
      }
    });
  }

  #retime() {
    remember(this.seconds.value);
    if (this.isPlaying) this.play();
  }

  #offerSeconds() {
    const kept = Number(remembered());
    const chosen = SECONDS.includes(kept) ? kept : USUAL;
    for (const seconds of SECONDS) {
      const words = this.seconds.dataset.words.replace("{n}", seconds);
      this.seconds.append(new Option(words, seconds, false, seconds === chosen));
    }
    this.seconds.addEventListener("change", () => this.#retime());
  }

  #show(isOn) {
    const { classList } = this.pswp.element ?? document.body;
    classList.toggle("slideshow", isOn);
    classList.add("pswp--ui-visible");
    this.bar.showPlaying(this.isPlaying, isOn);
    this.#wake();
  }

  #wake() {
    clearTimeout(this.#idle);
    this.pswp.element?.classList.remove("idle");
    if (!this.isPlaying) return;
    this.#idle = setTimeout(() => {
      if (!this.bar.bar.contains(focusedByKey())) this.pswp.element?.classList.add("idle");
    }, IDLE);
  }

  #listen() {
    const { pswp } = this;
    pswp.on("change", () => !this.#isAdvancing && this.end());
    pswp.on("zoomPanUpdate", ({ slide }) => slide.currZoomLevel > slide.zoomLevels.initial && this.end());
    pswp.on("pointerDown", () => {
      this.#pausedByTouch = this.isPlaying;
      this.pause();
    });
    for (const action of ["imageClickAction", "bgClickAction", "tapAction"]) {
      pswp.on(action, (event) => this.#pausedByTouch && event.preventDefault());
    }
    for (const name of ["pointermove", "keydown", "focusin"]) {
      pswp.element.addEventListener(name, () => this.#wake(), { passive: true });
    }
  }
}

function videoOf(slide) {
  return slide?.content.type === "video" ? slide.content.element?.querySelector("video") : null;
}

/** Starts a video, silently where sound must be asked for; false when it cannot play here. */
async function plays(video) {
  for (const isMuted of [video.muted, true]) {
    video.muted = isMuted;
    try {
      await video.play();
      return true;
    } catch {
      if (video.error || !video.isConnected) return false;
    }
  }
  return false;
}

/** Resolves when a video has ended, has failed, or has stood still for too long. */
async function playedThrough(video, isStale) {
  let [position, since] = [-1, performance.now()];
  while (!isStale() && video.isConnected && !video.ended && !video.error) {
    await pause(200);
    if (video.currentTime !== position || document.hidden) [position, since] = [video.currentTime, performance.now()];
    if (performance.now() - since > PATIENCE) return;
  }
}

function ghostOf(slide) {
  const image = slide?.content.element;
  if (image?.localName !== "img") return null;
  const { left, top, width, height } = image.getBoundingClientRect();
  const ghost = image.cloneNode();
  ghost.className = "slideshow-ghost";
  ghost.alt = "";
  const place = { left, top, width, height };
  for (const [side, pixels] of Object.entries(place)) ghost.style[side] = `${pixels}px`;
  return ghost;
}

function focusedByKey() {
  return document.querySelector(":focus-visible");
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

async function visible() {
  while (document.hidden) {
    await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    // It holds for this show.
  }
}
