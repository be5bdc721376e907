// Keeps the buttons on the map in step with the server's answer and lets the keyboard walk between them: one of them is
// in the tab order, arrow keys go on from there. A button that stays in the answer stays the same element, with its focus.

import { clusterButton, isCluster } from "./clusters.js";
import { apart, clusterSize, copyNear, pointByKey } from "./map-geometry.js";
import { markButton } from "./marks.js";

const KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"];

const MARK_PX = 22;

/**
 * The layer of marks. `events`: open(feature, button) when one is pressed, hover(id|null) when a mark is pointed at.
 */
export function marksLayer(map, text, events) {
  const shown = new Map(); // key → { feature, marker, button }
  let chosen = null;
  let lit = null;

  function show(features) {
    const focused = [...shown].find(([, item]) => item.button === document.activeElement);
    const last = focused && map.latLngToContainerPoint(focused[1].marker.getLatLng());
    const wanted = new Map(features.map((feature) => [keyOf(feature), feature]));
    for (const [key, item] of shown) {
      if (!wanted.has(key)) {
        item.marker.remove();
        shown.delete(key);
      }
    }
    for (const [key, feature] of wanted) {
      if (!shown.has(key)) shown.set(key, added(feature));
    }
    settle();
    setTabStop();
    if (last && !shown.has(focused[0])) nearest(last)?.button.focus({ preventScroll: true });
    paint();
  }

  function added(feature) {
    const button = isCluster(feature) ? clusterButton(feature.properties, text) : markButton(feature.properties, text);
    const marker = L.marker(latLng(feature), { icon: buttonIcon(button), keyboard: false, riseOnHover: true });
    const item = { feature, marker, button };
    marker.on("click", () => events.open(feature, button));
    button.addEventListener("keydown", (event) => onKey(event, item));
    for (const [name, id] of [["pointerenter", idOf(feature)], ["pointerleave", null], ["focus", idOf(feature)], ["blur", null]]) {
      button.addEventListener(name, () => events.hover(id));
    }
    button.addEventListener("focus", () => setTabStop(button));
    marker.addTo(map);
    return item;
  }

  /** Puts every button where it belongs; clusters that would hide one another, or stick out of the world, give way. */
  function settle() {
    const items = [...shown.values()];
    const discs = items.map(({ feature }) => {
      const { x, y } = map.latLngToContainerPoint(latLng(feature));
      return { x, y, radius: isCluster(feature) ? clusterSize(feature.properties.count) / 2 : MARK_PX / 2, fixed: !isCluster(feature) };
    });
    const isWhole = map.getZoom() <= map.getMinZoom();
    const places = apart(discs, { width: isWhole ? map.getSize().x : Infinity });
    items.forEach(({ feature, marker }, i) => {
      const stays = places[i].x === discs[i].x && places[i].y === discs[i].y;
      marker.setLatLng(stays ? latLng(feature) : map.containerPointToLatLng([places[i].x, places[i].y]));
    });
  }

  function latLng({ geometry: { coordinates } }) {
    return [coordinates[1], copyNear(coordinates[0], map.getCenter().lng)];
  }

  function onKey(event, item) {
    if (event.key === "Escape") map.getContainer().focus();
    if (!KEYS.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const items = inView();
    const points = items.map(({ marker }) => map.latLngToContainerPoint(marker.getLatLng()));
    const from = items.indexOf(item);
    if (from >= 0) items[pointByKey(points, from, event.key)].button.focus({ preventScroll: true });
  }

  function inView() {
    const bounds = map.getBounds().pad(0.02);
    return [...shown.values()].filter(({ marker }) => bounds.contains(marker.getLatLng()));
  }

  /** One button takes part in the tab order: the given one, else the one that does already, else the first in view. */
  function setTabStop(button) {
    const items = inView();
    const stop = button ?? items.find((item) => item.button.tabIndex === 0)?.button ?? items[0]?.button;
    for (const item of shown.values()) item.button.tabIndex = item.button === stop ? 0 : -1;
  }

  function nearest(point) {
    const distance = ({ marker }) => point.distanceTo(map.latLngToContainerPoint(marker.getLatLng()));
    return inView().reduce((best, item) => (!best || distance(item) < distance(best) ? item : best), null);
  }

  function paint() {
    for (const { feature, marker, button } of shown.values()) {
      const id = idOf(feature);
      const isChosen = id !== null && id === chosen;
      button.classList.toggle("is-chosen", isChosen);
      button.classList.toggle("is-lit", lit !== null && (id === lit.id || (id === null && holds(feature, lit))));
      marker.setZIndexOffset(isChosen ? 2000 : 0);
    }
  }

  map.on("moveend", () => {
    settle();
    setTabStop();
  });

  return {
    show,
    inView,
    /** The service whose mark gets the halo, or null. */
    choose: (id) => void ((chosen = id), paint()),
    /** The service that is pointed at in the list: {id, lon?, lat?}; within a cluster, the cluster lights up. */
    light: (service) => void ((lit = service?.id ? service : null), paint()),
    button: (id) => shown.get(`service ${id}`)?.button ?? null,
    focusNear: (button) => (button.isConnected ? button : nearest(map.getSize().divideBy(2))?.button)?.focus({ preventScroll: true }),
  };
}

function keyOf({ properties, geometry }) {
  return properties.id ? `service ${properties.id}` : `cluster ${geometry.coordinates} ${properties.count}`;
}

function idOf({ properties }) {
  return properties.id ?? null;
}

function holds({ properties: { bbox } }, { lon, lat }) {
  if (!bbox || lon === undefined) return false;
  const [west, south, east, north] = bbox;
  return south <= lat && lat <= north && (west <= east ? west <= lon && lon <= east : lon >= west || lon <= east);
}

/** A Leaflet icon that is the given button, so that no markup passes through a string. */
function buttonIcon(button) {
  const Icon = L.Icon.extend({
    createIcon: () => button,
    createShadow: () => null,
  });
  return new Icon();
}
