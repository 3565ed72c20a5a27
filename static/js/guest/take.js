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
    const isAll = form.elements.what.value === "all";
    form.elements.assets.value = isAll ? "" : (await idsOf(selection)).join(",");
    event.detail.issueRequest(true);
    sheet.close();
    if (!isAll) selection.clear();
  });
}

export async function take(selection) {
  const [index] = selection.chosen;
  const tile = selection.chosen.size === 1 && (await selection.grid.tiles.bring(index));
  const link = tile && tile.querySelector("a");
  if (!link || link.dataset.live) return open(selection, "selection");
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
  words.textContent = words.dataset.words.replace("{n}", size.toLocaleString());
  form.elements.what.value = what;
  sheet.showModal();
}

async function idsOf({ grid, chosen }) {
  const ids = [];
  const missing = [];
  for (const index of [...chosen].sort((a, b) => a - b)) {
    const id = grid.tiles.get(index)?.dataset.id;
    if (id) ids.push(id);
    else missing.push(index);
  }
  return ids.concat(await fetchIds(grid, missing));
}

async function fetchIds(grid, missing) {
  const ids = [];
  for (let at = 0; at < missing.length; ) {
    const offset = missing[at];
    const response = await fetch(`${grid.root.dataset.base}/ids?offset=${offset}&limit=${IDS_AT_ONCE}`);
    const found = (await response.json()).ids;
    for (; at < missing.length && missing[at] < offset + IDS_AT_ONCE; at++) {
      if (found[missing[at] - offset]) ids.push(found[missing[at] - offset]);
    }
  }
  return ids;
}
