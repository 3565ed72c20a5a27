// Copying, also on a plain-HTTP home network, where browsers offer no clipboard API.
export async function copy(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused by the browser: the old way may still be allowed.
    }
  }
  return copySelection(text);
}

function copySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

export function say(button, done) {
  const label = button.querySelector("span");
  button.dataset.was ??= label.textContent;
  label.textContent = done;
  button.setAttribute("aria-live", "polite");
  clearTimeout(button.timer);
  button.timer = setTimeout(() => (label.textContent = button.dataset.was), 2000);
}

// The last resort: the address stands there, selected, for the person to copy.
function showSelected(button) {
  const known = button.parentElement.querySelector("input[readonly]");
  const field = known ?? document.createElement("input");
  if (!known) {
    field.readOnly = true;
    field.className = "input";
    field.value = button.dataset.copy;
    button.replaceWith(field);
  }
  field.focus();
  field.select();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  if (await copy(button.dataset.copy)) say(button, button.dataset.done);
  else showSelected(button);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-share]");
  if (!button) return;
  navigator.share({ url: button.dataset.share, title: button.dataset.title }).catch(() => {});
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[readonly]")) event.target.select();
});
