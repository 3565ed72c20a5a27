// How the link stands now: whether the server is there at all, and whether it still takes photos.

const PATIENCE = 10_000; // milliseconds

export async function standing(base) {
  try {
    const signal = AbortSignal.timeout?.(PATIENCE);
    const response = await fetch(`${base}/sending`, { cache: "no-store", signal });
    const text = await response.text(); // one that is not read keeps its connection
    const isFacts = response.headers.get("Content-Type")?.startsWith("application/json");
    return {
      isReached: response.status < 500,
      isOpen: Boolean(isFacts && JSON.parse(text).isOpen),
      isLocked: response.ok && !isFacts, // a page that asks for the password
    };
  } catch {
    return { isReached: false, isOpen: false, isLocked: false };
  }
}
