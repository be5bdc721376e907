// Find help with a script: the same form is sent to the same address, and the answer is put in place, so that a visit
// leaves one entry in the history. The device's area is asked for on a press, made coarse here, and sent in the body only.

const PART = "Popmap-Part";
const DECIMALS = 2; // about one kilometre
const WAIT_MS = 15_000;

document.addEventListener("submit", (event) => {
  const form = event.target.closest('[data-module="find"]');
  if (!form) return;
  event.preventDefault();
  send(form, new FormData(form, event.submitter));
});
document.addEventListener("click", (event) => {
  if (event.target.closest("button[data-device]")) useDevice();
  const mapSwitch = event.target.closest("[data-map-switch]");
  if (mapSwitch) switchMap(mapSwitch);
});
document.addEventListener("change", (event) => {
  // a country from the list is meant instead of what was typed before
  if (event.target.id === "country" && event.target.value) document.getElementById("where").value = "";
});
start();
offerToKeep();

/** What only works with a script shows itself. */
function start() {
  for (const element of document.querySelectorAll("[data-map-switch]")) element.hidden = false;
  for (const element of document.querySelectorAll("[data-device]")) {
    if (navigator.geolocation) element.hidden = false;
    else element.remove();
  }
}

async function send(form, data) {
  const answers = document.getElementById("answers");
  answers.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(data),
      headers: { [PART]: "main" },
      cache: "no-store",
    });
    if (!reply.headers.get("Content-Type")?.startsWith("text/html")) throw new TypeError("not a page");
    show(await reply.text());
  } catch {
    answers.removeAttribute("aria-busy");
    say(document.getElementById("find").dataset.offline);
  }
}

function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const [danger, main] = [page.querySelector(".danger"), page.querySelector("main")];
  if (!danger || !main) throw new TypeError("not a part");
  document.querySelector(".danger").replaceChildren(...danger.childNodes);
  document.getElementById("main").replaceChildren(...main.childNodes);
  start();
  const found = document.getElementById("found");
  if (found) {
    // from the top: there is the number to call in danger
    found.focus({ preventScroll: true });
    scrollTo(0, 0);
  } else {
    const wrong = document.querySelector("[aria-invalid], .fault");
    wrong?.focus();
    wrong?.scrollIntoView({ block: "center" });
  }
  offerToKeep();
}

/** What keeps a country on this phone is fetched only where it is offered. */
async function offerToKeep() {
  if (!document.querySelector("[data-keep]")) return;
  await import("./keep.js");
  document.dispatchEvent(new Event("found"));
}

function useDevice() {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const form = document.getElementById("find");
      for (const id of ["where", "country"]) document.getElementById(id).value = "";
      form.elements.at.value = `${coords.longitude.toFixed(DECIMALS)},${coords.latitude.toFixed(DECIMALS)}`;
      send(form, new FormData(form));
    },
    () => say(document.getElementById("find").dataset.noPlace),
    { maximumAge: 600_000, timeout: WAIT_MS, enableHighAccuracy: false },
  );
}

/** The map is fetched when somebody asks for it, and never before. */
async function switchMap(button) {
  const frame = document.getElementById(button.getAttribute("aria-controls"));
  frame.hidden = !frame.hidden;
  button.setAttribute("aria-expanded", String(!frame.hidden));
  if (frame.hidden || frame.dataset.state) return;
  try {
    const { drawAnswer } = await import("./find-map.js");
    await drawAnswer(frame);
  } catch {
    if (!frame.dataset.state) frame.hidden = true;
    button.setAttribute("aria-expanded", String(!frame.hidden));
  }
}

/** A line at the top of the form, said aloud too. */
function say(words) {
  const form = document.getElementById("find");
  form.querySelector(".said")?.remove();
  const line = document.createElement("p");
  line.className = "fault said";
  line.setAttribute("role", "alert");
  line.textContent = words;
  form.prepend(line);
  form.closest("details")?.setAttribute("open", "");
  line.scrollIntoView({ block: "center" });
}
