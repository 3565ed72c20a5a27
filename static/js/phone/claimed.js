// Which links have shared files to send, told without opening the database that holds these.

const NAME = "loggia.claimed";

export function claimed() {
  try {
    const bases = JSON.parse(localStorage.getItem(NAME));
    return Array.isArray(bases) ? bases : [];
  } catch {
    return []; // no storage, or something else in it
  }
}

export function note(base) {
  localStorage.setItem(NAME, JSON.stringify([...new Set([...claimed(), base])]));
}

export function strike(base) {
  localStorage.setItem(NAME, JSON.stringify(claimed().filter((one) => one !== base)));
}
