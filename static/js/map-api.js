// What the map asks the server: the marks of a view, the services of a spot, one service. Criteria are the page's own.

import { boxText } from "./map-geometry.js";

// the map brings its own box, and order and paging mean nothing to it
const NOT_FOR_THE_MAP = ["bbox", "sort", "limit", "cursor", "facets", "zoom", "view"];

/** A criteria query without what the map replaces, in a stable form that can be compared. */
export function mapCriteria(query) {
  const criteria = new URLSearchParams(query);
  NOT_FOR_THE_MAP.forEach((name) => criteria.delete(name));
  return criteria.toString();
}

/** Gives the three questions for one API address and language. */
export function askServer(base, language) {
  const records = new Map();

  async function get(path, query, signal) {
    const reply = await fetch(`${base}${path}?${query}`, { signal, headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}`);
    return reply.json();
  }

  return {
    marks: (box, zoom, criteria, signal) => get("/map", joined(criteria, { bbox: boxText(box), zoom, lang: language }), signal),
    servicesIn: (box, criteria) => get("/services", joined(criteria, { bbox: boxText(box), limit: 100 })),
    /** One service's record, asked for once. */
    service(id) {
      if (!records.has(id)) {
        const record = get(`/services/${encodeURIComponent(id)}`, "");
        record.catch(() => records.delete(id));
        records.set(id, record);
      }
      return records.get(id);
    },
  };
}

function joined(criteria, own) {
  return [criteria, new URLSearchParams(own).toString().replaceAll("%2C", ",")].filter(Boolean).join("&");
}
