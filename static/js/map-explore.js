// The map beside the list: marks of the page's criteria, and what happens when a person moves, points, chooses or opens.
// It speaks with the list through events on the document (see map.js), never directly.

import { isCluster } from "./clusters.js";
import { mapCriteria } from "./map-api.js";
import { areaMessage } from "./map-coverage.js";
import { followBox, legend } from "./map-controls.js";
import { framing } from "./map-frame.js";
import { boxAround, isPoint, isWorld, wrapBox } from "./map-geometry.js";
import { marksLayer } from "./map-layer.js";
import { loader, viewOf } from "./map-loader.js";
import { panel } from "./map-panel.js";

const POINTING_MS = 180; // a moment's rest, so that moving across the list does not ask for every card's area
const WIDE_PX = 900; // on a narrower map the legend goes when a service is chosen
const ROOMY_PX = 480; // a phone's map has no room for an open legend
const LEAST_PX = 40; // a shaded area smaller than this is not seen

/** Adds marks and behaviour to a map; returns the elements that lie over it. */
export function exploreMap(context, query, service) {
  const { frame, map, text, move, coverage } = context;
  const frameTo = framing(context);
  const state = { ...asked(query, frame.dataset.found), chosen: null, opener: null, isStep: false };
  const follow = followBox(text, () => report({ isStep: true }));
  const turn = turning(context, state, follow);
  const choice = choosing(context, state, { turn, shown: () => ({ marks, key }) });
  const card = panel(text, { address: (id) => `/${frame.dataset.lang}/services/${encodeURIComponent(id)}`, closed: choice.closed });
  const open = opening(context, state, { card, choice, turn });
  const marks = marksLayer(map, text, { open, hover: (id) => tell("hover", { id }) });
  const key = legend(text, { open: frame.clientWidth >= ROOMY_PX, attribution: frame.dataset.attribution });
  const load = loader(context, state, { marks, key, showWorld: context.home });

  function report({ isStep }) {
    const bbox = isWorld(viewOf(map)) ? null : wrapBox(viewOf(map)).map((value) => Number(value.toFixed(3)));
    tell("moved", { bbox, zoom: map.getZoom(), searchAsIMove: follow.isOn(), isStep });
  }

  let pointing = 0;
  listen("hover", (detail) => {
    marks.light(detail);
    clearTimeout(pointing);
    pointing = setTimeout(() => coverage.show(detail.id ?? state.chosen).catch(() => {}), POINTING_MS);
  });
  listen("choose", ({ id = null }) => {
    card.hide();
    choice.chooseAndShow(id);
  });
  listen("criteria", ({ query: changed = "", area, found }) => {
    Object.assign(state, asked(changed, found));
    frameTo(changed, area);
    load.now();
  });
  map.on("moveend", () => {
    load.soon();
    if (move.isSilent()) return;
    report(state);
    state.isStep = false;
  });

  frameTo(query, frame.dataset.area);
  load.now();
  if (service) choice.chooseAndShow(service);
  return [follow.element, key.element, card.element];
}

/** What the marks answer: the criteria (null: nothing was asked, for a choice was not understood) and if any are found. */
function asked(query, found = "1") {
  const isPart = new URLSearchParams(query).has("bbox");
  return { criteria: found === "" ? null : mapCriteria(query), isEmpty: found === "0", isPart };
}

/**
 * Moves that the map makes to show something: where the list is held to the part in view it follows, for both are one
 * answer (`isStep`: Back undoes it); else no one has searched.
 */
function turning({ move }, state, follow) {
  return (action, isStep = false) => {
    if (!state.isPart || !follow.isOn()) return move(action);
    state.isStep = isStep;
    return action();
  };
}

/** Choosing a service: halo and shade; the map also goes where the area is, if that is out of sight. */
function choosing({ frame, map, coverage, status, text }, state, { turn, shown }) {
  async function choose(id) {
    state.chosen = id;
    shown().marks.choose(id);
    if (id && frame.clientWidth < WIDE_PX) shown().key.element.open = false; // it would hide what is shaded
    try {
      const record = await coverage.show(id);
      const message = record && areaMessage(record, coverage.box());
      if (message) status.say(text.say(message, { name: record.name }), { quiet: true });
      return record;
    } catch {
      status.say(text.say("area_failed"));
      return null;
    }
  }

  async function chooseAndShow(id) {
    const record = await choose(id);
    const box = coverage.box();
    if (!record || !box || isSeen(map, box)) return;
    // with its mark, so that it stays in a list that follows
    const [lon, lat] = record.location?.coordinates ?? [];
    const [west, south, east, north] = boxAround(lon === undefined ? [box] : [box, [lon, lat, lon, lat]], map.getCenter().lng);
    const bounds = [[south, west], [north, east]];
    turn(() => map.fitBounds(bounds, { animate: false, padding: [32, 32], maxZoom: 6 }), true);
  }

  function closed() {
    choose(null);
    tell("open", { id: null });
    if (state.opener) shown().marks.focusNear(state.opener);
  }

  return { choose, chooseAndShow, closed };
}

/** What pressing a button on the map does: a mark opens its card, a cluster zooms in or, when it cannot part, lists. */
function opening({ map, server, status, text }, state, { card, choice, turn }) {
  function openMark({ properties }, button) {
    choice.chooseAndShow(properties.id);
    tell("open", { id: properties.id });
    card.openService(properties);
    const hidden = button.getBoundingClientRect().bottom + 12 - card.element.getBoundingClientRect().top;
    if (hidden > 0 && overlapsAcross(button, card.element)) turn(() => map.panBy([0, hidden], { animate: false }));
  }

  async function openSpot({ properties: { bbox } }) {
    try {
      card.openList(await server.servicesIn(grown(bbox), state.criteria), choice.choose);
    } catch {
      status.say(text.say("marks_failed"));
    }
  }

  function zoomInto({ properties: { bbox } }) {
    const [west, south, east, north] = boxAround([bbox], map.getCenter().lng);
    const bounds = L.latLngBounds([south, west], [north, east]);
    const fitting = map.getBoundsZoom(bounds, false, L.point(48, 48));
    state.isStep = true;
    map.setView(bounds.getCenter(), Math.min(map.getMaxZoom(), Math.max(Math.ceil(map.getZoom() + 1), fitting)));
  }

  return (feature, button) => {
    state.opener = button;
    if (!isCluster(feature)) openMark(feature, button);
    else if (isPoint(feature.properties.bbox) || map.getZoom() >= map.getMaxZoom()) openSpot(feature);
    else zoomInto(feature);
  };
}

/** Whether an area is in view, and large enough to be made out. */
function isSeen(map, [west, south, east, north]) {
  const size = map.project([south, east]).subtract(map.project([north, west]));
  return map.getBounds().intersects([[south, west], [north, east]]) && Math.max(size.x, size.y) >= LEAST_PX;
}

function overlapsAcross(one, other) {
  const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  return a.left < b.right && b.left < a.right;
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(`popmap:${name}`, { detail: { ...detail, source: "map" } }));
}

function listen(name, act) {
  document.addEventListener(`popmap:${name}`, ({ detail }) => detail?.source === "map" || act(detail ?? {}));
}

/** A cluster's box with a margin of some 100 m, so that its own corners are inside. */
function grown([west, south, east, north]) {
  return wrapBox([west - 1e-3, south - 1e-3, (east < west ? east + 360 : east) + 1e-3, north + 1e-3]);
}
