// The map of what is asked. Everything big is loaded here and nowhere else. Where it does not come up, for whatever
// reason, the list that the page brought along stays.

import { hasWebGL, load, loaded, style } from "./basemap.js";
import { bearing as bearingTo } from "./geo.js";

const page = document.querySelector("[data-map]");
const part = (name) => page.querySelector(`[data-map-${name}]`);
const instead = document.querySelector("[data-map-instead]");
const { dataset } = page;
const home = [Number(dataset.lng), Number(dataset.lat)];
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

function giveUp(why) {
  console.info("the map is not shown:", why);
  page.hidden = true;
  instead.hidden = false;
  instead.querySelector("[data-map-trouble]").hidden = false;
}

async function begin() {
  const maplibre = await load(dataset);
  const map = new maplibre.Map({
    container: part("canvas"),
    style: style(dataset),
    center: home,
    zoom: 13,
    maxZoom: 19,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.ScaleControl({ unit: dataset.units }), "top-left");
  map.addControl(new maplibre.AttributionControl({ compact: false }), "bottom-left");
  if (!dataset.style) dark.addEventListener("change", () => map.setStyle(style(dataset)));
  await loaded(map);
  return { maplibre, map };
}

// --- what is asked: pins, and one pin for many that lie close together

const pins = new Map();
let features = [];
let chosen = null;

async function look(map) {
  const middle = map.getCenter();
  const corner = map.getBounds().getNorthEast();
  const within = Math.min(100000, Math.max(5000, Math.ceil(middle.distanceTo(corner)) + 1));
  const asked = new URL(dataset.bounties, location.href);
  asked.search = new URLSearchParams({ lat: middle.lat.toFixed(5), lng: middle.wrap().lng.toFixed(5), within });
  part("status").hidden = false;
  try {
    const answer = await fetch(asked);
    if (answer.ok) features = (await answer.json()).features;
  } catch {
    // No contact: what is on the map stays on it.
  }
  part("status").hidden = true;
}

// Those that would cover each other share a pin. By distance on the screen, so it changes with the zoom.
function gathered(map) {
  const groups = [];
  for (const feature of features) {
    const [lng, lat] = feature.geometry.coordinates;
    const at = map.project([lng, lat]);
    const near = groups.find((group) => Math.hypot(group.at.x - at.x, group.at.y - at.y) < 56);
    if (near) near.members.push(feature);
    else groups.push({ at, members: [feature] });
  }
  return groups;
}

function draw({ maplibre, map }) {
  const wanted = new Map(gathered(map).map((group) => [group.members.map((each) => each.id).join(" "), group.members]));
  for (const [key, pin] of pins) {
    if (!wanted.has(key)) {
      pin.remove();
      pins.delete(key);
    }
  }
  for (const [key, members] of wanted) {
    if (pins.has(key)) continue;
    const one = members[0].properties;
    const button = document.createElement("button");
    const label = document.createElement("span");
    button.type = "button";
    button.className = members.length > 1 ? "pin many" : "pin";
    label.textContent = members.length > 1 ? members.length : one.reward;
    button.append(label);
    const says = members.length > 1 ? dataset.many.replace("{n}", members.length) : dataset.one.replace("{title}", one.title).replace("{reward}", one.reward);
    button.addEventListener("click", () => (members.length > 1 ? closer(map, members) : choose(button, one)));
    const middle = members.reduce(([lng, lat], each) => [lng + each.geometry.coordinates[0] / members.length, lat + each.geometry.coordinates[1] / members.length], [0, 0]);
    pins.set(key, new maplibre.Marker({ element: button }).setLngLat(middle).addTo(map));
    button.setAttribute("aria-label", says);
    button.setAttribute("aria-pressed", String(members.length === 1 && chosen === one.id));
  }
}

// To begin with: oneself and the nearest that is asked, so that nobody has to look for the pins.
function frame({ maplibre, map }) {
  if (!features.length) return;
  const bounds = new maplibre.LngLatBounds(home, home);
  for (const each of features.slice(0, 6)) bounds.extend(each.geometry.coordinates);
  map.fitBounds(bounds, { padding: 80, maxZoom: 15, animate: false });
}

function closer(map, members) {
  const [lngs, lats] = [0, 1].map((axis) => members.map((each) => each.geometry.coordinates[axis]));
  const spread = Math.max(Math.max(...lngs) - Math.min(...lngs), Math.max(...lats) - Math.min(...lats));
  // On one spot no map is near enough to tell them apart: the nearest of them is shown, the list has all.
  if (spread < 1e-6 || map.getZoom() >= 18.5) return choose(null, members[0].properties);
  const bounds = [[Math.min(...lngs), Math.min(...lats)], [Math.max(...lngs), Math.max(...lats)]];
  map.fitBounds(bounds, { padding: 90, maxZoom: 19, animate: !still.matches });
}

function choose(button, bounty) {
  chosen = bounty.id;
  for (const pin of pins.values()) pin.getElement().setAttribute("aria-pressed", String(pin.getElement() === button));
  const card = part("card");
  for (const name of ["reward", "title", "away", "left"]) card.querySelector(`[data-card=${name}]`).textContent = bounty[name];
  card.href = `/bounties/${bounty.id}`;
  card.hidden = false;
  page.classList.add("showing");
}

// --- oneself

function own({ maplibre, map }) {
  const dot = document.createElement("div");
  dot.className = "own";
  dot.innerHTML = '<svg viewBox="0 0 24 24" hidden><path d="M12 12 6 1a13 13 0 0 1 12 0Z"/></svg>';
  const cone = dot.firstElementChild;
  const marker = new maplibre.Marker({ element: dot }).setLngLat(home);
  let here = dataset.own ? home : null;
  if (here) marker.addTo(map);
  const point = (degrees) => {
    cone.removeAttribute("hidden");
    cone.firstElementChild.setAttribute("transform", `rotate(${degrees.toFixed(0)} 12 12)`);
  };
  addEventListener("deviceorientationabsolute", (event) => event.alpha !== null && point(360 - event.alpha));
  let watching = false;
  const watch = () => {
    if (watching || !navigator.geolocation) return;
    watching = true;
    navigator.geolocation.watchPosition(
      ({ coords }) => {
        const before = here;
        here = [coords.longitude, coords.latitude];
        marker.setLngLat(here).addTo(map);
        if (coords.heading !== null && coords.speed > 0.7) point(coords.heading);
        else if (before && coords.speed > 0.7) point(bearingTo({ lng: before[0], lat: before[1] }, { lng: here[0], lat: here[1] }));
        if (asked) map.flyTo({ center: here, animate: !still.matches });
        asked = false;
      },
      () => (watching = false),
      { enableHighAccuracy: true, maximumAge: 10000 },
    );
  };
  let asked = false;
  part("recentre").addEventListener("click", () => {
    asked = true;
    watch();
    map.flyTo({ center: here ?? home, animate: !still.matches });
  });
  navigator.permissions?.query({ name: "geolocation" }).then(
    (permission) => permission.state === "granted" && watch(),
    () => {},
  );
}

if (hasWebGL()) {
  page.hidden = false;
  instead.hidden = true;
  try {
    const up = await begin();
    own(up);
    const refresh = async () => {
      await look(up.map);
      draw(up);
    };
    up.map.on("moveend", refresh);
    up.map.on("zoom", () => draw(up));
    await look(up.map);
    frame(up);
    draw(up);
    page.dataset.up = "yes";
  } catch (error) {
    giveUp(error);
  }
} else giveUp("no WebGL");
