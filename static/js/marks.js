// One service's mark: its kind by shape and colour, filled where one can go there, hollow where only the seat is.

const SVG = "http://www.w3.org/2000/svg";

// on a 22 pixel square, with room for the ring
const SHAPES = {
  helpline: ["circle", { cx: 11, cy: 11, r: 7.5 }],
  official_service: ["rect", { x: 4, y: 4, width: 14, height: 14, rx: 3.2 }],
  youth_led: ["path", { d: "M11 2.6 19.2 17.4H2.8Z" }],
  ai_driven: ["path", { d: "M11 1.6 20.4 11 11 20.4 1.6 11Z" }],
};

/** An SVG element with attributes and children. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The picture of a kind; it says nothing to a screen reader, since the kind's word always stands beside it. */
export function glyph(kind, { hollow = false } = {}) {
  const [tag, attributes] = SHAPES[kind];
  const ring = svg(tag, { ...attributes, class: "mark-ring" });
  const shape = svg(tag, { ...attributes, class: "mark-shape" });
  const picture = svg("svg", { viewBox: "0 0 22 22", class: `mark mark-${kind}${hollow ? " mark-hollow" : ""}` }, ring, shape);
  picture.setAttribute("aria-hidden", "true");
  return picture;
}

/** A service's name for the eye that does not see its mark: "EMC-Helpline, Helpline, Seat only, helps from afar". */
export function markName({ name, kind, visitable }, text) {
  return text.say("mark", { name, kind: text.say(`kind_${kind}`), way: text.say(visitable ? "can_visit" : "from_afar") });
}

/** The button for a single service on the map. */
export function markButton(properties, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "map-mark";
  button.setAttribute("aria-label", markName(properties, text));
  button.title = properties.name;
  button.append(glyph(properties.kind, { hollow: !properties.visitable }));
  return button;
}
