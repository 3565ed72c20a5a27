// The viewer's buttons, keys, caption and info panel.

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
    this.isInfoOpen = false;
    this.#button("fullscreen").hidden = !document.fullscreenEnabled;
    this.bar.addEventListener("click", ({ target }) => this.#act(target.closest("[data-action]")?.dataset.action));
    pswp.on("uiRegister", () => this.#attach());
    pswp.on("keydown", (event) => this.#key(event));
  }

  show(index, tile) {
    const words = this.place.dataset.words.replace("{n}", (index + 1).toLocaleString());
    this.place.textContent = words.replace("{total}", this.viewer.grid.count.toLocaleString());
    const data = tile?.querySelector("a").dataset ?? {};
    this.caption.textContent = data.caption ?? "";
    this.caption.hidden = !data.caption;
    this.#button("live").hidden = !data.live;
    if (this.link && data.download) this.link.href = data.download;
    if (this.isInfoOpen) this.#loadInfo(tile);
  }

  #attach() {
    this.pswp.element.append(this.bar, this.caption);
    if (this.info) this.pswp.element.append(this.info);
  }

  #button(action) {
    return this.bar.querySelector(`[data-action=${action}]`);
  }

  #act(action) {
    if (action === "back") this.pswp.close();
    if (action === "live") this.viewer.stage.playLive();
    if (action === "info") this.#toggleInfo();
    if (action === "fullscreen") this.#toggleFullscreen();
  }

  #key(event) {
    const { key, ctrlKey, metaKey, altKey } = event.originalEvent;
    if (ctrlKey || metaKey || altKey) return;
    if (key === "i" && this.info) this.#toggleInfo();
    if (key === "d" && this.link?.href) this.link.click();
    if (key === "f" && document.fullscreenEnabled) this.#toggleFullscreen();
    if (key === "Escape" && this.isInfoOpen) {
      event.preventDefault();
      this.#toggleInfo();
    }
  }

  #toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.pswp.element.requestFullscreen().catch(() => {});
  }

  #toggleInfo() {
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
