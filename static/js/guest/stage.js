// What moves in the viewer: videos with their own controls, and live photos while asked.

const CONTROLS = 90; // pixels at a video's foot that belong to its controls, not to swiping
const LONG_PRESS = 350; // milliseconds
const STEADY = 10; // pixels a finger may wander meanwhile

export class Stage {
  constructor(pswp, grid, template) {
    this.pswp = pswp;
    this.grid = grid;
    this.template = template;
    this.live = null;
    pswp.addFilter("isContentZoomable", (is, content) => is && content.type !== "video");
    pswp.addFilter("useContentPlaceholder", (is, content) => content.type === "video" || is);
    pswp.addFilter("isKeepingPlaceholder", (is, content) => content.type !== "video" && is);
    pswp.on("contentLoad", (event) => this.#load(event));
    pswp.on("contentActivate", ({ content }) => videoOf(content)?.play().catch(() => {}));
    pswp.on("contentDeactivate", ({ content }) => videoOf(content)?.pause());
    pswp.on("contentDestroy", ({ content }) => release(videoOf(content)));
    pswp.on("change", () => this.stop());
    pswp.on("pointerDown", (event) => this.#leaveControls(event));
    pswp.on("bindEvents", () => this.#pressLongToPlay());
  }

  playLive() {
    if (this.live) this.stop();
    else this.startLive();
  }

  /** Lets the live photo in view move, once; returns its video, or nothing where there is none. */
  startLive({ muted = false } = {}) {
    this.stop();
    const source = this.grid.tiles.get(this.pswp.currIndex)?.querySelector("a").dataset.live;
    const image = this.pswp.currSlide?.content?.element;
    if (!source || !image) return null;
    const video = document.createElement("video");
    Object.assign(video, { src: source, muted, playsInline: true, className: "live-video" });
    video.style.width = image.style.width;
    video.style.height = image.style.height;
    for (const name of ["ended", "error"]) {
      video.addEventListener(name, () => this.live === video && this.stop());
    }
    this.pswp.currSlide.container.append(video);
    this.live = video;
    video.play().catch(() => this.live === video && this.stop());
    return video;
  }

  stop() {
    release(this.live);
    this.live?.remove();
    this.live = null;
    const { content } = this.pswp.currSlide ?? {};
    if (this.pswp.isDestroying) videoOf(content)?.pause();
  }

  #load(event) {
    const { content } = event;
    if (content.type !== "video") return;
    event.preventDefault();
    content.state = "loading";
    content.element = document.createElement("div");
    content.element.className = "viewer-media";
    const video = document.createElement("video");
    Object.assign(video, { controls: true, playsInline: true, preload: "metadata" });
    video.poster = content.data.poster;
    video.setAttribute("aria-label", content.data.alt);
    video.addEventListener("loadedmetadata", () => this.#loaded(content, video));
    video.addEventListener("error", () => this.#sayUnplayable(content, video));
    video.src = content.data.video;
    content.element.append(video);
    content.onLoaded();
  }

  // Sound alone plays in a picture codec the browser lacks; a guest wants to know why it is dark.
  #loaded(content, video) {
    if (!video.videoWidth) this.#sayUnplayable(content, video);
  }

  async #sayUnplayable(content, video) {
    const { src } = video;
    const answer = await fetch(src, { method: "HEAD" }).catch(() => null);
    const notice = this.template.content.querySelector(".viewer-unplayable").cloneNode(true);
    notice.querySelector("img").src = content.data.poster;
    const link = notice.querySelector("a");
    const tile = this.grid.tiles.get(content.index);
    if (link) link.href = tile.querySelector("a").dataset.download;
    if (!answer?.ok) notice.classList.add("is-away");
    release(video);
    video.replaceWith(notice);
  }

  #leaveControls(event) {
    const { target, clientY } = event.originalEvent;
    if (target.localName === "a") return event.preventDefault();
    if (target.localName !== "video") return;
    if (target.getBoundingClientRect().bottom - clientY < CONTROLS) event.preventDefault();
  }

  #pressLongToPlay() {
    const { scrollWrap } = this.pswp;
    let press = null;
    const end = () => clearTimeout(press?.timer);
    scrollWrap.addEventListener("pointerdown", ({ pointerType, isPrimary, clientX, clientY }) => {
      end();
      press = null;
      if (pointerType === "mouse" || !isPrimary || this.live || !this.#isLive()) return;
      press = { x: clientX, y: clientY, isLong: false };
      press.timer = setTimeout(() => {
        press.isLong = true;
        this.startLive();
      }, LONG_PRESS);
    });
    scrollWrap.addEventListener("pointermove", ({ clientX, clientY }) => {
      if (press && Math.hypot(clientX - press.x, clientY - press.y) > STEADY) end();
    });
    for (const name of ["pointerup", "pointercancel"]) scrollWrap.addEventListener(name, end);
    // The same long press would open the browser's menu for pictures; and it is no tap.
    scrollWrap.addEventListener("contextmenu", (event) => press && event.preventDefault());
    this.pswp.on("tapAction", (event) => press?.isLong && event.preventDefault());
  }

  #isLive() {
    return Boolean(this.grid.tiles.get(this.pswp.currIndex)?.querySelector("a").dataset.live);
  }
}

function videoOf(content) {
  return content?.type === "video" ? content.element?.querySelector("video") : null;
}

function release(video) {
  if (!video) return;
  video.pause();
  video.removeAttribute("src");
  video.load();
}
