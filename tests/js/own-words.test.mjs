import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const { tells } = await import("../../static/js/own-words.js");
const code = "import json; from popmap.inputs import OWN_WORDS; print(json.dumps(OWN_WORDS))";
const python = process.env.POPMAP_PYTHON ?? ".venv/bin/python";
const patterns = JSON.parse(execFileSync(python, ["-c", code], { encoding: "utf8" }));

const OWN = [
  "my name is Ann",
  "I'm 12 and alone",
  "je m’appelle Léa",
  "mi número es este",
  "меня зовут Аня",
  "اسمي ليلى",
  "我叫小明",
  "please call +212 522 20 20 20",
  "c'est le 06.12.34.56.78",
  "٠٦١٢٣٤٥٦٧٨",
  "My name's Ann",
  "write to ann@example.org",
];
const OTHERS = ["They answer children of 12 to 18.", "Call 116 111", "see https://example.org/2024-10-10-1234", "Ouvert 24/7"];

test("what the server takes for somebody's own words the page does too", () => {
  for (const words of OWN) assert.ok(tells(patterns, words), words);
  for (const words of OTHERS) assert.ok(!tells(patterns, words), words);
});
