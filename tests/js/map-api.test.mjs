import assert from "node:assert/strict";
import { test } from "node:test";

import { askServer, mapCriteria } from "../../static/js/map-api.js";

function answering(replies) {
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    const [status, body] = replies.shift();
    return { ok: status === 200, status, json: async () => body };
  };
  return asked;
}

test("the map brings its own box and leaves out order and paging", () => {
  assert.equal(mapCriteria("kind=helpline&bbox=1,2,3,4&sort=name&topic=a&topic=b&cursor=x"), "kind=helpline&topic=a&topic=b");
  assert.equal(mapCriteria("bbox=1,2,3,4"), "");
});

test("marks are asked for with the page's criteria", async () => {
  const asked = answering([[200, { features: [] }]]);
  await askServer("/api/v1", "ar").marks([-180, -85, 180, 85], 2, "kind=helpline");
  assert.deepEqual(asked, ["/api/v1/map?kind=helpline&bbox=-180,-85,180,85&zoom=2&lang=ar"]);
});

test("a service is asked for once, and again after a failure", async () => {
  const asked = answering([[503, {}], [200, { id: "a b" }]]);
  const server = askServer("/api/v1", "en");
  await assert.rejects(server.service("a b"), /503/);
  assert.deepEqual(await server.service("a b"), { id: "a b" });
  assert.deepEqual(await server.service("a b"), { id: "a b" });
  assert.equal(asked.length, 2);
  assert.ok(asked[0].includes("/services/a%20b"));
});
