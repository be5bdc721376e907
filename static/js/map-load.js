// Fetches Leaflet, protomaps-leaflet and the map's styles when a map is wanted, not before: 75 KB that the list does without.

const STATIC = new URL("../", import.meta.url);
const STYLES = ["vendor/leaflet/leaflet.css", "css/map.css", "css/map-controls.css"];
// protomaps-leaflet asks for window.L only when a layer is made, so both may come at once
const SCRIPTS = ["vendor/leaflet/leaflet.js", "vendor/protomaps-leaflet/protomaps-leaflet.js"];

const HEADER_BYTES = 127; // PMTiles 3: a fixed header, in which byte 101 is the deepest zoom
const LAST_ZOOM_AT = 101;

let loading = null;

/** Resolves once window.L and window.protomapsL are there; after a failure the next call tries again. */
export function loadLeaflet() {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/**
 * What a background's address stands for: {kind: "archive" | "tiles" | "pictures", lastZoom}. An archive that is not
 * there, or is none, is an error now rather than an empty sea later.
 */
export async function readBackground(address) {
  if (/\.(png|jpe?g|webp)(\?|$)/.test(address)) return { kind: "pictures", lastZoom: 16 };
  if (!/\.pmtiles(\?|$)/.test(address)) return { kind: "tiles", lastZoom: 15 };
  const reply = await fetch(address, { headers: { Range: `bytes=0-${HEADER_BYTES - 1}` } });
  const header = new Uint8Array(reply.status === 206 ? await reply.arrayBuffer() : 0);
  const name = new TextDecoder().decode(header.subarray(0, 7));
  if (name !== "PMTiles") throw new Error(`${address} is no PMTiles archive that can be read in pieces`);
  return { kind: "archive", lastZoom: header[LAST_ZOOM_AT] };
}

async function load() {
  await Promise.all([
    ...STYLES.map((path) => new URL(path, STATIC).href)
      .filter((href) => ![...document.styleSheets].some((sheet) => sheet.href === href))
      .map((href) => added("link", { rel: "stylesheet", href })),
    ...SCRIPTS.map((path) => added("script", { src: new URL(path, STATIC).href })),
  ]);
}

function added(tag, properties) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => {
      element.remove();
      reject(new Error(`${tag} ${properties.src ?? properties.href} could not be loaded`));
    });
    document.head.append(element);
  });
}
