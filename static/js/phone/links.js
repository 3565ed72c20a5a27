// The links that take photos and were opened in this browser, newest first: kept here and nowhere
// else, so that a shared photo can be added to one of them.

const NAME = "loggia.links";
const GUEST = "loggia.name"; // as the links' own pages keep it
const MOST = 30;

/** [{base, title}], newest first. */
export function known() {
  try {
    const links = JSON.parse(localStorage.getItem(NAME)) ?? [];
    return links.filter(({ base, title }) => isBase(base) && typeof title === "string");
  } catch {
    return []; // no storage, or something else in it
  }
}

export function remember(base, title) {
  write([{ base, title }, ...known().filter((link) => link.base !== base)].slice(0, MOST));
}

export function forgetLink(base) {
  write(known().filter((link) => link.base !== base));
}

/** What the guest is called, as told on any page of a link. */
export function guestName() {
  try {
    return localStorage.getItem(GUEST) ?? "";
  } catch {
    return "";
  }
}

export function rememberGuest(name) {
  localStorage.setItem(GUEST, name);
}

function isBase(base) {
  return /^\/(share|s)\/[\w-]{3,80}$/.test(base);
}

function write(links) {
  try {
    localStorage.setItem(NAME, JSON.stringify(links));
  } catch {
    // Without storage there is nothing to choose from later, and all else works.
  }
}
