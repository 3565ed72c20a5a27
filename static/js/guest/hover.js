// A live photo moves while the pointer rests on it.

const RESTING = 350; // milliseconds

export function playOnHover(grid) {
  if (!matchMedia("(hover: hover) and (prefers-reduced-motion: no-preference)").matches) return;
  let [tile, video, timer] = [null, null, 0];

  grid.root.addEventListener("pointerover", ({ target }) => {
    const entered = target.closest(".tile");
    if (entered === tile) return;
    stop();
    tile = entered;
    if (tile?.classList.contains("is-live")) timer = setTimeout(play, RESTING);
  });
  grid.root.addEventListener("pointerleave", stop);
  // What scrolls away, or goes under the viewer, is left without the pointer leaving it.
  addEventListener("scroll", () => tile && !tile.matches(":hover") && stop(), { passive: true });
  grid.root.addEventListener("click", stop);

  function play() {
    const link = tile.querySelector("a");
    const moving = (video = document.createElement("video"));
    Object.assign(moving, { src: link.dataset.live, muted: true, loop: true, playsInline: true });
    moving.addEventListener("canplay", () => moving === video && link.append(moving), { once: true });
    moving.play().catch(() => moving.remove());
  }

  function stop() {
    clearTimeout(timer);
    video?.pause();
    video?.removeAttribute("src");
    video?.remove();
    tile = video = null;
  }
}
