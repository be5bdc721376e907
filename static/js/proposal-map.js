// The moderators' map of what somebody proposes: where it would help, and where it is, straight from the page.

import { smallMap } from "./submit-map.js";

for (const element of document.querySelectorAll('[data-module="proposal-map"]')) draw(element);

async function draw(element) {
  const map = await smallMap(element, element.dataset, element.dataset.words);
  const shape = L.geoJSON(JSON.parse(element.dataset.shape), {
    interactive: false,
    style: () => ({ className: "map-coverage", weight: 2 }), // colours are the style sheet's
    pointToLayer: (_, at) => L.circleMarker(at, { radius: 8, className: "map-coverage", weight: 3 }),
  }).addTo(map);
  const bounds = shape.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false, maxZoom: 9, padding: [12, 12] });
  element.dataset.state = "ready";
}
