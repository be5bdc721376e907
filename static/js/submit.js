// The form of a service with a script: what a button changes is exchanged in place, long lists can be searched, a map
// helps with places, and what was typed stays when the network does not. Without a script the same buttons send the form.

const MAP = "./submit-map.js";

document.getElementById("table-file")?.addEventListener("change", async ({ target }) => {
  document.getElementById("f-table").value = await target.files[0].text(); // stays here until it is sent as text
});

const main = document.getElementById("main");
main.addEventListener("submit", onSubmit);
start();

function start() {
  document.getElementById("summary")?.focus();
  for (const box of main.querySelectorAll("[data-filter]")) addFilter(box);
  for (const details of main.querySelectorAll("#draw, #place details")) {
    if (details.open) helpWithMap(details);
    else details.addEventListener("toggle", () => helpWithMap(details), { once: true });
  }
}

async function onSubmit(event) {
  const form = event.target;
  if (!form.matches('[data-module="draft"]')) return;
  event.preventDefault();
  const part = event.submitter?.dataset.part;
  const said = form.querySelector(".offline");
  said?.remove();
  form.setAttribute("aria-busy", "true");
  try {
    const data = new URLSearchParams(new FormData(form, event.submitter));
    const reply = await fetch(form.action, { method: "POST", body: data, cache: "no-store", headers: { "Popmap-Part": "1" } });
    if (reply.redirected) return location.assign(reply.url);
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = page.getElementById(part ?? "main");
    if (!(part ? fresh : fresh?.querySelector(".draft"))) return say(form, page.querySelector("h1 + p")?.textContent);
    if (part) exchange(part, fresh, event.submitter.value);
    else exchangeAll(fresh);
  } catch {
    say(form);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function exchange(part, fresh, act) {
  const old = document.getElementById(part);
  old.replaceWith(fresh);
  start();
  const fields = fresh.querySelectorAll(part === "ways" ? ".way select" : "input:not([type=hidden])");
  (act === "add" ? fields[fields.length - 1] ?? fields[0] : fields[0])?.focus();
}

function exchangeAll(fresh) {
  main.replaceChildren(...fresh.childNodes);
  scrollTo(0, 0);
  start();
}

/** Why nothing came of it, beside the button; the form stays as it is. */
function say(form, words) {
  const note = document.createElement("p");
  note.className = "fault offline";
  note.setAttribute("role", "alert");
  note.textContent = words || form.dataset.offline;
  form.querySelector('.wide[value="send"]').before(note);
  note.scrollIntoView({ block: "center" });
}

/** A search field over a long list of boxes to tick; ticked ones always stay. */
function addFilter(box) {
  const list = box.querySelector(".scroll");
  if (!list || box.querySelector("input[type=search]")) return;
  const field = document.createElement("input");
  field.type = "search";
  field.className = "input";
  field.placeholder = box.dataset.filter;
  field.setAttribute("aria-label", box.dataset.filter);
  field.addEventListener("input", () => {
    const wanted = plain(field.value);
    for (const label of list.children) {
      label.hidden = !plain(label.textContent).includes(wanted) && !label.querySelector("input").checked;
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  list.before(field);
}

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase().trim();
}

async function helpWithMap(details) {
  if (details.querySelector(".map")) return;
  const { pointMap, areaMap } = await import(MAP);
  const draw = details.id === "draw";
  await (draw ? areaMap : pointMap)(details, document.querySelector("[data-map-settings]").dataset);
}
