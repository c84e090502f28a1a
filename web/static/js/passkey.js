// What allauth's scripts leave to the page: show the passkey way in only where there is one, and say when it failed.

const trouble = document.querySelector("[data-passkey-trouble]");

if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = false;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  if (trouble) trouble.hidden = false;
});
