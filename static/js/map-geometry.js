// Sums without a map or a page: boxes that wrap at 180 degrees, donut shares, and which mark an arrow key leads to.

export const KINDS = ["helpline", "official_service", "youth_led", "ai_driven"];

/** A longitude brought into [-180, 180). */
export function wrapLon(lon) {
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}

/** A longitude moved by whole turns to the copy of the world nearest to `centre`. */
export function copyNear(lon, centre) {
  return lon + 360 * Math.round((centre - lon) / 360);
}

/** A view's [west, south, east, north] as the API wants it: west > east where it crosses 180, never beyond the world. */
export function wrapBox([west, south, east, north]) {
  const low = Math.max(-90, south);
  const high = Math.min(90, north);
  if (east - west >= 360) return [-180, low, 180, high];
  const left = wrapLon(west);
  const right = wrapLon(east);
  return [left, low, right === -180 && left < 180 ? 180 : right, high];
}

/** Whether a view holds every place where people live, so that it leaves nothing out. */
export function isWorld([west, south, east, north]) {
  return east - west >= 359.5 && south <= -56 && north >= 79;
}

/** A box grown to steps of a quarter tile of its zoom, so that a small pan asks for nothing new and answers can be cached. */
export function snapBox([west, south, east, north], zoom) {
  const step = 90 / 2 ** zoom;
  const down = (value) => Math.floor(value / step) * step;
  const up = (value) => Math.ceil(value / step) * step;
  return [down(west), Math.max(-90, down(south)), up(east), Math.min(90, up(north))];
}

/** A box as a parameter: at most four decimals, about 11 m. */
export function boxText(box) {
  return box.map((value) => Number(value.toFixed(4))).join(",");
}

/** The numbers of a `bbox` parameter, or null when it is not one. */
export function boxFromText(text) {
  const box = (text ?? "").split(",").map(Number);
  return text && box.length === 4 && box.every(Number.isFinite) ? box : null;
}

/** Whether a box is so small that zooming in cannot part what is inside (about 20 m). */
export function isPoint([west, south, east, north]) {
  return Math.abs(copyNear(east, west) - west) < 2e-4 && north - south < 2e-4;
}

/** The box round [west, south, east, north] boxes, laid out near `centre`; null for none. */
export function boxAround(boxes, centre) {
  if (!boxes.length) return null;
  const placed = boxes.map(([west, south, east, north]) => {
    const left = copyNear(west, centre);
    return [left, south, left + ((((east - west) % 360) + 360) % 360), north];
  });
  const column = (index) => placed.map((box) => box[index]);
  return [Math.min(...column(0)), Math.min(...column(1)), Math.max(...column(2)), Math.max(...column(3))];
}

/** A cluster's diameter in pixels: 34 for the least, 56 from a thousand on, by the logarithm of its count. */
export function clusterSize(count) {
  return Math.round(34 + 22 * Math.min(1, Math.log10(Math.max(1, count)) / 3));
}

/**
 * Where discs [{x, y, radius, fixed}] stand so that none hides another or is cut off at the sides (`width`; Infinity:
 * they may be): those that are not fixed give way, by no more than `most` pixels. [{x, y}] in the same order.
 */
export function apart(discs, { width = Infinity, most = 16, gap = 2 } = {}) {
  const places = discs.map(({ x, y }) => ({ x, y }));
  for (let pass = 0; pass < 6; pass += 1) {
    for (let i = 0; i < discs.length; i += 1) for (let j = i + 1; j < discs.length; j += 1) part(i, j);
    discs.forEach((disc, i) => disc.fixed || hold(places[i], disc));
  }
  return places;

  function part(i, j) {
    const dx = places[j].x - places[i].x;
    const dy = places[j].y - places[i].y;
    const away = Math.hypot(dx, dy);
    const close = discs[i].radius + discs[j].radius + gap - away;
    if (close <= 0 || away === 0 || (discs[i].fixed && discs[j].fixed)) return;
    const share = discs[i].fixed || discs[j].fixed ? 1 : 0.5;
    const step = [(dx / away) * close * share, (dy / away) * close * share];
    if (!discs[i].fixed) move(places[i], -step[0], -step[1]);
    if (!discs[j].fixed) move(places[j], step[0], step[1]);
  }

  function move(place, x, y) {
    place.x += x;
    place.y += y;
  }

  function hold(place, { x, y, radius }) {
    place.x = clamp(clamp(place.x, x - most, x + most), radius, width - radius);
    place.y = clamp(place.y, y - most, y + most);
  }
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** The slices of a donut, clockwise from the top: [{kind, path}] of the kinds that have a share. */
export function donut(counts, radius) {
  const present = KINDS.filter((kind) => counts[kind] > 0); // kinds without a share may be left out
  const total = present.reduce((sum, kind) => sum + counts[kind], 0);
  let share = 0;
  return present.map((kind) => {
    const start = share;
    share += counts[kind] / total;
    return { kind, path: present.length === 1 ? ring(radius) : slice(start, share, radius) };
  });
}

function slice(start, end, radius) {
  const [x1, y1] = onCircle(start, radius);
  const [x2, y2] = onCircle(end, radius);
  return `M0 0L${x1} ${y1}A${radius} ${radius} 0 ${end - start > 0.5 ? 1 : 0} 1 ${x2} ${y2}Z`;
}

function ring(radius) {
  return `M0 ${-radius}A${radius} ${radius} 0 1 1 0 ${radius}A${radius} ${radius} 0 1 1 0 ${-radius}Z`;
}

function onCircle(share, radius) {
  const angle = share * 2 * Math.PI;
  return [Math.sin(angle) * radius, -Math.cos(angle) * radius].map((value) => Number(value.toFixed(2)));
}

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/**
 * The index of the point a key leads to from `points[from]` ({x, y} in pixels, y down), or `from` when there is none.
 * Arrows go to the nearest point of that direction; Home, End, Page Down and Page Up walk all points in reading order,
 * so that none is out of reach.
 */
export function pointByKey(points, from, key) {
  return key in DIRECTIONS ? towards(points, from, DIRECTIONS[key]) : inReadingOrder(points, from, key);
}

function towards(points, from, [right, down]) {
  let best = from;
  let least = Infinity;
  points.forEach((point, index) => {
    const dx = point.x - points[from].x;
    const dy = point.y - points[from].y;
    const ahead = dx * right + dy * down;
    const aside = Math.abs(dx * down + dy * right);
    const cost = ahead + 2.5 * aside;
    if (index !== from && ahead > 0 && cost < least) [best, least] = [index, cost];
  });
  return best;
}

function inReadingOrder(points, from, key) {
  const order = points.map((_, index) => index);
  order.sort((a, b) => points[a].y - points[b].y || points[a].x - points[b].x || a - b);
  const at = order.indexOf(from);
  const last = order.length - 1;
  const to = { Home: 0, End: last, PageDown: Math.min(last, at + 1), PageUp: Math.max(0, at - 1) }[key];
  return to === undefined ? from : order[to];
}
