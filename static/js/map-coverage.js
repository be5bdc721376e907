// Shades the area a service helps in: one at a time, the chosen one, or for a moment the one pointed at.

import { boxAround, copyNear } from "./map-geometry.js";

/** What is said of the shaded area: a key of the messages, or null where no outline is known. */
export function areaMessage(record, box) {
  if (record.coverage.worldwide) return "area_world";
  return box ? "area" : null;
}

/** `show(id)` shades a service's coverage and resolves to its record; `show(null)` takes the shade away. */
export function coverageLayer(map, server) {
  let layer = null;
  let wanted = null;

  async function show(id) {
    wanted = id;
    const record = id ? await server.service(id) : null;
    if (wanted !== id) return null; // another was asked for meanwhile
    layer?.remove();
    const shape = record?.coverage?.geojson;
    layer = shape ? L.geoJSON(nearCentre(shape, map.getCenter().lng), { interactive: false, style }).addTo(map) : null;
    return record;
  }

  return {
    show,
    /** The shaded area's [west, south, east, north], or null. */
    box() {
      const bounds = layer?.getBounds();
      return bounds?.isValid() ? [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] : null;
    },
  };
}

// colours are the style sheet's
const style = () => ({ className: "map-coverage", weight: 2 });

/** The same shape with each polygon on the copy of the world nearest to `centre`, so that Fiji stays in one piece. */
function nearCentre(shape, centre) {
  if (!shape) return shape; // an area whose outline is not known
  if (shape.type === "FeatureCollection") return { ...shape, features: shape.features.map((one) => nearCentre(one, centre)) };
  if (shape.type === "Feature") return { ...shape, geometry: nearCentre(shape.geometry, centre) };
  if (shape.type === "GeometryCollection") return { ...shape, geometries: shape.geometries.map((one) => nearCentre(one, centre)) };
  if (shape.type === "Polygon") return { ...shape, coordinates: moved(shape.coordinates, centre) };
  if (shape.type === "MultiPolygon") return { ...shape, coordinates: shape.coordinates.map((rings) => moved(rings, centre)) };
  return shape;
}

function moved(rings, centre) {
  const [west, , east] = boxAround(rings[0].map(([lon, lat]) => [lon, lat, lon, lat]), rings[0][0][0]);
  const middle = (west + east) / 2;
  const turn = copyNear(middle, centre) - middle;
  return rings.map((ring) => ring.map(([lon, lat]) => [lon + turn, lat]));
}
