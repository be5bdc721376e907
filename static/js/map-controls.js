// What lies over the map: zoom, "search as I move", legend, the notice on boundaries, and the line that says what is seen.
// All of it follows the page's direction; only the map itself is always left to right.

import { KINDS } from "./map-geometry.js";
import { glyph } from "./marks.js";

/** An element with a class, properties and children. */
export function make(tag, className, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), { className }, properties);
  element.append(...children);
  return element;
}

/** Two large zoom buttons, dead at either end. */
export function zoomButtons(map, text) {
  const button = (key, sign, step) => {
    const element = make("button", "map-zoom", { type: "button", textContent: sign });
    element.setAttribute("aria-label", text.say(key));
    element.addEventListener("click", () => map.setZoom(map.getZoom() + step));
    return element;
  };
  const closer = button("zoom_in", "+", 1);
  const farther = button("zoom_out", "−", -1);
  const refresh = () => {
    closer.setAttribute("aria-disabled", map.getZoom() >= map.getMaxZoom());
    farther.setAttribute("aria-disabled", map.getZoom() <= map.getMinZoom());
  };
  map.on("zoomend zoomlevelschange", refresh);
  refresh();
  return make("div", "map-zooms", {}, closer, farther);
}

/** The box "search as I move"; `changed(on)` is called when it is switched. */
export function followBox(text, changed) {
  const input = make("input", "", { type: "checkbox", checked: true });
  input.addEventListener("change", () => changed(input.checked));
  return { element: make("label", "opt map-follow", {}, input, text.say("search_as_i_move")), isOn: () => input.checked };
}

/** What the marks mean, with a line for the services that have no mark. */
export function legend(text, { open, attribution }) {
  const row = (picture, words) => make("li", "", {}, picture, make("span", "", { textContent: words }));
  // two shapes in no kind's colour: this is said of marks of every kind
  const any = (way, words) => {
    const item = row(make("span", "map-pair", {}, glyph("official_service", way), glyph("ai_driven", way)), words);
    item.className = "map-any";
    return item;
  };
  const kinds = KINDS.map((kind) => row(glyph(kind), text.say(`kind_${kind}`)));
  const everywhere = make("li", "map-everywhere", { hidden: true });
  const list = make(
    "ul", "", {}, ...kinds,
    any({ hollow: false }, text.say("visitable")),
    any({ hollow: true }, text.say("seat_only")),
    everywhere,
    make("li", "map-sources", { textContent: attribution ?? text.say("sources") }),
  );
  const element = make("details", "map-legend", { open }, make("summary", "", { textContent: text.say("legend") }), list);
  const sayEverywhere = (count) => {
    everywhere.hidden = !count;
    everywhere.textContent = count ? text.say("everywhere", { count }) : "";
  };
  return { element, sayEverywhere };
}

/** The notice on boundaries, always visible, and the map's sources, on a phone with the legend. */
export function notice(text, attribution) {
  const sources = make("span", "map-sources", { textContent: attribution ?? text.say("sources") });
  return make("p", "map-notice", {}, text.say("notice"), " ", sources);
}

/** A line that tells what happened, also to a screen reader, with a button where one can do something about it. */
export function statusLine() {
  const words = make("span", "");
  const button = make("button", "map-button", { type: "button", hidden: true });
  const element = make("div", "map-status", { hidden: true }, words, button);
  words.setAttribute("role", "status");
  let act = null;
  button.addEventListener("click", () => act?.());

  /** Shows a sentence (none: hides the line); `quiet` ones are for screen readers only. */
  function say(sentence, { action, label, quiet = false } = {}) {
    words.textContent = sentence ?? "";
    act = action ?? null;
    button.hidden = !action;
    button.textContent = label ?? "";
    element.hidden = !sentence;
    element.classList.toggle("map-unseen", quiet);
  }
  return { element, say };
}
