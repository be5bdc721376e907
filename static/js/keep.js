// A country on this phone, only when asked: one worker, one cache of one page, and both gone with "Remove".
// Also written into the kept page itself, where no file can be fetched.
(() => {
  const DAY_MS = 86_400_000;
  const KEPT_MS = 7 * DAY_MS;
  const PREFIX = "kept:"; // the same in keep-worker.js
  if (!navigator.serviceWorker || !window.caches) return;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keep] [data-act]");
    if (!button) return;
    const block = button.closest("[data-keep]");
    act(block, button.dataset.act === "keep" ? keep : remove);
  });
  document.addEventListener("found", prepare); // find help has put an answer in place
  prepare();
  sweep();

  async function prepare() {
    for (const block of document.querySelectorAll("[data-keep]")) {
      block.hidden = false;
      show(block, await caches.has(PREFIX + block.dataset.keep));
    }
  }

  async function act(block, work) {
    const buttons = block.querySelectorAll("[data-act]");
    for (const button of buttons) button.disabled = true;
    try {
      show(block, await work(block.dataset.keep));
      say(block, work === keep ? block.dataset.kept : block.dataset.removed);
    } catch {
      await remove(block.dataset.keep);
      show(block, false);
      say(block, block.dataset.failed);
    }
  }

  async function keep(path) {
    const reply = await fetch(`${path}/kept`, { cache: "no-store" });
    if (!reply.ok) throw new TypeError("nothing to keep");
    await (await caches.open(PREFIX + path)).put(path, reply);
    await navigator.serviceWorker.register(`${path}/worker.js`, { scope: path });
    return true;
  }

  async function remove(path) {
    await caches.delete(PREFIX + path);
    for (const one of await navigator.serviceWorker.getRegistrations()) {
      if (new URL(one.scope).pathname === path) await one.unregister();
    }
    return false;
  }

  /** What is older than seven days goes, also if its page was never opened again. */
  async function sweep() {
    for (const name of await caches.keys()) {
      const path = name.slice(PREFIX.length);
      const reply = name.startsWith(PREFIX) && (await (await caches.open(name)).match(path));
      await reply?.text(); // read to its end, or the browser keeps its bytes after they were removed
      if (reply && Date.now() - Date.parse(reply.headers.get("Popmap-Made-At")) > KEPT_MS) {
        await remove(path);
        prepare();
      }
    }
  }

  function show(block, isKept) {
    const button = (name) => block.querySelector(`[data-act="${name}"]`);
    if (button("keep")) button("keep").disabled = isKept;
    button("remove").disabled = !isKept;
    const how = block.querySelector("[data-when-kept]");
    if (how) how.hidden = !isKept;
  }

  function say(block, words) {
    block.querySelector('[role="status"]').textContent = words;
  }
})();
