// Narrow screens: the filters take the list's place while they are open, and a switch shows the list or the map.

/** Starts the sheet of filters and the switch. */
export function startViews(form) {
  const main = document.getElementById("main");
  const buttons = document.getElementById("switch");
  buttons.hidden = false;
  const scrolled = { list: 0, map: 0 };
  let now = "list";
  const show = (view) => {
    scrolled[now] = window.scrollY;
    main.dataset.view = now = view;
    window.scrollTo(0, scrolled[view]);
    for (const button of buttons.children) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  };
  buttons.addEventListener("click", (event) => {
    const view = event.target.closest("button")?.dataset.view;
    if (view) show(view);
  });
  // "Area" and a press on a mark lead to where the other side of the answer is
  document.addEventListener("popmap:choose", ({ detail }) => {
    if (detail.id && detail.source !== "map" && document.activeElement?.matches(".area")) show("map");
  });
  startSheet(form);
}

function startSheet(form) {
  const title = form.querySelector("h2");
  title.tabIndex = -1;
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-open]")) {
      event.preventDefault();
      form.classList.add("open");
      title.focus();
    } else if (event.target.closest?.("[data-close]") && form.classList.contains("open")) {
      event.preventDefault();
      close(form);
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && form.classList.contains("open") && !event.defaultPrevented) close(form);
  });
}

function close(form) {
  form.classList.remove("open");
  document.querySelector("[data-open]")?.focus();
}
