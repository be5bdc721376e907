// Is it here already? While the name, a number or an address is typed, services that are likely the same are shown,
// politely. Without a script the same list comes with the answer to the form.

const PLACE = '[data-module="likely"]';
const WAIT_MS = 500;
const LEAST = 3;
const TELLING = /^(name|name_en|organization|website|channels\.\d+\.(type|value)|coverage\.countries|countries)$/;
const MATCHES = ["phone", "text", "web", "email", "name", "organization"];

/** Starts the list of every form that has one, also of forms that come later. */
export function startLikely(page) {
  let waiting = 0;
  const later = ({ target }) => {
    const form = target.closest("form");
    if (!form || !TELLING.test(target.name ?? "") || !placeOf(form)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => look(form, target), WAIT_MS);
  };
  page.addEventListener("input", later);
  page.addEventListener("change", later);
}

const places = new WeakMap();

/** Where they are shown; remembered, since a part of the form that is made anew may have been around it. */
function placeOf(form) {
  const place = form.querySelector(PLACE) ?? places.get(form);
  if (place) places.set(form, place);
  return place;
}

let asking = null;

async function look(form, typed) {
  const place = placeOf(form);
  const entry = described(new FormData(form));
  asking?.abort();
  if (!tells(entry)) return show(place, []);
  asking = new AbortController();
  const { signal } = asking;
  try {
    const headers = { "Content-Type": "application/json" };
    const reply = await fetch(place.dataset.api, { method: "POST", headers, body: JSON.stringify(entry), signal });
    if (reply.ok) show(place, (await reply.json()).items, typed);
  } catch (error) {
    // a newer question came, or there is no network: the list is an extra and stays as it was
    if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
  }
}

/** What the form says so far, as the API takes it. */
export function described(data) {
  const entry = { channels: [] };
  for (const name of ["name", "name_en", "organization", "website"]) {
    const words = (data.get(name) ?? "").trim();
    if (words) entry[name] = words;
  }
  const countries = [...data.getAll("coverage.countries"), ...data.getAll("countries")];
  if (countries.length === 1) [entry.country] = countries;
  for (const [name, value] of data) {
    const way = /^channels\.(\d+)\.value$/.exec(name);
    const type = way && data.get(`channels.${way[1]}.type`);
    if (type && value.trim()) entry.channels.push({ type, value: value.trim() });
  }
  return entry;
}

/** Whether it says enough to look for: one letter resembles everything. */
export function tells({ name = "", name_en = "", website = "", channels }) {
  return [name, name_en, website, ...channels.map(({ value }) => value)].some((words) => [...words].length >= LEAST);
}

/** Shows them below the field that was typed in: elsewhere, on a phone, nobody would see them. */
function show(place, items, typed) {
  const section = place.querySelector(".likely");
  const shown = items.map(({ id }) => id).join(" ");
  if (section.dataset.shown === shown) return;
  section.dataset.shown = shown;
  section.querySelector("ul").replaceChildren(...items.map((item) => asRow(place, item)));
  section.hidden = !items.length;
  const field = typed?.closest(".pair, .field");
  if (items.length && field) field.after(place);
}

function asRow(place, { id, name, matches }) {
  const words = place.dataset.words.split("|");
  const row = place.querySelector("template").content.cloneNode(true);
  row.querySelector("bdi").textContent = name;
  row.querySelector(".why").textContent = matches.map((match) => words[MATCHES.indexOf(match)]).join(" · ");
  for (const link of row.querySelectorAll("a")) {
    const address = link.getAttribute("href").replace("/ID", `/${encodeURIComponent(id)}`);
    link.setAttribute("href", address);
    // what was typed is not lost by looking
    link.target = "_blank";
    link.rel = "noopener";
  }
  return row;
}

startLikely(document);
