// Keys on the page of one photo; everything else there are plain links.

const keys = {
  ArrowLeft: "a[rel=prev]",
  ArrowRight: "a[rel=next]",
  Escape: "a[rel=up]",
  d: "a[rel=enclosure]",
  i: "a[href='#info']",
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.localName === "video") return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") import("./keys.js").then(({ showKeys }) => showKeys());
  if (keys[event.key]) document.querySelector(keys[event.key])?.click();
});
