/* The quick exit (safety.md, finding 4). Written into the head of every page, before anything sensitive is on the screen.
   The link works without this; with it the screen is blank at once, the page is replaced in the history, and Back shows
   nothing of ours: a one-character flag, written only by the press, makes our older pages of this tab blank themselves too.
   Who comes back on purpose (a new visit, not Back) is let in, and the flag goes. */
(() => {
  "use strict";
  const FLAG = "x";
  const PRESSES = 3;
  const WITHIN_MS = 2000;
  const root = document.documentElement;
  const kept = (work) => { try { return work(sessionStorage); } catch { return null; } };
  const arrival = () => performance.getEntriesByType("navigation")[0]?.type;

  const blank = () => {
    root.style.display = "none";
    document.title = root.dataset.exitTitle;
    document.body?.replaceChildren();
    location.replace(root.dataset.exit);
  };
  const leave = () => {
    kept((storage) => storage.setItem(FLAG, "1"));
    blank();
  };

  if (kept((storage) => storage.getItem(FLAG))) {
    if (arrival() === "navigate") kept((storage) => storage.removeItem(FLAG));
    else blank();
  }
  addEventListener("pagehide", () => { root.style.visibility = "hidden"; });
  addEventListener("pageshow", () => {
    if (kept((storage) => storage.getItem(FLAG))) blank();
    else root.style.visibility = "";
  });
  addEventListener("click", (event) => {
    if (!event.target.closest?.("#leave")) return;
    event.preventDefault();
    leave();
  }, true);

  let presses = [];
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    const plain = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    presses = plain ? [...presses.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp] : [];
    if (presses.length >= PRESSES) leave();
  }, true);
})();
