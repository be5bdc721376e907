import assert from "node:assert/strict";
import { test } from "node:test";

import { words } from "../../static/js/map-words.js";

const ENGLISH = {
  close: "Close",
  cluster_one: "{count} service near {place}: {kinds}; show",
  cluster_other: "{count} services near {place}: {kinds}; show",
  helpline_one: "{count} helpline",
  helpline_other: "{count} helplines",
  ai_driven_one: "{count} AI-driven service",
  ai_driven_other: "{count} AI-driven services",
};

test("a sentence takes its plural form and its values", () => {
  const text = words(ENGLISH, "en");
  const kinds = text.kinds({ helpline: 1, ai_driven: 3, youth_led: 0 });
  assert.equal(kinds, "1 helpline, 3 AI-driven services");
  assert.equal(text.say("cluster", { count: 1204, place: "Nairobi", kinds }), "1,204 services near Nairobi: 1 helpline, 3 AI-driven services; show");
  assert.equal(text.say("cluster", { count: 1, place: "Nairobi", kinds }).slice(0, 9), "1 service");
});

test("each language has its own plural forms", () => {
  const russian = words({ n_one: "{count} услуга", n_few: "{count} услуги", n_many: "{count} услуг" }, "ru");
  assert.deepEqual([1, 3, 5, 21].map((count) => russian.say("n", { count })), ["1 услуга", "3 услуги", "5 услуг", "21 услуга"]);
  const arabic = words({ n_zero: "z", n_one: "o", n_two: "t", n_few: "f {count}", n_many: "m {count}", n_other: "x {count}" }, "ar");
  assert.deepEqual([0, 1, 2, 3, 11, 100].map((count) => arabic.say("n", { count })), ["z", "o", "t", "f 3", "m 11", "x 100"]);
});

test("a name with braces or a dollar is taken as it is", () => {
  const text = words({ area: "Shaded: {name}" }, "en");
  assert.equal(text.say("area", { name: "$& {name}" }), "Shaded: $& {name}");
});

test("a missing message is an error, not an empty button", () => {
  assert.throws(() => words(ENGLISH, "en").say("nothing"), /no message "nothing"/);
});
