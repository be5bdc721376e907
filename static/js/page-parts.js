// Puts the parts of a fetched page in the places of those on the screen, so that nobody loses where they are.

/** Exchanges list, filters, emergency card and the addresses of the other languages. */
export function exchange(page, form, results) {
  const fresh = page.getElementById("results");
  results.replaceChildren(...fresh.childNodes);
  exchangeFilters(page, form);
  exchangeWhole(page, ".danger");
  const old = document.querySelectorAll(".menu a[hreflang]");
  page.querySelectorAll(".menu a[hreflang]").forEach((link, index) => {
    if (old[index]) old[index].href = link.getAttribute("href");
  });
  form.querySelector("[data-words]").dataset.words = page.querySelector("[data-words]").dataset.words;
  sayTotal(form);
}

/** With a script the sheet's button says how many services are behind it: they are those of the choices as they are. */
export function sayTotal(form) {
  const button = form.querySelector("[data-words]");
  button.textContent = button.dataset.words;
}

/** New counts in the old form: what is unfolded stays unfolded, who has the focus keeps it, half-typed words stay. */
function exchangeFilters(page, form) {
  const old = document.getElementById("filter-body");
  const fresh = page.getElementById("filter-body");
  const scrolled = form.scrollTop;
  const lists = [...old.querySelectorAll(".whole")].map((list) => [list.parentElement.id, list.scrollTop]);
  for (const details of old.querySelectorAll("details[id]")) {
    const same = fresh.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = details.open || (same.open && Boolean(same.querySelector(".fault")));
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const twin = focused && sameField(fresh, focused);
  const isTyped = focused?.matches('input[type="search"], input[type="text"]');
  if (twin && isTyped) twin.value = focused.value;
  const [start, end] = isTyped ? [focused.selectionStart, focused.selectionEnd] : [];
  old.replaceChildren(...fresh.childNodes);
  for (const [id, top] of lists) document.getElementById(id)?.querySelector(".whole")?.scrollTo(0, top);
  form.scrollTop = scrolled;
  twin?.focus({ preventScroll: true });
  if (twin && isTyped) twin.setSelectionRange(start, end);
}

function sameField(fresh, field) {
  if (field.id) return fresh.querySelector(`#${CSS.escape(field.id)}`);
  if (field.name) return fresh.querySelector(`[name="${field.name}"][value="${CSS.escape(field.value)}"]`);
  const facet = field.closest("details[id]");
  const same = facet && fresh.querySelector(`#${facet.id}`);
  // "All 190" has done its work: on to the list that came instead
  return same?.querySelector(field.matches("a") ? ".whole" : "summary");
}

function exchangeWhole(page, selector) {
  const old = document.querySelector(selector);
  const fresh = page.querySelector(selector);
  if (old && fresh && old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
}

/** Keeps where the list and the page are scrolled to with this entry of the history. */
export function rememberScroll(results) {
  history.replaceState({ ...history.state, scroll: { list: results.scrollTop, page: window.scrollY } }, "");
}

/** Scrolls list and page to where they were. */
export function restoreScroll(results, { list, page }) {
  results.scrollTop = list;
  window.scrollTo(0, page);
}
