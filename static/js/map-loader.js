// Fetches the marks of the view: again only when view or criteria ask for others; the last question wins.

import { snapBox, wrapBox } from "./map-geometry.js";

/** `now()` asks, `soon()` asks once moving has ended. `state.criteria` is the query, `marks` and `key` show the answer. */
export function loader({ map, status, text, server }, state, { marks, key, showWorld }) {
  let asked = "";
  let abort = null;
  let timer = 0;

  async function now() {
    if (state.criteria === null) return nothingAsked();
    const zoom = Math.floor(map.getZoom()); // the view of the whole world is between two steps
    const box = wrapBox(snapBox(viewOf(map), zoom));
    const question = [box, zoom, state.criteria].join(" ");
    if (question === asked) return null;
    asked = question;
    abort?.abort();
    abort = new AbortController();
    const answer = await server.marks(box, zoom, state.criteria, abort.signal).catch(failed);
    if (answer) show(answer);
    return null;
  }

  /** No marks at all rather than those of another question. */
  function nothingAsked() {
    abort?.abort();
    asked = "";
    show({ features: [], everywhere: 0 });
    status.say(text.say("not_asked"));
  }

  function failed(error) {
    if (error.name === "AbortError") return;
    asked = "";
    status.say(text.say("marks_failed"), { action: now, label: text.say("retry") });
  }

  function show({ features, everywhere }) {
    marks.show(features);
    marks.choose(state.chosen);
    key.sayEverywhere(everywhere);
    const seen = marks.inView().reduce((sum, { feature }) => sum + (feature.properties.count ?? 1), 0);
    if (seen) status.say(text.say("in_view", { count: seen }), { quiet: true });
    else if (state.isEmpty) status.say(text.say("none_fit"), { action: clear, label: text.say("show_every") });
    else status.say(text.say("nothing_here"), { action: showWorld, label: text.say("whole_world") });
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(now, 120);
  }

  return { now, soon };
}

function clear() {
  document.dispatchEvent(new CustomEvent("popmap:clear", { detail: { source: "map" } }));
}

/** The view's [west, south, east, north], as it is: it may run beyond 180. */
export function viewOf(map) {
  const bounds = map.getBounds();
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
}
