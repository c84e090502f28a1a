// On the way: how far it still is and in which direction, live. Begins by itself only where location is allowed
// already; otherwise after a tap.

import { bearing, distance, written } from "./geo.js";

const page = document.querySelector("[data-walk]");
const goal = { lat: Number(page.dataset.lat), lng: Number(page.dataset.lng) };
const radius = Number(page.dataset.radius);
const { units } = page.dataset;
const language = document.documentElement.lang;
const part = (name) => page.querySelector(`[data-walk-${name}]`);

let heading = null; // where the device points, if it knows
let here = null;
let told = "";

function show() {
  const metres = distance(here, goal);
  const left = Math.max(0, metres - radius);
  const inside = metres <= radius && here.accuracy <= Math.max(radius, 100);
  part("distance").textContent = written(left > 0 ? metres : left, units, language);
  part("accuracy").textContent = part("accuracy").dataset.text.replace("{distance}", written(here.accuracy, units, language));
  part("accuracy").hidden = false;
  const turn = bearing(here, goal) - (heading ?? 0);
  part("arrow").setAttribute("transform", `rotate(${turn.toFixed(0)} 12 12)`);
  page.classList.toggle("there", inside);
  part("there").hidden = !inside;
  // Read aloud in steps: every metre would never let anybody hear the end of a sentence.
  const step = inside ? "there" : String(Math.ceil(left / (left > 1000 ? 500 : left > 200 ? 100 : 50)));
  if (step !== told) {
    told = step;
    part("spoken").textContent = inside ? part("there").textContent : part("distance").textContent;
  }
}

function follow() {
  part("ask").hidden = true;
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      here = { lat: coords.latitude, lng: coords.longitude, accuracy: coords.accuracy };
      if (coords.heading !== null && coords.speed > 0.7) heading = coords.heading;
      part("trouble").hidden = true;
      show();
    },
    () => {
      part("trouble").hidden = false;
      part("ask").hidden = false;
    },
    { enableHighAccuracy: true, maximumAge: 5000, timeout: 20000 },
  );
}

function point(event) {
  const compass = event.webkitCompassHeading ?? (event.absolute && event.alpha !== null ? 360 - event.alpha : null);
  if (compass === null || compass === undefined) return;
  heading = compass;
  if (here) show();
}

addEventListener("deviceorientationabsolute", point);

if (navigator.geolocation) {
  part("ask").hidden = false;
  part("ask").addEventListener("click", () => {
    // Safari asks for the compass by itself, and only within a tap.
    globalThis.DeviceOrientationEvent?.requestPermission?.().then(() => addEventListener("deviceorientation", point), () => {});
    follow();
  });
  const permission = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  if (permission?.state === "granted") follow();
}

for (const button of page.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  });
}
