// The explorer with a script: a change in the form, a chip, an order or a next page fetches the same address that a plain
// link would open, and puts its parts in place. The address stays the state; focus and scrolling stay where they are.
//
// Events on `document`: sends popmap:criteria {query, area, found} to the map; hears popmap:moved {bbox, searchAsIMove,
// isStep}, whose bbox is null where all the world is in view, and popmap:clear from it.

import { startCards, showChosen } from "./cards.js";
import { startPlaceField } from "./place-field.js";
import { exchange, rememberScroll, restoreScroll, sayTotal } from "./page-parts.js";
import { startViews } from "./views.js";

const TYPING_MS = 400;
const AREAS = ["country", "subdivision", "place"];
const form = document.querySelector('[data-module="explore"]');
const results = document.getElementById("results");
const announce = document.getElementById("announce");

let running = null;
let typing = 0;
let shown = here();

function here() {
  return location.pathname + location.search;
}

/** The address that the form as it stands would open. */
function asked() {
  const pairs = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(pairs).toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  return new URL(form.action).pathname + (query ? `?${query}` : "");
}

/** Fetches an address and shows it. `how`: push a new entry or replace this one; `then`: where to look afterwards. */
async function go(address, { how = "push", then = "stay", scroll = null } = {}) {
  clearTimeout(typing);
  running?.abort();
  const mine = (running = new AbortController());
  const busy = setTimeout(() => results.classList.add("busy"), 150);
  results.setAttribute("aria-busy", "true");
  try {
    const [page, final] = await fetched(address, mine.signal);
    // one with a map and one without: only the page as a whole is right
    if (Boolean(page.getElementById("map")) !== Boolean(document.getElementById("map"))) return location.assign(final);
    if (how !== "none") remember(final, how);
    shown = here();
    exchange(page, form, results);
    showChosen();
    tellMap(page);
    look(then, scroll);
  } catch (error) {
    if (error.name !== "AbortError") fail(error, () => go(address, { how, then, scroll }));
  } finally {
    clearTimeout(busy);
    if (running === mine) {
      results.classList.remove("busy");
      results.removeAttribute("aria-busy");
    }
  }
}

async function fetched(address, signal) {
  const answer = await fetch(address, { signal, headers: { Accept: "text/html" } });
  // its styles are here already, and their nonce was that of another reply
  const text = (await answer.text()).replaceAll(/<style[^]*?<\/style>/g, "");
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.getElementById("filter-body")) throw new Error(`${answer.status} without a list`);
  return [page, answer.url];
}

function remember(final, how) {
  const { pathname, search } = new URL(final);
  if (how === "push" && pathname + search !== shown) {
    rememberScroll(results);
    history.pushState({}, "", pathname + search);
  } else {
    history.replaceState(history.state, "", pathname + search);
  }
}

function look(then, scroll) {
  const count = document.getElementById("count");
  if (scroll) return restoreScroll(results, scroll);
  if (then === "stay") {
    announce.textContent = count.textContent.trim();
    return null;
  }
  results.scrollTop = 0;
  if (window.scrollY > results.offsetTop) results.scrollIntoView();
  return count.focus({ preventScroll: true });
}

function tellMap(page) {
  const map = document.getElementById("map");
  if (!map) return;
  const { query, area, found } = page.getElementById("map").dataset;
  Object.assign(map.dataset, { query, area, found }); // one that is not made yet looks here when it is
  document.dispatchEvent(new CustomEvent("popmap:criteria", { detail: { query, area, found } }));
}

/** Nothing came: what is on the screen stays, and says what it is. */
function fail(error, again) {
  const offline = !navigator.onLine || error instanceof TypeError;
  const note = document.createElement("div");
  note.className = "note";
  note.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = offline ? form.dataset.offline : form.dataset.failed;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = form.dataset.again;
  button.addEventListener("click", again);
  note.append(words, button);
  document.getElementById("notices").replaceChildren(note);
  form.classList.remove("open");
  note.scrollIntoView({ block: "nearest" });
}

// ── what people do ──────────────────────────────────────────────────────────────────────────────────────────────────

form.addEventListener("change", (event) => {
  const { name, checked, value } = event.target;
  if (name === "q" && asked() === shown) return;
  // to choose an area is to look there, wherever the map was moved before
  if (AREAS.includes(name) && (checked ?? value)) form.elements.namedItem("bbox")?.remove();
  go(asked());
});

form.addEventListener("input", (event) => {
  if (event.target.name !== "q") return;
  clearTimeout(typing);
  // one search is one step back, however many letters it took
  const how = new URLSearchParams(location.search).has("q") ? "replace" : "push";
  typing = setTimeout(() => go(asked(), { how }), TYPING_MS);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  form.classList.remove("open");
  go(asked(), { then: "top" });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-go]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const stays = link.dataset.go === "stay";
  go(link.href, { how: stays ? "replace" : "push", then: link.dataset.go });
});

addEventListener("popstate", (event) => {
  if (here() !== shown) go(location.href, { how: "none", scroll: event.state?.scroll ?? { list: 0, page: 0 } });
});

addEventListener("pagehide", () => rememberScroll(results));

document.addEventListener("popmap:moved", ({ detail }) => {
  if (!detail.searchAsIMove) return;
  form.elements.namedItem("bbox")?.remove();
  if (detail.bbox) {
    const value = detail.bbox.map((edge) => Number(edge.toFixed(3))).join(",");
    document.getElementById("filter-body").append(Object.assign(document.createElement("input"), { type: "hidden", name: "bbox", value }));
  }
  // a pressed cluster is one step back; dragging and zooming are one together, however many moves they took
  const isStep = detail.isStep || !new URLSearchParams(location.search).has("bbox");
  go(asked(), { how: isStep ? "push" : "replace" });
});

document.addEventListener("popmap:clear", () => go(new URL(form.action).pathname, { then: "top" }));

document.documentElement.classList.add("js");
sayTotal(form);
startViews(form);
startCards(results);
startPlaceField(form);
if (history.state?.scroll) restoreScroll(results, history.state.scroll);
