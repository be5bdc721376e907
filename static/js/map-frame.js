// Where the map goes when the question changes: to the areas that were chosen, or back to the part of the map that an
// address names. No person moved it, so none of this is reported as a search.

import { boxAround, boxFromText, wrapBox } from "./map-geometry.js";
import { viewOf } from "./map-loader.js";

const CLOSE = 0.002; // degrees: addresses have three decimals
const NEAREST_ZOOM = 8;

/** Gives `follow(query, area)`: goes to the query's bbox, else to the areas ("w,s,e,n;w,s,e,n"), once for each change. */
export function framing({ map, move, home }) {
  let held = "";

  return function follow(query, area = "") {
    const asked = new URLSearchParams(query).get("bbox");
    const wanted = asked ?? area;
    if (wanted === held) return;
    held = wanted;
    const boxes = wanted.split(";").map(boxFromText).filter(Boolean);
    if (!boxes.length) move(home);
    else if (asked && isView(boxes[0])) return;
    else goTo(boxes, asked ? { padding: [0, 0] } : { maxZoom: NEAREST_ZOOM });
  };

  function isView(box) {
    return wrapBox(viewOf(map)).every((edge, index) => Math.abs(edge - box[index]) <= CLOSE);
  }

  function goTo(boxes, options) {
    const [west, south, east, north] = boxAround(boxes, map.getCenter().lng);
    move.to([west, Math.max(-85, south), east, Math.min(85, north)], options);
  }
}
