// Says how far a download is, and saves it only when all of it has come. Without this script the links just work.

const STEP_MS = 250;
const AT_HAND_BYTES = 8_000_000; // what is beyond it goes to the browser, which may put it on its disk

for (const list of document.querySelectorAll("[data-module=downloads]")) {
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[download]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    take(link, link.parentElement.querySelector("output"), list.dataset);
  });
}

async function take(link, output, words) {
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  output.textContent = words.making;
  try {
    const reply = await fetch(link.href);
    if (!reply.ok) {
      output.textContent = reply.status === 503 ? words.busy : words.broken;
      return;
    }
    const pieces = await all(reply.body.getReader(), (bytes) => say(output, words.running, bytes));
    const file = new Blob(pieces, { type: link.type });
    save(file, nameOf(reply) || link.download || "popmap");
    say(output, words.whole, file.size);
  } catch {
    output.textContent = words.broken;
  } finally {
    link.ariaBusy = "false";
  }
}

/** Every piece of the body; `tell` hears how many bytes there are, a few times a second. */
async function all(reader, tell) {
  const pieces = [];
  let atHand = [];
  let [bytes, put, told] = [0, 0, 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return [...pieces, ...atHand];
    atHand.push(value);
    bytes += value.length;
    if (bytes - put > AT_HAND_BYTES) {
      pieces.push(new Blob(atHand));
      [atHand, put] = [[], bytes];
    }
    if (performance.now() - told < STEP_MS) continue;
    told = performance.now();
    tell(bytes);
  }
}

function say(output, words, bytes) {
  const large = bytes >= 1e6;
  const unit = large ? "megabyte" : "kilobyte";
  const value = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: large ? 1 : 0 });
  output.textContent = words.replace("{size}", value.format(bytes / (large ? 1e6 : 1e3)));
}

function nameOf(reply) {
  return /filename="([^"]+)"/.exec(reply.headers.get("Content-Disposition") ?? "")?.[1];
}

function save(file, name) {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
