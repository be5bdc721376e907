import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { addEventListener() {} };
const { described, tells } = await import("../../static/js/likely.js");

const form = (pairs) => {
  const data = new FormData();
  for (const [name, value] of pairs) data.append(name, value);
  return data;
};

test("the form's fields become what the API takes", () => {
  const data = form([
    ["name", " Línea 155 "],
    ["website", ""],
    ["coverage.countries", "CO"],
    ["channels.0.type", "phone"],
    ["channels.0.value", "155"],
    ["channels.1.type", ""],
    ["channels.1.value", "half a way"],
    ["summary", "not asked for"],
  ]);
  assert.deepEqual(described(data), {
    name: "Línea 155",
    country: "CO",
    channels: [{ type: "phone", value: "155" }],
  });
});

test("several countries are no context for a number", () => {
  const data = form([["countries", "CO"], ["countries", "PE"]]);
  assert.deepEqual(described(data), { channels: [] });
});

test("a letter or an organization alone are not looked for", () => {
  assert.equal(tells({ name: "ab", organization: "Somebody", channels: [] }), false);
  assert.equal(tells({ channels: [{ type: "phone", value: "155" }] }), true);
  assert.equal(tells({ name: "儿童热线", channels: [] }), true);
});
