// Hashes files piece by piece, off the page's own thread; crypto.subtle wants a file whole, and is
// not there over plain HTTP.

import { sha1 } from "../../../noble/legacy.js";

const PIECE = 2 ** 21; // bytes

onmessage = async ({ data: { turn, file } }) => {
  try {
    postMessage({ turn, sha1: await hash(file) });
  } catch {
    postMessage({ turn, isUnreadable: true });
  }
};

async function hash(file) {
  const hasher = sha1.create();
  for (let at = 0; at < file.size; at += PIECE) {
    hasher.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
  }
  return Array.from(hasher.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
