// Asks the device where it is: only after a tap on a button that says why. The form that the button stands in is then
// sent with the place in it. Where the device says nothing, the page says so, and the place can be typed.

const TOO_LONG = 12000;

function ask() {
  return new Promise((found, failed) => {
    if (!navigator.geolocation) return failed(new Error("none"));
    navigator.geolocation.getCurrentPosition(found, failed, {
      enableHighAccuracy: true,
      timeout: TOO_LONG,
      maximumAge: 30000,
    });
  });
}

async function send(event) {
  const button = event.currentTarget;
  const form = button.form;
  if (form.elements.lat.value) return; // told already: this is the second round
  event.preventDefault();
  const trouble = document.getElementById(button.getAttribute("aria-describedby"));
  button.setAttribute("aria-busy", "true");
  if (trouble) trouble.hidden = true;
  try {
    const { coords } = await ask();
    form.elements.lat.value = coords.latitude.toFixed(7);
    form.elements.lng.value = coords.longitude.toFixed(7);
  } catch (error) {
    button.removeAttribute("aria-busy");
    // Where another place may stand in for the device's own, the form goes out without one.
    if (!button.hasAttribute("data-place-optional")) {
      if (trouble) {
        trouble.hidden = false;
        trouble.dataset.why = error.code === 1 ? "denied" : "unknown";
      }
      return;
    }
  }
  form.requestSubmit(button);
}

export function begin(root = document) {
  for (const button of root.querySelectorAll("button[data-place]")) {
    button.hidden = false;
    button.addEventListener("click", send);
  }
}

begin();
// A page that comes back from the browser's memory must ask again, not send where somebody was an hour ago.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[data-place]")) {
    button.form.elements.lat.value = button.form.elements.lng.value = "";
    button.removeAttribute("aria-busy");
  }
});
