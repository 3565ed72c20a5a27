// A small picture of one's own file, made here: a guest sees at once what was chosen.

const SIDE = 240; // pixels
const PATIENCE = 4000; // milliseconds for a video's first frame

let turn = Promise.resolve();

/** Resolves to a blob: address, or to nothing of what this browser cannot draw. One at a time. */
export function lookOf(file) {
  turn = turn.then(() => draw(file)).catch(() => null);
  return turn;
}

async function draw(file) {
  if (file.type.startsWith("video/")) return drawVideo(file);
  const bitmap = await createImageBitmap(file, { resizeWidth: 2 * SIDE, resizeQuality: "medium" });
  try {
    return await shrink(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

async function drawVideo(file) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  Object.assign(video, { muted: true, playsInline: true, preload: "auto", src: address });
  try {
    await happens(video, "loadeddata");
    return await shrink(video, video.videoWidth, video.videoHeight);
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}

function happens(video, name) {
  return new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true });
    video.addEventListener("error", reject, { once: true });
    setTimeout(reject, PATIENCE);
  });
}

// The middle, as a square.
async function shrink(source, width, height) {
  const side = Math.min(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const from = [(width - side) / 2, (height - side) / 2, side, side];
  canvas.getContext("2d").drawImage(source, ...from, 0, 0, SIDE, SIDE);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
  return blob && URL.createObjectURL(blob);
}
