// Cards and marks are one: hovering or focusing a card lights its mark, "Area" shades where the service helps, and what
// is hovered or opened on the map is shown in the list.
//
// Events on `document`: sends popmap:hover {id, lon, lat} and popmap:choose {id}; hears popmap:hover and popmap:open.

let chosen = null;
let lit = null;

/** Starts the cards inside an element, now and after its content changes. */
export function startCards(list) {
  list.addEventListener("pointerover", (event) => light(cardOf(event.target)));
  list.addEventListener("pointerleave", () => light(null));
  list.addEventListener("focusin", (event) => light(cardOf(event.target)));
  list.addEventListener("focusout", (event) => light(cardOf(event.relatedTarget)));
  list.addEventListener("click", (event) => {
    const card = cardOf(event.target);
    if (!card) return;
    if (event.target.closest(".area")) choose(chosen === card.dataset.service ? null : card);
    else if (!event.target.closest("a, button, summary")) choose(card);
  });
  document.addEventListener("popmap:hover", ({ detail }) => {
    if (detail.source === "map") mark("lit", detail.id);
  });
  document.addEventListener("popmap:open", ({ detail }) => open(detail.id));
}

/** Marks the chosen card again after the list has changed. */
export function showChosen() {
  mark("on", chosen);
  for (const button of document.querySelectorAll(".area")) {
    button.setAttribute("aria-pressed", String(cardOf(button).dataset.service === chosen));
  }
}

function cardOf(target) {
  return target?.closest?.("[data-service].card") ?? null;
}

function light(card) {
  const id = card?.dataset.service ?? null;
  if (id === lit) return;
  lit = id;
  const place = card?.dataset.lon ? { lon: Number(card.dataset.lon), lat: Number(card.dataset.lat) } : {};
  document.dispatchEvent(new CustomEvent("popmap:hover", { detail: { id, ...place } }));
}

function choose(card) {
  chosen = card?.dataset.service ?? null;
  showChosen();
  const map = document.getElementById("map"); // one that is not made yet looks here when it is
  if (map && chosen) map.dataset.service = chosen;
  else if (map) delete map.dataset.service;
  document.dispatchEvent(new CustomEvent("popmap:choose", { detail: { id: chosen } }));
}

function open(id) {
  const card = id && document.getElementById(`s-${id}`);
  chosen = id ?? null;
  showChosen();
  card?.scrollIntoView({ block: "nearest" });
}

function mark(name, id) {
  for (const card of document.querySelectorAll(`.card.${name}`)) card.classList.remove(name);
  if (id) document.getElementById(`s-${id}`)?.classList.add(name);
}
