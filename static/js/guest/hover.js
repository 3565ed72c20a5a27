// A live photo moves while the pointer rests on it.

const RESTING = 350; // milliseconds

export function playOnHover(grid) {
  if (!matchMedia("(hover: hover) and (prefers-reduced-motion: no-preference)").matches) return;
  let timer = 0;
  grid.root.addEventListener("pointerover", ({ target }) => {
    const tile = target.closest(".tile.is-live");
    if (!tile || tile.querySelector("video")) return;
    clearTimeout(timer);
    timer = setTimeout(() => play(tile), RESTING);
    tile.addEventListener("pointerleave", () => stop(tile, timer), { once: true });
  });
}

function play(tile) {
  const video = document.createElement("video");
  Object.assign(video, { src: tile.querySelector("a").dataset.live, muted: true, loop: true, playsInline: true });
  video.addEventListener("canplay", () => tile.querySelector("a").append(video), { once: true });
  video.play().catch(() => video.remove());
  tile.moving = video;
}

function stop(tile, timer) {
  clearTimeout(timer);
  tile.moving?.pause();
  tile.moving?.removeAttribute("src");
  tile.moving?.remove();
  delete tile.moving;
}
