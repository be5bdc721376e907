import assert from "node:assert/strict";
import { test } from "node:test";

import {
  apart, boxAround, boxFromText, boxText, clusterSize, copyNear, donut, isPoint, isWorld, pointByKey, snapBox, wrapBox, wrapLon,
} from "../../static/js/map-geometry.js";

test("a longitude comes back into [-180, 180)", () => {
  assert.deepEqual([0, 179, 180, 181, -180, -181, 540, -540].map(wrapLon), [0, 179, -180, -179, -180, 179, -180, -180]);
});

test("a longitude moves to the copy of the world nearest to the centre", () => {
  assert.equal(copyNear(-178, 179), 182);
  assert.equal(copyNear(178, -179), -182);
  assert.equal(copyNear(10, 20), 10);
  assert.equal(copyNear(10, 380), 370);
});

test("a view across 180 degrees becomes a box whose west is greater than its east", () => {
  assert.deepEqual(wrapBox([177, -20, 182, -10]), [177, -20, -178, -10]);
  assert.deepEqual(wrapBox([-190, -20, -170, -10]), [170, -20, -170, -10]);
});

test("a view of the world or more is the whole world", () => {
  assert.deepEqual(wrapBox([-300, -95, 100, 95]), [-180, -90, 180, 90]);
  assert.deepEqual(wrapBox([-180, -85, 180, 85]), [-180, -85, 180, 85]);
});

test("only a view of every inhabited place is that of the world", () => {
  assert.ok(isWorld([-170, -60, 190, 85]));
  assert.ok(!isWorld([-170, -60, 180, 85]));
  assert.ok(!isWorld([-170, -30, 190, 85]));
});

test("a view that ends at 180 keeps its east there", () => {
  assert.deepEqual(wrapBox([100, 0, 180, 10]), [100, 0, 180, 10]);
});

test("a snapped box holds the view, and a small pan keeps it", () => {
  const view = [1, 41, 9, 49];
  const [west, south, east, north] = snapBox(view, 4);
  assert.ok(west <= 1 && south <= 41 && east >= 9 && north >= 49);
  assert.deepEqual(snapBox([1.5, 41.5, 9.5, 49.5], 4), [west, south, east, north]);
});

test("boxes survive the way into an address and back", () => {
  assert.equal(boxText([1.234567, -2, 3, 4]), "1.2346,-2,3,4");
  assert.deepEqual(boxFromText("1.2346,-2,3,4"), [1.2346, -2, 3, 4]);
  for (const text of [null, "", "1,2,3", "1,2,3,x"]) assert.equal(boxFromText(text), null);
});

test("a box of a few metres is a point, also on the 180th meridian", () => {
  assert.ok(isPoint([36.8, -1.3, 36.8, -1.3]));
  assert.ok(isPoint([179.9999, 5, -180, 5]));
  assert.ok(!isPoint([36.8, -1.3, 36.9, -1.3]));
});

test("boxes on both sides of 180 degrees lie together", () => {
  assert.deepEqual(boxAround([[177, -20, 179, -10], [-179, -18, -178, -12]], 178), [177, -20, 182, -10]);
  assert.deepEqual(boxAround([[177, -20, -178, -10]], 170), [177, -20, 182, -10]);
  assert.equal(boxAround([], 0), null);
});

test("a cluster grows from 34 to 56 pixels by the logarithm of its count", () => {
  assert.deepEqual([1, 1000, 1_000_000].map(clusterSize), [34, 56, 56]);
  assert.ok(clusterSize(10) > clusterSize(3) && clusterSize(100) > clusterSize(10));
});

test("a donut has a slice for each kind that is there, and they close the circle", () => {
  const slices = donut({ helpline: 1, official_service: 2, youth_led: 0, ai_driven: 1 }, 10);
  assert.deepEqual(slices.map(({ kind }) => kind), ["helpline", "official_service", "ai_driven"]);
  assert.equal(slices[0].path, "M0 0L0 -10A10 10 0 0 1 10 0Z");
  assert.ok(slices[2].path.endsWith("0 -10Z"));
});

test("a slice of more than half goes the long way, a whole circle needs two arcs", () => {
  assert.match(donut({ helpline: 3, ai_driven: 1 }, 10)[0].path, / 0 1 1 /);
  assert.equal(donut({ helpline: 7 }, 10)[0].path.match(/A/g).length, 2);
});

const CROSS = [{ x: 50, y: 50 }, { x: 90, y: 50 }, { x: 10, y: 50 }, { x: 50, y: 10 }, { x: 50, y: 90 }];

test("arrows lead to the nearest mark of their direction", () => {
  const to = (key) => pointByKey(CROSS, 0, key);
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"].map(to), [1, 2, 3, 4]);
});

test("an arrow with nothing ahead stays", () => {
  assert.equal(pointByKey(CROSS, 1, "ArrowRight"), 1);
  assert.equal(pointByKey(CROSS, 0, "x"), 0);
});

test("page down walks through every mark, whatever their places", () => {
  const points = Array.from({ length: 60 }, (_, i) => ({ x: (i * 37) % 61, y: (i * 53) % 47 }));
  const seen = new Set();
  let at = pointByKey(points, 17, "Home");
  for (let i = 0; i < points.length; i += 1) {
    seen.add(at);
    at = pointByKey(points, at, "PageDown");
  }
  assert.equal(seen.size, points.length);
  assert.equal(at, pointByKey(points, 3, "End"));
});

test("marks at the very same place can each be reached", () => {
  const same = [{ x: 5, y: 5 }, { x: 5, y: 5 }, { x: 5, y: 5 }];
  assert.deepEqual([0, 1, 2].map((at) => pointByKey(same, at, "PageDown")), [1, 2, 2]);
});

test("clusters that hide one another give way, never farther than they may, and marks stay", () => {
  const far = [{ x: 10, y: 10, radius: 5 }, { x: 90, y: 90, radius: 5 }];
  assert.deepEqual(apart(far), far.map(({ x, y }) => ({ x, y })));
  const [a, b] = apart([{ x: 50, y: 50, radius: 20 }, { x: 70, y: 50, radius: 20 }]);
  assert.ok(b.x - a.x > 39 && a.y === 50 && b.y === 50);
  const [mark, cluster] = apart([{ x: 50, y: 50, radius: 11, fixed: true }, { x: 60, y: 50, radius: 20 }]);
  assert.deepEqual(mark, { x: 50, y: 50 });
  assert.equal(cluster.x, 76);
});

test("no cluster sticks out of the whole world's sides", () => {
  const [west, east] = apart([{ x: 4, y: 50, radius: 20 }, { x: 355, y: 50, radius: 20 }], { width: 360 });
  assert.deepEqual([west.x, east.x], [20, 340]);
});
