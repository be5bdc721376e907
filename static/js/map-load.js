// Fetches Leaflet, protomaps-leaflet and the map's styles when a map is wanted, not before: 75 KB that the list does without.

const STATIC = new URL("../", import.meta.url);
const STYLES = ["vendor/leaflet/leaflet.css", "css/map.css", "css/map-controls.css"];
// protomaps-leaflet asks for window.L only when a layer is made, so both may come at once
const SCRIPTS = ["vendor/leaflet/leaflet.js", "vendor/protomaps-leaflet/protomaps-leaflet.js"];

let loading = null;

/** Resolves once window.L and window.protomapsL are there; after a failure the next call tries again. */
export function loadLeaflet() {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
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
