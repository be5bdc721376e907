// The moderators' map of what somebody proposes: where it would help, and where it is, straight from the page.

import { smallMap } from "./submit-map.js";

for (const element of document.querySelectorAll('[data-module="proposal-map"]')) draw(element);

async function draw(element) {
  const map = await smallMap(element, element.dataset, element.dataset.words);
  const drawn = JSON.parse(element.dataset.shape);
  const shape = L.geoJSON(drawn, {
    interactive: false,
    // colours are the style sheet's; of a region without an outline its country is drawn, dashed and not shaded
    style: ({ properties: { vague } }) => ({ className: vague ? "map-coverage vague" : "map-coverage", weight: 2 }),
    pointToLayer: (_, at) => L.circleMarker(at, { radius: 8, className: "map-coverage", weight: 3 }),
  }).addTo(map);
  const bounds = shape.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false, maxZoom: 9, padding: [12, 12] });
  element.dataset.state = "ready";
}
