// Many services in one place: a donut of the kinds' shares with the count in the middle, a button with a name.

import { clusterSize, donut } from "./map-geometry.js";
import { svg } from "./marks.js";

/** Whether a feature of the map stands for several services: a single one has its id. */
export function isCluster({ properties }) {
  return !("id" in properties);
}

/** "37 services near Nairobi: 20 helplines, 17 official services; show". */
export function clusterName({ count, kinds, near }, text) {
  const values = { count, kinds: text.kinds(kinds), place: near };
  return text.say(near ? "cluster" : "cluster_here", values);
}

/** The button for a cluster on the map; its size goes by the logarithm of its count. */
export function clusterButton(properties, text) {
  const size = clusterSize(properties.count);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "map-cluster";
  button.style.inlineSize = button.style.blockSize = `${size}px`;
  button.setAttribute("aria-label", clusterName(properties, text));
  button.title = clusterName(properties, text); // the shares in words, also where colours are not to be told apart
  button.append(picture(properties, size / 2, text.short(properties.count)));
  return button;
}

function picture({ kinds }, radius, count) {
  const slices = donut(kinds, radius - 2).map(({ kind, path }) => svg("path", { d: path, class: `donut-${kind}` }));
  const label = svg("text", { class: "donut-count" });
  label.textContent = count;
  const disc = svg("circle", { r: radius, class: "donut-back" });
  const hole = svg("circle", { r: Math.round(radius * 0.6), class: "donut-hole" });
  const drawing = svg("svg", { viewBox: [-radius, -radius, 2 * radius, 2 * radius].join(" "), class: "donut" });
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(disc, ...slices, hole, label);
  return drawing;
}
