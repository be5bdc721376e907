import assert from "node:assert/strict";
import { test } from "node:test";

import { readBackground } from "../../static/js/map-load.js";

function answering(status, bytes) {
  globalThis.fetch = async (_, { headers }) => {
    assert.equal(headers.Range, "bytes=0-126");
    return { status, arrayBuffer: async () => Uint8Array.from(bytes).buffer };
  };
}

const HEADER = [...new TextEncoder().encode("PMTiles"), ...Array(94).fill(0), 6, ...Array(25).fill(0)];

test("an archive says itself how deep it goes", async () => {
  answering(206, HEADER);
  assert.deepEqual(await readBackground("/basemap/world.pmtiles"), { kind: "archive", lastZoom: 6 });
});

test("an archive that is not there, or is none, is an error", async () => {
  answering(404, []);
  await assert.rejects(readBackground("/basemap/world.pmtiles"), /no PMTiles archive/);
  answering(206, Array(127).fill(32));
  await assert.rejects(readBackground("/basemap/world.pmtiles"), /no PMTiles archive/);
  answering(200, HEADER); // a server that sends the whole file would send it for every tile
  await assert.rejects(readBackground("/basemap/world.pmtiles"), /in pieces/);
});

test("tile addresses are taken as they are", async () => {
  assert.equal((await readBackground("https://tiles.example/{z}/{x}/{y}.mvt?key=1")).kind, "tiles");
  assert.equal((await readBackground("https://tiles.example/{z}/{x}/{y}.png")).kind, "pictures");
});
