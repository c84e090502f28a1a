// What lies under both maps, the scouts' and the desk's: the library, the world, and how long they may take.

const PATIENCE = 5000;

export function hasWebGL() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

// The one that the house is set to; else plain: land, borders, names of cities, in the page's own colours.
export function style(dataset) {
  if (dataset.style) return dataset.style;
  const colour = matchMedia("(prefers-color-scheme: dark)").matches
    ? { water: "#0c1012", land: "#1b2320", border: "#3a4540", name: "#a9b3ad", halo: "#111614" }
    : { water: "#dfe8ea", land: "#f6f4ee", border: "#c9c3b2", name: "#515c57", halo: "#fffefa" };
  const rank = ["get", "rank"];
  return {
    version: 8,
    sources: { world: { type: "vector", url: `pmtiles://${new URL(dataset.world, location.href)}`, attribution: "Natural Earth · GeoNames" } },
    layers: [
      { id: "water", type: "background", paint: { "background-color": colour.water } },
      { id: "land", type: "fill", source: "world", "source-layer": "land", paint: { "fill-color": colour.land } },
      { id: "borders", type: "line", source: "world", "source-layer": "borders", paint: { "line-color": colour.border, "line-dasharray": [3, 2] } },
      {
        id: "cities",
        type: "symbol",
        source: "world",
        "source-layer": "cities",
        layout: { "text-field": ["get", "name"], "text-size": ["interpolate", ["linear"], rank, 1e5, 12, 5e6, 17], "symbol-sort-key": ["-", 0, rank] },
        paint: { "text-color": colour.name, "text-halo-color": colour.halo, "text-halo-width": 1.5 },
      },
    ],
  };
}

// Everything big is loaded here, and nowhere else.
export async function load({ scripts }) {
  const [maplibre] = await Promise.all([
    import(`${scripts}maplibre-gl.mjs`),
    globalThis.pmtiles ?? bring("script", { src: `${scripts}pmtiles.js` }),
    document.querySelector(`link[href="${scripts}maplibre-gl.css"]`) ?? bring("link", { rel: "stylesheet", href: `${scripts}maplibre-gl.css` }),
  ]);
  maplibre.setWorkerUrl(`${scripts}maplibre-gl-worker.mjs`);
  maplibre.addProtocol("pmtiles", new pmtiles.Protocol().tile);
  return maplibre;
}

function bring(tag, words) {
  return new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement(tag), words, { onload: done, onerror: failed }));
  });
}

export function loaded(map) {
  return new Promise((done, failed) => {
    map.once("load", done);
    setTimeout(() => failed(new Error("too slow")), PATIENCE);
  });
}
