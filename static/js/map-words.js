// The map's sentences: filled with numbers and names, in the plural form of the page's language. The words themselves
// come with the page (data-messages); there are none here.

import { KINDS } from "./map-geometry.js";

/** Gives `say(key, values)` for one language and its messages; a missing message is an error, not an empty button. */
export function words(messages, language) {
  const plural = new Intl.PluralRules(language);
  // western digits, as on the rest of the page, also in Arabic
  const numbers = new Intl.NumberFormat(language, { numberingSystem: "latn" });
  const short = new Intl.NumberFormat(language, { numberingSystem: "latn", notation: "compact" });
  const list = new Intl.ListFormat(language, { type: "unit", style: "long" });

  function say(key, values = {}) {
    const message = messages[key] ?? messages[`${key}_${plural.select(values.count)}`] ?? messages[`${key}_other`];
    if (message === undefined) throw new Error(`the page gives no message "${key}"`);
    return message.replace(/\{(\w+)\}/g, (_, name) => {
      const value = values[name];
      return typeof value === "number" ? numbers.format(value) : String(value ?? "");
    });
  }

  return {
    say,
    short: (count) => short.format(count),
    /** "20 helplines, 3 official services" from a cluster's counts. */
    kinds: (counts) =>
      list.format(KINDS.filter((kind) => counts[kind] > 0).map((kind) => say(kind, { count: counts[kind] }))),
  };
}
