// The list of keys.

const list = document.getElementById("keys");

list.addEventListener("click", ({ target }) => {
  if (target === list || target.closest("[data-action=dismiss]")) list.close();
});

export function showKeys() {
  if (!document.querySelector("dialog[open]")) list.showModal();
}
