// What a link takes, told at once instead of after sending. The server has the last word.

const VIDEO = /\.(mov|mp4|m4v|mkv|avi|webm|3gp|mts|m2ts)$/i;

/** The word for why a file is not taken, a key of the words; or nothing. */
export function refusal(item, facts, queued) {
  if (item.size === 0) return "empty";
  if (item.size > facts.maxSize) return "tooLarge";
  const isVideo = item.type.startsWith("video/") || VIDEO.test(item.name);
  if (facts.kinds === "photos" && isVideo) return "noVideos";
  if (facts.kinds === "videos" && !isVideo) return "noPhotos";
  return hasRoom(item, facts, queued) ? null : "noRoom";
}

// What the server knew of when it told what is left, it has counted already.
function hasRoom(item, { filesLeft, bytesLeft }, queued) {
  const ahead = queued.filter(({ isCounted, state }) => !isCounted && state !== "refused" && state !== "known");
  if (filesLeft !== null && ahead.length >= filesLeft) return false;
  return bytesLeft === null || ahead.reduce((sum, { size }) => sum + size, item.size) <= bytesLeft;
}
