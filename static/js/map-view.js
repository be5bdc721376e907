// One map on one element: its canvas and background, and the small map of a service page. The map beside the list goes on
// in map-explore.js.

import { askServer } from "./map-api.js";
import { make, notice, statusLine, zoomButtons } from "./map-controls.js";
import { areaMessage, coverageLayer } from "./map-coverage.js";
import { exploreMap } from "./map-explore.js";
import { addBackground, deepestZoom } from "./map-tiles.js";

const SOUTH = -80; // sea: the inhabited world stands above the legend
const MIDDLE = [35, 5]; // of the inhabited world: latitude, longitude

/**
 * Draws the map into `frame` from its data attributes (see map.js) over a background (see map-load.js). A map of another
 * kind brings `own`, which is given the context and returns the elements that lie over the map.
 */
export function drawMap(frame, text, background, own) {
  const { lang: language, api, tiles, query, service, attribution } = frame.dataset;
  const canvas = make("div", "map-canvas", { dir: "ltr", id: `${frame.id}-canvas` });
  const hint = make("p", "map-unseen", { id: `${frame.id}-keys`, textContent: text.say("keys") });
  frame.append(canvas, hint, notice(text, attribution)); // all that shares the frame, before the map takes its measure
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", text.say("map"));
  canvas.setAttribute("aria-describedby", hint.id);
  const map = leafletMap(canvas, background);
  addBackground(map, { tiles, background, language, frame });
  const status = statusLine();
  const context = { frame, map, text, status, server: askServer(api, language), move: silentMoves(map) };
  context.home = () => map.setView(MIDDLE, map.getMinZoom(), { animate: false });
  context.coverage = coverageLayer(map, context.server);
  const pieces = own ? own(context) : query === undefined ? smallMap(context, service) : exploreMap(context, query, service);
  frame.append(...pieces, status.element, zoomButtons(map, text));
  keepSize(context);
  return map;
}

function leafletMap(canvas, background) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(canvas, {
    zoomControl: false,
    attributionControl: false,
    worldCopyJump: true,
    maxZoom: deepestZoom(background),
    minZoom: 0, // and then the one at which the world just fits, the only zoom that is no whole step
    maxBounds: [[SOUTH, -Infinity], [85.06, Infinity]],
    maxBoundsViscosity: 0.8,
    zoomAnimation: !calm,
    fadeAnimation: false,
    markerZoomAnimation: !calm,
    inertia: !calm,
  });
  map.setMinZoom(wholeWorldZoom(map));
  return map.setView(MIDDLE, map.getMinZoom(), { animate: false });
}

/** The zoom at which the frame is as wide as the world: all of it is in sight, and none of it twice. */
function wholeWorldZoom(map) {
  return Math.max(0, Math.log2(map.getSize().x / 256));
}

/** Moves that no person made: `move(() => map.fitBounds(…))` is not reported as a search. */
function silentMoves(map) {
  let silent = 0;
  const move = (action) => {
    silent += 1;
    action();
    silent -= 1;
  };
  move.isSilent = () => silent > 0;
  move.to = ([west, south, east, north], options = {}) =>
    move(() => map.fitBounds([[south, west], [north, east]], { animate: false, padding: [32, 32], ...options }));
  return move;
}

/** The frame may be hidden and shown again, or change its size: the map follows, and no one searched. */
function keepSize({ frame, map, move }) {
  new ResizeObserver(() => {
    if (!frame.offsetWidth) return;
    move(() => {
      map.invalidateSize({ animate: false, pan: false });
      const least = wholeWorldZoom(map);
      const wasWhole = map.getZoom() <= map.getMinZoom();
      map.options.minZoom = Math.min(least, map.getMinZoom());
      if (wasWhole || map.getZoom() < least) map.setZoom(least, { animate: false });
      map.setMinZoom(least);
    });
  }).observe(frame);
}

/** The small map of a service page: the area it serves and nothing else. */
function smallMap({ coverage, move, status, text }, service) {
  if (!service) return [];
  coverage
    .show(service)
    .then((record) => {
      const box = coverage.box();
      if (box) move.to(box, { maxZoom: 7 });
      const message = areaMessage(record, box);
      if (message) status.say(text.say(message, { name: record.name }), { quiet: true });
    })
    .catch(() => status.say(text.say("area_failed")));
  return [];
}
