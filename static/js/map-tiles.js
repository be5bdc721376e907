// The background: land, water, borders and names from vector tiles of the Protomaps scheme, in the page's colours and
// language. An operator's tile pictures are shown as they are.

/** The deepest zoom at which a background is still true: the built-in atlas (tiles to 6) is coarse beyond 10. */
export function deepestZoom({ lastZoom }) {
  return Math.min(16, lastZoom + 4);
}

/** Adds the background to a map and keeps its colours right when light turns to dark. */
export function addBackground(map, { tiles, background, language, frame }) {
  if (background.kind === "pictures") return L.tileLayer(tiles, { maxZoom: 16 }).addTo(map);
  const layer = protomapsL.leafletLayer({
    url: new URL(tiles, document.baseURI).href.replaceAll("%7B", "{").replaceAll("%7D", "}"),
    maxDataZoom: background.lastZoom,
    attribution: "",
    lang: language,
    devicePixelRatio: sharpness(map),
    ...rules(colours(frame), language),
  });
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
    matchMedia(query).addEventListener("change", () => {
      Object.assign(layer, rules(colours(frame), language));
      layer.clearLayout();
      layer.rerenderTiles();
    });
  }
  return layer.addTo(map);
}

/** Pixels of a tile for one of the screen: more where the whole world stands enlarged, between two zooms. */
function sharpness(map) {
  const least = map.getMinZoom();
  return Math.min(4, devicePixelRatio * Math.max(1, 2 ** (least - Math.round(least))));
}

function colours(frame) {
  const style = getComputedStyle(frame);
  const of = (name) => style.getPropertyValue(name).trim();
  return { land: of("--land"), sea: of("--sea"), edge: of("--edge"), ink: of("--ink"), muted: of("--muted"), font: style.fontFamily };
}

function rules(colour, language) {
  return { backgroundColor: colour.sea, paintRules: shapes(colour), labelRules: names(colour, language) };
}

function shapes({ land, sea, edge }) {
  const is = (name, value) => (_, feature) => feature.props[name] === value;
  const line = (options) => new protomapsL.LineSymbolizer({ color: edge, ...options });
  return [
    { dataLayer: "earth", symbolizer: new protomapsL.PolygonSymbolizer({ fill: land, stroke: edge, width: 0.6 }) },
    { dataLayer: "water", symbolizer: line({ color: sea, width: 1.2 }), filter: is("kind", "river"), minzoom: 4 },
    {
      dataLayer: "water",
      symbolizer: new protomapsL.PolygonSymbolizer({ fill: sea, stroke: edge, width: 0.4 }),
      filter: (_, feature) => feature.geomType === protomapsL.GeomType.Polygon,
    },
    {
      dataLayer: "boundaries",
      symbolizer: line({ width: 0.9 }),
      filter: (_, { props }) => props.kind === "country" && !props.disputed,
    },
    {
      dataLayer: "boundaries",
      symbolizer: line({ width: 1, dash: [3, 3], dashColor: edge, dashWidth: 1.1, skip: false }),
      filter: (_, { props }) => props.kind === "country" && Boolean(props.disputed),
    },
  ];
}

function names({ ink, muted, land, font }, language) {
  const labelProps = [`name:${language}`, "name"];
  const halo = { labelProps, stroke: land, width: 2, lineHeight: 1.2 };
  const kind = (wanted) => (zoom, { props }) => props.kind === wanted && zoom >= (props.min_zoom ?? 0);
  return [
    {
      dataLayer: "places",
      symbolizer: new protomapsL.CenteredTextSymbolizer({ ...halo, fill: muted, font: (zoom) => `600 ${zoom > 4 ? 14 : 12}px ${font}` }),
      filter: kind("country"),
    },
    {
      dataLayer: "places",
      symbolizer: new protomapsL.CenteredTextSymbolizer({ ...halo, fill: ink, font: `400 12px ${font}` }),
      filter: kind("locality"),
    },
  ];
}
