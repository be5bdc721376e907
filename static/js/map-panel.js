// The card over the map: one service, or the list of those that share a spot. Not modal: the map stays usable behind it.

import { make } from "./map-controls.js";
import { glyph } from "./marks.js";

/** `address(id)` gives a service's page; `closed()` is called when a person closes the card. */
export function panel(text, { address, closed }) {
  const heading = make("h2", "map-panel-title", { id: "map-panel-title" });
  const cross = make("button", "map-close", { type: "button", textContent: "×" });
  const body = make("div", "map-panel-body");
  const element = make("section", "map-panel", { hidden: true }, make("div", "map-panel-head", {}, heading, cross), body);
  cross.setAttribute("aria-label", text.say("close"));
  element.setAttribute("role", "dialog");
  element.setAttribute("aria-labelledby", heading.id);
  cross.addEventListener("click", close);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  function open(title, ...content) {
    heading.replaceChildren(make("bdi", "", { textContent: title }));
    body.replaceChildren(...content);
    element.hidden = false;
    (body.querySelector("a") ?? cross).focus({ preventScroll: true });
  }

  function close() {
    if (element.hidden) return;
    element.hidden = true;
    closed();
  }

  function kindOf({ kind, visitable }) {
    return make("span", "map-kind", {}, glyph(kind, { hollow: visitable === false }), text.say(`kind_${kind}`));
  }

  /** One service: what it is, whether one can go there, and the way to its page. */
  function openService(service) {
    const way = make("p", "map-way", { textContent: text.say(service.visitable ? "can_visit" : "from_afar") });
    const link = make("a", "map-button", { href: address(service.id), textContent: text.say("details") });
    open(service.name, kindOf(service), way, link);
  }

  /** The services of one spot. `choose(id)` is told which one is pressed; without a script its link would open. */
  function openList({ items, total }, choose) {
    const rows = items.map((service) => {
      const link = make("a", "", { href: address(service.id) }, make("bdi", "", { textContent: service.name }));
      link.addEventListener("focus", () => choose(service.id));
      link.addEventListener("pointerenter", () => choose(service.id));
      return make("li", "", {}, kindOf(service), link);
    });
    const more = total > items.length ? [make("p", "map-way", { textContent: text.say("see_list") })] : [];
    open(text.say("at_place", { count: total ?? items.length }), make("ul", "map-panel-list", {}, ...rows), ...more);
  }

  return { element, openService, openList, hide: () => void (element.hidden = true) };
}
