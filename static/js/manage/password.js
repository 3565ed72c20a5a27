import { copy, say } from "./copy.js";

// No 0/O, 1/l/I: a password is often read out. 16 of 56 letters are 92 bits.
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
const LENGTH = 16;

function generate() {
  let password = "";
  const limit = 256 - (256 % LETTERS.length); // a byte above would make some letters likelier
  while (password.length < LENGTH) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < limit) password += LETTERS[byte % LETTERS.length];
  }
  return password.match(/.{4}/g).join("-");
}

function show(box, shown) {
  box.querySelector("input[name=password]").type = shown ? "text" : "password";
  box.querySelector("[data-action=show-password]").setAttribute("aria-pressed", shown);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-password] [data-action]");
  if (!button) return;
  const box = button.closest("[data-password]");
  const input = box.querySelector("input[name=password]");
  switch (button.dataset.action) {
    case "generate-password":
      input.value = generate();
      show(box, true);
      break;
    case "show-password":
      show(box, input.type === "password");
      break;
    case "copy-password":
      if (input.value && (await copy(input.value))) say(button, button.dataset.done);
      else input.select();
  }
});
