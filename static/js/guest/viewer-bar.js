// The viewer's buttons, keys, caption and info panel.

import { canShareFiles } from "./can-share.js";

export class ViewerBar {
  #asked = 0;

  constructor(pswp, viewer, template) {
    const parts = template.content.cloneNode(true);
    this.pswp = pswp;
    this.viewer = viewer;
    this.bar = parts.querySelector(".viewer-bar");
    this.place = parts.querySelector(".place");
    this.caption = parts.querySelector(".viewer-caption");
    this.info = parts.querySelector(".viewer-info");
    this.link = parts.querySelector("[data-action=download]");
    this.seconds = parts.querySelector(".seconds");
    this.isInfoOpen = false;
    if (this.#button("share")) this.#button("share").hidden = !canShareFiles;
    this.#hoverToPlay(this.#button("live"));
    this.#button("fullscreen").hidden = !document.fullscreenEnabled;
    this.bar.addEventListener("click", ({ target }) => this.#act(target.closest("[data-action]")?.dataset.action));
    pswp.on("uiRegister", () => this.#attach());
    pswp.on("keydown", (event) => this.#key(event));
  }

  show(index, tile) {
    const words = this.place.dataset.words.replace("{n}", (index + 1).toLocaleString(document.documentElement.lang));
    this.place.textContent = words.replace("{total}", this.viewer.grid.count.toLocaleString(document.documentElement.lang));
    const data = tile?.querySelector("a").dataset ?? {};
    this.caption.textContent = [data.caption, data.credit].filter(Boolean).join(" · ");
    this.caption.hidden = !this.caption.textContent;
    this.#button("live").hidden = !data.live;
    if (this.link) this.#offer(data.download);
    if (this.isInfoOpen) this.#loadInfo(tile);
  }

  // What no longer fits a limit of the link has no address to be saved from.
  #offer(address) {
    this.link.hidden = !address;
    this.#button("share").hidden = !address || !canShareFiles;
    if (address) this.link.href = address;
    else this.link.removeAttribute("href");
  }

  /** Says whether the slideshow goes on; `isOn` while it may be taken up again. */
  showPlaying(isPlaying, isOn) {
    const button = this.#button("slideshow");
    const name = isPlaying ? button.dataset.pause : button.dataset.play;
    button.setAttribute("aria-label", name);
    button.title = `${name} (S)`;
    button.classList.toggle("playing", isPlaying);
    this.seconds.hidden = !isOn;
    this.place.setAttribute("aria-live", isPlaying ? "off" : "polite");
  }

  #hoverToPlay(button) {
    button.addEventListener("pointerenter", ({ pointerType }) => {
      if (pointerType === "mouse" && !this.viewer.stage.live) this.viewer.stage.startLive({ muted: true });
    });
  }

  #attach() {
    this.pswp.element.setAttribute("aria-label", this.bar.getAttribute("aria-label"));
    this.pswp.element.append(this.bar, this.caption);
    if (this.info) this.pswp.element.append(this.info);
  }

  #button(action) {
    return this.bar.querySelector(`[data-action=${action}]`);
  }

  #act(action) {
    if (action === "back") this.pswp.close();
    if (action === "live") this.#playLive();
    if (action === "info") this.#toggleInfo();
    if (action === "share") this.#share();
    if (action === "slideshow") this.viewer.toggleSlideshow();
    if (action === "fullscreen") this.#toggleFullscreen();
  }

  #key(event) {
    const { key, target, ctrlKey, metaKey, altKey } = event.originalEvent;
    if (document.querySelector("dialog[open]")) return event.preventDefault();
    if (ctrlKey || metaKey || altKey || target.localName === "select") return;
    if (key === "s" || (key === " " && this.viewer.slideshow && !target.closest("a, button, video"))) {
      event.originalEvent.preventDefault();
      this.viewer.toggleSlideshow();
    }
    if (key === "?") this.viewer.slideshow?.pause();
    if (key === "l" && !this.#button("live").hidden) this.#playLive();
    if (key === "i" && this.info) this.#toggleInfo();
    if (key === "d" && this.link?.href) this.link.click();
    if (key === "f" && document.fullscreenEnabled) this.#toggleFullscreen();
    if (key === "Escape" && this.isInfoOpen) {
      event.preventDefault();
      this.#toggleInfo();
    }
  }

  // A click while it moves silently, for the pointer rests there, lets it be heard.
  #playLive() {
    if (this.viewer.stage.live?.muted) this.viewer.stage.startLive();
    else this.viewer.stage.playLive();
  }

  async #share() {
    this.viewer.slideshow?.pause();
    const { share } = await import("./share.js");
    if (this.pswp.isOpen) share(this.viewer.grid, [this.pswp.currIndex]);
  }

  #toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.pswp.element.requestFullscreen().catch(() => {});
  }

  #toggleInfo() {
    this.viewer.slideshow?.end();
    this.isInfoOpen = !this.isInfoOpen;
    this.info.hidden = !this.isInfoOpen;
    this.#button("info").setAttribute("aria-expanded", this.isInfoOpen);
    this.pswp.element.classList.toggle("with-info", this.isInfoOpen);
    this.pswp.updateSize(true);
    if (this.isInfoOpen) this.#loadInfo(this.viewer.grid.tiles.get(this.pswp.currIndex));
  }

  async #loadInfo(tile) {
    const turn = ++this.#asked;
    if (!tile) return;
    const response = await fetch(`${this.viewer.grid.root.dataset.base}/info/${tile.dataset.id}`);
    const html = response.ok ? await response.text() : "";
    if (turn === this.#asked) this.info.innerHTML = html;
  }
}
