// Presets set the switches in place, so that nothing typed so far is lost.
document.addEventListener("click", (event) => {
  const preset = event.target.closest("[data-preset]");
  if (!preset || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const on = preset.dataset.preset.split(" ");
  for (const input of preset.closest("form").querySelectorAll(".switches input")) {
    input.checked = on.includes(input.name);
  }
  mark(preset.closest("form"));
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (event.target.closest(".switches")) mark(form);
  if (event.target.name === "until") form.querySelector("[name=lifetime][value=date]").checked = true;
  if (event.target.name === "lifetime" && event.target.value === "date") form.elements.until.focus();
});

function mark(form) {
  const on = [...form.querySelectorAll(".switches input:checked")].map((input) => input.name).sort().join(" ");
  for (const preset of form.querySelectorAll("[data-preset]")) {
    const isOn = preset.dataset.preset.split(" ").sort().join(" ") === on;
    preset.toggleAttribute("aria-current", isOn);
    if (isOn) preset.setAttribute("aria-current", "true");
  }
}
