// The theme follows the system until someone chooses; the choice is a cookie, so that the server
// can render it and no page flashes in the wrong colours.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-action=theme]")) return;
  const now = root.dataset.theme || (system.matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  document.cookie = `loggia_theme=${next}; path=/; max-age=31536000; samesite=lax`;
});
