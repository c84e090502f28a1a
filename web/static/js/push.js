// Has this browser told by push: after a tap, never before. Its keys go with the form to the server.

const page = document.querySelector("[data-push]");
const button = page.querySelector("[data-push-on]");
const trouble = page.querySelector("[data-push-trouble]");
const can = "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;

const base64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function subscribe(event) {
  const { form } = button;
  if (form.elements.endpoint.value) return;
  event.preventDefault();
  trouble.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
    const worker = await navigator.serviceWorker.ready;
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: page.dataset.key });
    form.elements.endpoint.value = made.endpoint;
    form.elements.p256dh.value = base64url(made.getKey("p256dh"));
    form.elements.auth.value = base64url(made.getKey("auth"));
    form.requestSubmit(button);
  } catch {
    trouble.hidden = false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

button.hidden = !can;
trouble.hidden = can;
button.addEventListener("click", subscribe);

// Quiet hours are meant by the clock of this phone.
for (const zone of document.querySelectorAll("input[name=zone]")) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? zone.value;
