// The small maps of the form: press a place, or press the corners of an area one after another. What they do stands in
// the fields as well, which is the way for those who use no pointer; a change of the fields changes the map.

import { zoomButtons } from "./map-controls.js";
import { loadLeaflet, readBackground } from "./map-load.js";
import { addBackground, deepestZoom } from "./map-tiles.js";

const DECIMALS = 5;
const START = [25, 10];

/** A map whose press fills latitude and longitude. */
export async function pointMap(details, settings) {
  const [lat, lon] = ["f-lat", "f-lon"].map((id) => document.getElementById(id));
  const map = await smallMap(details, settings, details.closest("[data-press]").dataset.press);
  let mark = null;
  const show = () => {
    mark?.remove();
    const at = [Number(lat.value), Number(lon.value)];
    if (!lat.value || !lon.value || !at.every(Number.isFinite)) return;
    mark = L.circleMarker(at, { radius: 9, color: "#0a6a70", weight: 3, fillOpacity: 0.4 }).addTo(map);
    map.setView(at, Math.max(map.getZoom(), 9), { animate: false });
  };
  map.on("click", ({ latlng }) => {
    const at = latlng.wrap();
    [lat.value, lon.value] = [at.lat.toFixed(DECIMALS), at.lng.toFixed(DECIMALS)];
    show();
  });
  for (const field of [lat, lon]) field.addEventListener("change", show);
  show();
}

/** A map whose presses are the corners of an area. */
export async function areaMap(details, settings) {
  const field = document.getElementById("f-area");
  const map = await smallMap(details, settings, details.dataset.draw);
  const undo = Object.assign(document.createElement("button"), { type: "button", className: "btn small" });
  undo.textContent = details.dataset.undo;
  details.querySelector(".map").after(undo);
  let shape = null;
  const corners = () =>
    field.value
      .split("\n")
      .map((line) => line.split(",").map(Number))
      .filter((corner) => corner.length === 2 && corner.every(Number.isFinite));
  const show = (fit) => {
    shape?.remove();
    const points = corners();
    if (!points.length) return;
    shape = L.polygon(points, { color: "#0a6a70", weight: 2 }).addTo(map);
    if (fit && points.length > 1) map.fitBounds(shape.getBounds(), { animate: false, maxZoom: 9 });
  };
  map.on("click", ({ latlng }) => {
    const line = `${latlng.lat.toFixed(DECIMALS)}, ${latlng.lng.toFixed(DECIMALS)}`;
    field.value = [field.value.trim(), line].filter(Boolean).join("\n");
    show(false);
  });
  undo.addEventListener("click", () => {
    field.value = field.value.trim().split("\n").slice(0, -1).join("\n");
    show(false);
  });
  field.addEventListener("change", () => show(true));
  show(true);
}

/** A small map at the end of an element, with words above it; `settings` are tiles, lang, zoomIn, zoomOut. */
export async function smallMap(details, settings, words) {
  const hint = Object.assign(document.createElement("p"), { className: "quiet", textContent: words });
  const frame = Object.assign(document.createElement("div"), { className: "map small" });
  frame.dir = "ltr";
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", words);
  details.append(hint, frame);
  const [background] = await Promise.all([readBackground(settings.tiles), loadLeaflet()]);
  const map = L.map(frame, {
    zoomControl: false, // Leaflet's own writes HTML, which no page of ours allows
    attributionControl: false,
    worldCopyJump: true,
    maxZoom: deepestZoom(background),
    zoomAnimation: false,
    fadeAnimation: false,
  }).setView(START, 1, { animate: false });
  addBackground(map, { tiles: settings.tiles, background, language: settings.lang, frame });
  const said = { zoom_in: settings.zoomIn, zoom_out: settings.zoomOut };
  const zooms = zoomButtons(map, { say: (key) => said[key] });
  L.DomEvent.disableClickPropagation(zooms); // a press on them is no place
  frame.append(zooms);
  return map;
}
