// The map beside the list: starts on every element with data-module="map", after the page and only once it is seen.
// The list never waits for it. This file waits and wires; what is drawn is in the map-*.js beside it.
//
//   <div id="map" class="map" data-module="map" data-lang="en" data-api="/api/v1" data-tiles="/basemap/world.pmtiles"
//        data-query="kind=helpline" data-area="w,s,e,n;…" data-found="1" data-service="id to shade, if any"
//        data-messages="{{ JSON, escaped }}"></div>
//
// data-query     the page's criteria; without the attribute there are no marks (the small map of a service page)
// data-area      the boxes of the chosen areas, where the map goes
// data-found     "0": no service fits; empty: nothing was asked, so there are no marks
// data-tiles     a PMTiles archive or a tile address with {z}, {x}, {y}
// data-messages  popmap.web.map_words.messages(): the English text of every key is there
//
// Events on `document`, each with a `detail`:
//   list → map   popmap:hover {id|null, lon?, lat?}   popmap:choose {id|null}   popmap:criteria {query, area, found}
//   map → list   popmap:moved {bbox: [w, s, e, n], zoom, searchAsIMove, isStep}   popmap:open {id|null}   popmap:hover {id|null}
//                popmap:clear: every service, please
// What the map itself sends carries `source: "map"`.

import { loadLeaflet, readBackground } from "./map-load.js";
import { words } from "./map-words.js";

const TYPES = { messages: "data-messages", lang: "data-lang", api: "data-api", tiles: "data-tiles" };

for (const element of document.querySelectorAll('[data-module="map"]')) whenWanted(element, () => start(element));

/** Calls back when the page is done, the browser idle and the element on screen (behind a switch it may never be). */
function whenWanted(element, callback) {
  const idle = window.requestIdleCallback ?? ((then) => setTimeout(then, 100));
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    idle(callback, { timeout: 500 }); // some browsers are never idle
  });
  const observe = () => observer.observe(element);
  if (document.readyState === "complete") observe();
  else window.addEventListener("load", observe, { once: true });
}

/** Draws a map into an element now; `pieces` is passed on to map-view.js. */
export async function start(element, pieces) {
  for (const [name, attribute] of Object.entries(TYPES)) {
    if (!(name in element.dataset)) throw new Error(`the map element has no ${attribute}`);
  }
  const text = words(JSON.parse(element.dataset.messages), element.dataset.lang);
  showLoading(element, text);
  try {
    const needed = [import("./map-view.js"), readBackground(element.dataset.tiles), loadLeaflet()];
    const [{ drawMap }, background] = await Promise.all(needed);
    element.replaceChildren();
    drawMap(element, text, background, pieces);
    element.dataset.state = "ready";
  } catch (error) {
    showFailure(element, text, pieces);
    throw error;
  }
}

function showLoading(element, text) {
  element.dataset.state = "loading";
  const note = document.createElement("p");
  note.className = "map-wait";
  note.textContent = text.say("loading");
  element.replaceChildren(note);
}

function showFailure(element, text, pieces) {
  element.dataset.state = "failed";
  const note = document.createElement("p");
  note.setAttribute("role", "alert");
  note.textContent = text.say("failed");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "map-button";
  again.textContent = text.say("retry");
  again.addEventListener("click", () => start(element, pieces));
  const box = document.createElement("div");
  box.className = "map-wait";
  box.append(note, again);
  element.replaceChildren(box);
}
