// The ground under a drawn trail, when it is asked for. Where it does not come up, the drawing stays.

import { hasWebGL, load, loaded, style } from "./basemap.js";

const METRES_PER_PIXEL = 78_271.517; // at the equator, of zoom 0
const page = document.querySelector("[data-ground]");
const button = document.querySelector("[data-ground-show]");
const trouble = document.querySelector("[data-ground-trouble]");
const { dataset } = page;
const [lat, lng, metres] = ["lat", "lng", "metres"].map((name) => Number(dataset[name]));

// As large as the drawing that lies upon it.
function zoom() {
  const pixel = (METRES_PER_PIXEL * Math.cos((lat * Math.PI) / 180) * page.clientWidth) / metres;
  return Math.log2(pixel);
}

async function show() {
  button.setAttribute("aria-busy", "true");
  try {
    if (!hasWebGL()) throw new Error("no WebGL");
    const maplibre = await load(dataset);
    const map = new maplibre.Map({
      container: page.querySelector("[data-ground-canvas]"),
      style: style(dataset),
      center: [lng, lat],
      zoom: zoom(),
      interactive: false,
      attributionControl: false,
    });
    map.addControl(new maplibre.AttributionControl({ compact: false }), "bottom-right");
    map.on("resize", () => map.jumpTo({ zoom: zoom() }));
    await loaded(map);
    page.classList.add("shown");
    button.hidden = true;
  } catch (error) {
    console.info("the ground is not shown:", error);
    trouble.hidden = false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

button.addEventListener("click", show);
