// What was shared with the app and is for this link goes into the link's queue, and is kept here
// until it is sent: a page that ends on the way loses nothing, large videos included.

import { startQueue } from "../guest/sending/start.js";
import { strike } from "./claimed.js";
import { forget, sentTo } from "./kept.js";

export async function sendShared(root) {
  const { base } = root.dataset;
  const shared = await sentTo(base);
  if (!shared.length) return strike(base);
  const name = document.getElementById("add-form").elements.contributor;
  const { queue, panel } = await startQueue(base, root, () => name.value.trim());
  const waiting = new Map(shared.map(({ key, file }) => [join(queue, file), key]));
  queue.addEventListener("item", ({ detail }) => detail.isLeft || letGo(detail));
  queue.addEventListener("removed", ({ detail }) => letGo(detail));
  for (const item of waiting.keys()) if (!item.isLeft) letGo(item);
  panel.fold(false);

  async function letGo(item) {
    if (!waiting.has(item)) return;
    const key = waiting.get(item);
    waiting.delete(item);
    await forget(key);
    if (!waiting.size) strike(base);
  }
}

// After a reload the queue knows most of them, but has the large ones not at hand.
function join(queue, file) {
  const there = queue.items.find((item) => item.file && !item.isShared && isAlike(item, file));
  const lost = there ? null : queue.items.find((item) => item.mayBe(file));
  if (!there) queue.add([{ file, path: "" }]);
  const item = there ?? lost ?? queue.items.at(-1);
  item.isShared = true;
  return item;
}

function isAlike(item, file) {
  return item.name === file.name && item.size === file.size;
}
