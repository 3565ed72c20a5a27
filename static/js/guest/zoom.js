// Zoomed into, a picture becomes its full-size self, where the link gives it.

export function sharpenOnZoom(pswp) {
  if (navigator.connection?.saveData) return;
  pswp.on("zoomPanUpdate", ({ slide }) => {
    if (needsMore(slide)) sharpen(slide.content);
  });
}

function needsMore({ content, currZoomLevel, zoomLevels }) {
  const { full, width, sharpest } = content.data;
  if (!full || width <= sharpest || content.isSharpened || currZoomLevel <= zoomLevels.initial) return false;
  return currZoomLevel * width * devicePixelRatio > sharpest;
}

// Fetched aside and decoded first: what is seen stays until the better one can take its place.
async function sharpen(content) {
  content.isSharpened = true;
  const { full, width, height } = content.data;
  const picture = Object.assign(new Image(), { src: full });
  try {
    await picture.decode();
  } catch {
    return;
  }
  const image = content.element;
  // A browser that reads the orientation otherwise than the library would show it lying down.
  const isUpright = Math.abs((picture.naturalWidth * height) / (picture.naturalHeight * width) - 1) < 0.02;
  if (!isUpright || image?.localName !== "img") return;
  content.data.srcset = "";
  picture.className = image.className;
  picture.alt = image.alt;
  for (const side of ["width", "height"]) picture.style[side] = image.style[side];
  content.element = picture;
  image.replaceWith(picture);
}
