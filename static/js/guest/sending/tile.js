// One file of the queue as the guest sees it.

import { lookOf } from "./look.js";
import { ATTEMPTS } from "./queue.js";

export class Tile {
  #isDrawn = false;

  constructor(item, template, words) {
    this.item = item;
    this.words = words;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.what = this.element.querySelector(".what");
    this.bar = this.element.querySelector("progress");
    this.element.dataset.id = item.id;
    this.#name();
    this.update();
  }

  #name() {
    const { name } = this.item;
    this.element.querySelector(".name").textContent = name;
    this.element.querySelector(".kind").textContent = /\.(\w{1,5})$/.exec(name)?.[1] ?? "";
    this.bar.setAttribute("aria-label", name);
    for (const button of this.element.querySelectorAll("button")) {
      const says = this.words[button.dataset.action].replace("{name}", name);
      button.setAttribute("aria-label", says);
      button.title = says;
    }
  }

  update() {
    const { item, element } = this;
    const says = this.#says();
    if (this.what.textContent !== says) this.what.textContent = says;
    this.bar.hidden = !item.isUnderWay;
    this.bar.value = item.size ? item.progress / item.size : 0;
    if (element.dataset.state === item.state) return;
    element.dataset.state = item.state;
    element.querySelector("[data-action=remove]").hidden = item.isOver;
    element.querySelector("[data-action=again]").hidden = item.state !== "failed";
    if (this.#isDrawn === "lost") this.draw();
  }

  /** Draws the picture, when it comes into view: of the file, or of what the server made of it. */
  async draw() {
    if (this.#isDrawn === true) return;
    const { file, uploadId, base } = this.item;
    this.#isDrawn = file ? true : "lost";
    const address = file ? await lookOf(file) : uploadId && `${base}/sent/${uploadId}/look`;
    if (!address) return;
    const image = Object.assign(new Image(), { src: address, alt: "" });
    image.onload = () => {
      this.#isDrawn = true;
      this.element.querySelector(".look").replaceChildren(image);
    };
  }

  #says() {
    const { item, words } = this;
    const { state, reason } = item;
    if (state === "sending") return percent(item);
    if (state === "retrying" && item.attempt) {
      return words.retrying.replace("{n}", item.attempt).replace("{total}", ATTEMPTS);
    }
    if (state === "retrying") return percent(item);
    return reason || words[state];
  }
}

function percent({ progress, size }) {
  const share = Math.min(0.99, size ? progress / size : 0); // 100 % is when the server has it
  return share.toLocaleString(document.documentElement.lang, { style: "percent" });
}
