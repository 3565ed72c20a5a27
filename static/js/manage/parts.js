// Parts of a long list, fetched as the address line asks for it.
const OWN = ["done", "deleted", "view", "start", "count"]; // what the address says of this page alone

/** The part of the list from `start` on, as an element of a document of its own; or nothing. */
export async function fetchPart(selector, start, count) {
  const address = new URL(location.href);
  for (const name of OWN) address.searchParams.delete(name);
  address.searchParams.set("start", start);
  address.searchParams.set("count", count);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  return parse(await answer.text(), selector);
}

export function parse(text, selector) {
  return new DOMParser().parseFromString(text, "text/html").querySelector(selector);
}

/** A chunk with many rows as several with `step` rows each. */
export function split(chunk, step) {
  const rows = [...chunk.children];
  const chunks = [];
  for (let at = 0; at < rows.length; at += step) {
    const part = chunk.cloneNode(false);
    part.append(...rows.slice(at, at + step));
    chunks.push(part);
  }
  return chunks;
}

/** Texts change in place, so that nothing chosen or unfolded is lost; what has the focus is left as it is. */
export function replacePieces(old, fresh, where = "") {
  for (const piece of fresh.querySelectorAll(`${where}[data-piece]`)) {
    const present = old?.querySelector(`${where}[data-piece="${piece.dataset.piece}"]`);
    if (!present || withoutToken(present) === withoutToken(piece) || present.contains(document.activeElement)) continue;
    present.replaceChildren(...piece.childNodes);
    window.htmx.process(present);
  }
}

// A form's token is masked anew on every page, and means the same.
const withoutToken = (element) => element.innerHTML.replace(/name="csrfmiddlewaretoken" value="\w+"/g, "");
