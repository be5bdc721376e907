// The map of an answer on find help: the marks of the cards that are shown, and the spot or country that was asked about.
// It is made of the page alone; only the outline of the area that a chosen service helps in is fetched. Nothing of it goes
// into an address, and choosing a mark leads to its card, not to another page.

import { isCluster } from "./clusters.js";
import { start } from "./map.js";
import { areaMessage } from "./map-coverage.js";
import { legend } from "./map-controls.js";
import { boxAround, boxFromText, isPoint } from "./map-geometry.js";
import { marksLayer } from "./map-layer.js";

const TOGETHER_PX = 34; // marks closer than this are one cluster
const AROUND = 0.5; // degrees shown on each side of a spot
const NEAR = 2; // degrees within which a place to go to is brought into the first view

/** Draws the answer's map into `frame` (templates/find/_results.html); resolves once it is there, or has said why not. */
export function drawAnswer(frame) {
  return start(frame, answerMap);
}

/** Marks of the cards over a map: see `own` in map-view.js. */
function answerMap(context) {
  const { map, frame, text } = context;
  const features = featuresOf(document.querySelectorAll("#answers .answer[data-mark]"));
  const choose = choosing(context, () => marks);
  const marks = marksLayer(map, text, { open: opening(context, choose), hover: () => {} });
  const key = legend(text, { open: false });
  const show = () => marks.show(grouped(features, map));
  context.home = () => context.move.to(firstView(frame, features));
  drawSpot(map, frame, text);
  context.home();
  map.on("zoomend", show);
  show();
  if (!features.length) context.status.say(text.say("nothing_here"), { quiet: true });
  return [key.element];
}

/** The cards' marks as GeoJSON features, in the order of the list. */
function featuresOf(cards) {
  return [...cards].map((card) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: card.dataset.mark.split(",").map(Number) },
    properties: {
      id: card.dataset.service,
      kind: card.dataset.kind,
      name: card.querySelector("h3").textContent,
      visitable: "visitable" in card.dataset,
    },
  }));
}

/** The box the map opens on: the country asked for, or the spot with the places near it that one can go to. */
function firstView(frame, features) {
  const box = boxFromText(frame.dataset.box);
  const points = features.map(({ geometry: { coordinates: [lon, lat] } }) => [lon, lat, lon, lat]);
  if (box) return boxAround([box], box[0]);
  if (!frame.dataset.spot) return boxAround(points, 0) ?? [-170, -55, 190, 70];
  const [lon, lat] = frame.dataset.spot.split(",").map(Number);
  const near = points.filter(([x, y], i) => features[i].properties.visitable && Math.hypot(x - lon, y - lat) < NEAR);
  return boxAround([[lon - AROUND, lat - AROUND, lon + AROUND, lat + AROUND], ...near], lon);
}

function drawSpot(map, frame, text) {
  if (!frame.dataset.spot) return;
  const [lon, lat] = frame.dataset.spot.split(",").map(Number);
  const words = document.createElement("span");
  words.textContent = text.say("you_asked");
  L.circleMarker([lat, lon], { className: "map-spot", radius: 26, interactive: false })
    .bindTooltip(words, { permanent: true, direction: "bottom", offset: [0, 26], className: "map-spot-words" })
    .addTo(map);
}

/** Features that would lie on one another at this zoom as clusters, like the server's (see clusters.js). */
function grouped(features, map) {
  const groups = [];
  for (const feature of features) {
    const [lon, lat] = feature.geometry.coordinates;
    const point = map.project([lat, lon]);
    const group = groups.find((one) => one.point.distanceTo(point) < TOGETHER_PX);
    if (group) group.features.push(feature);
    else groups.push({ point, features: [feature] });
  }
  return groups.map((group) => (group.features.length > 1 ? cluster(group.features) : group.features[0]));
}

function cluster(features) {
  const kinds = {};
  for (const { properties: { kind } } of features) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const boxes = features.map(({ geometry: { coordinates: [lon, lat] } }) => [lon, lat, lon, lat]);
  return {
    type: "Feature",
    geometry: features[0].geometry,
    properties: { count: features.length, kinds, bbox: boxAround(boxes, boxes[0][0]), near: null, features },
  };
}

/** Choosing a service: halo and shade, a sentence, and the way to its card. */
function choosing({ coverage, status, text, move, map }, marks) {
  return async ({ properties: { id, name } }) => {
    const inList = { action: () => showInList([id]), label: text.say("show_in_list") };
    status.say(name, inList);
    marks().choose(id);
    try {
      const record = await coverage.show(id);
      const message = record && areaMessage(record, coverage.box());
      if (message) status.say(text.say(message, { name }), inList);
      const box = coverage.box();
      if (box && !map.getBounds().intersects([[box[1], box[0]], [box[3], box[2]]])) move.to(box, { maxZoom: 6 });
    } catch {
      status.say(text.say("area_failed"), inList);
    }
  };
}

function opening({ map, status, text }, choose) {
  return (feature) => {
    const { bbox, features, count } = feature.properties;
    if (!isCluster(feature)) choose(feature);
    else if (isPoint(bbox) || map.getZoom() >= map.getMaxZoom()) {
      const ids = features.map(({ properties }) => properties.id);
      status.say(text.say("at_place", { count }), { action: () => showInList(ids), label: text.say("show_in_list") });
    } else {
      const bounds = [[bbox[1], bbox[0]], [bbox[3], bbox[2]]];
      const fitting = map.getBoundsZoom(bounds, false, L.point(48, 48));
      map.setView(L.latLngBounds(bounds).getCenter(), Math.min(map.getMaxZoom(), Math.max(map.getZoom() + 1, fitting)));
    }
  };
}

/** Leads to the cards of these services in the list: the first one is read next. */
function showInList(ids) {
  const cards = [...document.querySelectorAll("#answers .answer")];
  const wanted = cards.filter((card) => ids.includes(card.dataset.service));
  for (const card of cards) card.classList.toggle("pointed-at", wanted.includes(card));
  for (const card of wanted) card.closest("details.rest")?.setAttribute("open", "");
  wanted[0]?.querySelector("h3").focus({ preventScroll: true });
  wanted[0]?.scrollIntoView({ block: "center" });
}
