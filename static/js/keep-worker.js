// Opens a country's kept page when there is no network. Its scope is that one address: no other page waits for it.
// Online it stays out of the way, and at most once a day fetches the page anew, so that what was taken down is gone.

const DAY_MS = 86_400_000;
const KEPT_MS = 7 * DAY_MS;
const PATIENCE_MS = 4000;
const PATH = new URL(self.registration.scope).pathname;
const CACHE = `kept:${PATH}`;

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && new URL(request.url).pathname === PATH) event.respondWith(answer(event));
});

async function answer(event) {
  const online = fetch(event.request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const reply = await Promise.race([online.catch(() => null), late]);
  if (reply && reply.status < 500) {
    event.waitUntil(look());
    return reply;
  }
  const kept = await caches.match(PATH, { cacheName: CACHE });
  if (kept && age(kept) <= KEPT_MS) return kept;
  event.waitUntil(forget());
  return online;
}

/** Once the network has answered: what is too old goes, what is a day old is fetched anew. */
async function look() {
  const kept = await caches.match(PATH, { cacheName: CACHE });
  if (!kept) return;
  const page = await kept.text(); // read to its end, or the browser keeps its bytes after they were removed
  if (!(age(kept) <= KEPT_MS)) await forget();
  else if (age(kept) > DAY_MS) await refresh(page);
}

/** The page anew; where it cannot be had, at least nothing that was taken down. */
async function refresh(page) {
  const fresh = await fetch(`${PATH}/kept`, { cache: "no-store" }).catch(() => null);
  if (fresh?.ok && (await caches.has(CACHE))) {
    await (await caches.open(CACHE)).put(PATH, fresh);
    return;
  }
  const list = await fetch("/api/v1/withdrawn", { cache: "no-store" }).catch(() => null);
  const gone = list?.ok ? (await list.json()).items : [];
  if (gone.some(({ id }) => page.includes(`data-service="${id}"`))) await forget();
}

function age(kept) {
  return Date.now() - Date.parse(kept.headers.get("Popmap-Made-At"));
}

async function forget() {
  await caches.delete(CACHE);
  await self.registration.unregister();
}
