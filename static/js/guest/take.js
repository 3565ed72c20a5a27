// Taking photos home: one comes as it is, several are asked for in the sheet and come as a ZIP.

const IDS_AT_ONCE = 5000;
const sheet = document.getElementById("take");
const form = sheet.querySelector("form");

export function askWhatToTake(selection) {
  document.addEventListener("click", ({ target }) => {
    const action = target.closest("[data-action]")?.dataset.action;
    if (action === "take") open(selection, selection.chosen.size ? "selection" : "all");
    if (action === "cancel" || target === sheet) sheet.close();
  });
  // Before the request goes out, the places chosen become ids; some may have to be fetched.
  form.addEventListener("htmx:confirm", async (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    const isAll = form.elements.what.value === "all" || selection.chosen.size === selection.grid.count;
    const ids = isAll ? [] : await idsOf(selection);
    sheet.close();
    if (ids === null) return selection.grid.tiles.dispatchEvent(new Event("changed"));
    form.elements.what.value = isAll ? "all" : "selection";
    form.elements.assets.value = ids.join(",");
    event.detail.issueRequest(true);
    if (selection.chosen.size) selection.clear();
  });
}

export async function take(selection) {
  const [index] = selection.chosen;
  const tile = selection.chosen.size === 1 && (await selection.grid.tiles.bring(index));
  const link = tile && tile.querySelector("a");
  // A pair is two files; what is not given by itself gets its reason in the dock.
  if (!link || !link.dataset.download || "pair" in link.dataset) return open(selection, "selection");
  const saved = document.createElement("a");
  saved.href = link.dataset.download;
  saved.download = "";
  saved.click();
  selection.clear();
}

function open(selection, what) {
  const { size } = selection.chosen;
  const choice = form.querySelector("[value=selection]").closest("label");
  const words = choice.querySelector("small");
  choice.hidden = size === 0;
  words.textContent = words.dataset.words.replace("{n}", size.toLocaleString(document.documentElement.lang));
  form.elements.what.value = what;
  sheet.showModal();
}

/** The ids of what is chosen; nothing when the album changed, for places then mean others. */
async function idsOf({ grid, chosen }) {
  const ids = [];
  const missing = [];
  for (const index of [...chosen].sort((a, b) => a - b)) {
    const id = grid.tiles.get(index)?.dataset.id;
    if (id) ids.push(id);
    else missing.push(index);
  }
  const fetched = await fetchIds(grid, missing);
  return fetched && ids.concat(fetched);
}

async function fetchIds(grid, missing) {
  const ids = [];
  for (let at = 0; at < missing.length; ) {
    const offset = missing[at];
    const response = await fetch(`${grid.root.dataset.base}/ids?offset=${offset}&limit=${IDS_AT_ONCE}`);
    const { version, ids: found } = await response.json();
    if (version !== grid.tiles.version) return null;
    for (; at < missing.length && missing[at] < offset + IDS_AT_ONCE; at++) {
      if (found[missing[at] - offset]) ids.push(found[missing[at] - offset]);
    }
  }
  return ids;
}
