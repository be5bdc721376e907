// The place field: suggestions as one types, by mouse, touch or keyboard (the combobox pattern of WAI-ARIA). Without a
// choice the words go to the server as they are, which says what it understood.

const WAIT_MS = 200;
const LEAST = 2;

/** Starts the field `#where` of a form, also after the form's content was exchanged. */
export function startPlaceField(form) {
  let waiting = 0;
  form.addEventListener("input", (event) => {
    if (event.target.id !== "where") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => suggest(event.target), WAIT_MS);
  });
  form.addEventListener("keydown", (event) => {
    if (event.target.id === "where") onKey(event, form);
  });
  form.addEventListener("focusout", (event) => {
    if (event.target.id === "where") setTimeout(() => close(event.target), 150);
  });
  form.addEventListener("pointerdown", (event) => {
    const item = event.target.closest?.(".suggestions li[data-id]");
    if (!item) return;
    event.preventDefault();
    take(form, item);
  });
}

async function suggest(field) {
  const words = field.value.trim();
  if (words.length < LEAST) return close(field);
  const { api, lang, none } = field.closest("[data-module]").dataset;
  const answer = await fetch(`${api}?${new URLSearchParams({ q: words, lang, limit: 6 })}`).catch(() => null);
  if (!answer?.ok || field.value.trim() !== words || document.activeElement !== field) return null;
  const { items } = await answer.json();
  return open(field, items, none);
}

function open(field, items, none) {
  close(field);
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0].textContent);
  list.append(...(items.length ? items.map(asOption) : [asNote(none)]));
  field.after(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-controls", list.id);
}

function asOption({ id, label }, index) {
  const item = document.createElement("li");
  item.id = `suggestion-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.id = id;
  const words = document.createElement("bdi");
  words.textContent = label;
  item.append(words);
  return item;
}

function asNote(text) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.setAttribute("aria-disabled", "true");
  item.textContent = text;
  return item;
}

function onKey(event, form) {
  const field = event.target;
  const items = [...(document.getElementById("suggestions")?.querySelectorAll("[data-id]") ?? [])];
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "Escape" && document.getElementById("suggestions")) {
    event.preventDefault();
    close(field);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && items.length) {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    select(field, items, at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    take(form, items[at]);
  }
}

function select(field, items, chosen) {
  items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  field.setAttribute("aria-activedescendant", items[chosen].id);
  items[chosen].scrollIntoView({ block: "nearest" });
}

/** The chosen place becomes the criterion; the words have done their work. */
function take(form, item) {
  const field = form.querySelector("#where");
  let place = form.elements.namedItem("place");
  if (!place) {
    place = Object.assign(document.createElement("input"), { type: "hidden", name: "place" });
    field.closest(".filter-body").append(place);
  }
  place.value = item.dataset.id;
  form.elements.namedItem("at")?.remove();
  field.value = "";
  close(field);
  place.dispatchEvent(new Event("change", { bubbles: true }));
}

function close(field) {
  document.getElementById("suggestions")?.remove();
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}
