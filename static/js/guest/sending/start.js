// Wakes the queue of a page: fetched when somebody is about to send, or something was left.

import { forget, left } from "./kept.js";
import { Panel } from "./panel.js";
import { Queue } from "./queue.js";

const starting = new Map(); // base → Promise of {queue, panel}

/** The queue of a link in this panel; the same one each time. Rejects where the link is closed. */
export function startQueue(base, root, name) {
  if (!starting.has(base)) {
    starting.set(base, start(base, root, name));
    starting.get(base).catch(() => starting.delete(base));
  }
  return starting.get(base);
}

async function start(base, root, name) {
  const response = await fetch(`${base}/sending`, { cache: "no-store" });
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) throw new Error("closed");
  const queue = new Queue(await response.json(), name);
  const panel = new Panel(root, queue);
  await queue.restore();
  return { queue, panel };
}

/** Whether an earlier page left something to send. */
export async function hasLeft(base) {
  const records = await left(base);
  const isLeft = records.some(({ state }) => !["sent", "held", "album", "known", "refused"].includes(state));
  if (!isLeft && records.length) await forget(records.map(({ id }) => id));
  return isLeft;
}
