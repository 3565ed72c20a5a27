// The status page as things change: what differs is put in its place.
import { fetchPart, replacePieces } from "./parts.js";

export const status = () => document.querySelector("#status[data-live]");

export async function refreshStatus() {
  const old = status();
  const fresh = await fetchPart("#status", 0, 0);
  if (!fresh || old !== status()) return;
  replacePieces(old, fresh);
  old.dataset.version = fresh.dataset.version;
}
