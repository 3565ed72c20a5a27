// What is about to be sent, at a glance: pictures of the first, and what it is in all.

const MOST = 24; // pictures; a phone decodes each at full size
const VIDEO = /[.](mov|mp4|m4v|mkv|avi|webm|3gp|mts|m2ts)$/i;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
let addresses = [];

export const isVideo = ({ type, name }) => type.startsWith("video/") || VIDEO.test(name);

export function showPreviews(list, files) {
  addresses.forEach((address) => URL.revokeObjectURL(address));
  addresses = [];
  const tiles = files.slice(0, MOST).map((file) => makeTile(list.dataset, file));
  const more = files.length - tiles.length;
  if (more > 0) tiles.push(makeItem("more", `+${number(more)}`));
  list.replaceChildren(...tiles);
}

/** "3 photos, 1 video · 24 MB" */
export function inWords(words, files) {
  const videos = files.filter(isVideo).length;
  const photos = files.length - videos;
  const counts = [
    photos && plural(words.photo, words.photos, photos),
    videos && plural(words.video, words.videos, videos),
  ];
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return `${counts.filter(Boolean).join(", ")} · ${inBytes(size)}`;
}

function makeTile({ icons }, file) {
  if (isVideo(file)) return makeItem("video", file.name, icons, "play");
  const address = URL.createObjectURL(file);
  addresses.push(address);
  const picture = Object.assign(new Image(), { src: address, alt: file.name, decoding: "async" });
  const item = document.createElement("li");
  item.append(picture);
  // Not every browser shows what its phone takes: HEIC, raw files.
  picture.onerror = () => item.replaceWith(makeItem("plain", file.name, icons, "file"));
  return item;
}

function makeItem(kind, words, icons = "", symbol = "") {
  const item = Object.assign(document.createElement("li"), { className: kind });
  if (symbol) item.append(makeIcon(`${icons}#${symbol}`));
  item.append(Object.assign(document.createElement("span"), { textContent: words }));
  return item;
}

function makeIcon(address) {
  const [icon, use] = ["svg", "use"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  use.setAttribute("href", address);
  icon.append(use);
  return icon;
}

function plural(one, other, n) {
  const form = new Intl.PluralRules(document.documentElement.lang).select(n) === "one" ? one : other;
  return form.replace("{n}", number(n));
}

const number = (n) => n.toLocaleString(document.documentElement.lang);

function inBytes(size) {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log(size || 1) / Math.log(1024))));
  const format = { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 };
  return (size / 1024 ** step).toLocaleString(document.documentElement.lang, format);
}
