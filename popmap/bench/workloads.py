"""The workloads as values: the address that asks, the SQL that is the floor, and the ratio that is promised.

``{name}`` in an address or a statement is filled from a parameter set, drawn from the data by ``PARAMETERS``: many
sets, so that no answer is asked for twice in a row.
"""

from dataclasses import dataclass
from typing import Final

from popmap.bench.clients import CONNECTIONS

TRIVIAL: Final = "/healthz"
"""H: a page of the same server, through the same middleware, that does nothing."""

PARAMETERS: Final = {
    "world": """
        SELECT z AS zoom, -180 AS west, -85 AS south, 180 AS east, 85 AS north FROM generate_series(0, 2) z""",
    "city": """
        SELECT 12 AS zoom, lon - 0.11 AS west, lat - 0.07 AS south, lon + 0.11 AS east, lat + 0.07 AS north FROM (
          SELECT round(ST_X(point)::numeric, 4) AS lon, round(ST_Y(point)::numeric, 4) AS lat
          FROM place ORDER BY population DESC LIMIT 400) p
        WHERE lon BETWEEN -179 AND 179 ORDER BY random() LIMIT 200""",
    "region": """
        SELECT 6 AS zoom, lon - 14 AS west, lat - 8 AS south, lon + 14 AS east, lat + 8 AS north FROM (
          SELECT round(ST_X(point)) AS lon, round(ST_Y(point)) AS lat FROM place ORDER BY population DESC LIMIT 400) p
        WHERE lon BETWEEN -165 AND 165 ORDER BY random() LIMIT 200""",
    "filter": """
        SELECT country, s.kind, topic FROM public_service s, unnest(s.country_codes) country, unnest(s.topics) topic
        GROUP BY 1, 2, 3 ORDER BY random() LIMIT 200""",
    "words": """
        SELECT DISTINCT words FROM (
          SELECT (regexp_match(s.search_text, '^[^ ]* ?([a-z]{3,}) ([a-z]{3,})'))[1:2] AS words FROM public_service s
          ORDER BY random() LIMIT 2000) w WHERE words IS NOT NULL LIMIT 200""",
    "point": """
        SELECT round(ST_X(point)::numeric, 2) AS lon, round(ST_Y(point)::numeric, 2) AS lat
        FROM (SELECT point FROM place ORDER BY population DESC LIMIT 2000) p ORDER BY random() LIMIT 200""",
    # a service as somebody else writes it down: two letters of its name are lost
    "described": """
        SELECT country, quote_literal(lower(name)) AS quoted,
          json_build_object('name', name, 'country', country, 'channels', channels)::text AS body
        FROM (
          SELECT overlay(s.name placing '' from 3 for 2) AS name, s.country_codes[1] AS country,
            (SELECT json_agg(json_build_object('type', c.type, 'value', c.value))
              FROM public_channel c WHERE c.service_key = s.key AND c.type = 'phone') AS channels
          FROM public_service s WHERE cardinality(s.country_codes) > 0 AND position('"' in s.name) = 0
          ORDER BY random() LIMIT 200) d WHERE channels IS NOT NULL""",
    "kind": "SELECT DISTINCT kind FROM public_service",
    "tile": """
        SELECT 6 AS zoom, floor(mercator_x(point) * 64)::int AS x, floor(mercator_y(point) * 64)::int AS y
        FROM place ORDER BY population DESC LIMIT 60""",
    "record": "SELECT id FROM public_service ORDER BY random() LIMIT 200",
}

_CARDS: Final = """
SELECT json_build_object('total', max(total), 'items', json_agg(document::json)) FROM (
  SELECT document, count(*) OVER () AS total FROM public_service s WHERE {where} ORDER BY {order} LIMIT 25) page"""
_CLUSTERS: Final = """
SELECT json_agg(json_build_array(cx, cy, n, x, y)) FROM (
  SELECT cx, cy, sum(n) AS n, sum(sum_x) / sum(n) AS x, sum(sum_y) / sum(n) AS y FROM cell
  WHERE zoom = {zoom}
    AND cx BETWEEN floor(({west} + 180) / 360.0 * 4 * 2 ^ {zoom}) AND floor(({east} + 180) / 360.0 * 4 * 2 ^ {zoom})
    AND cy BETWEEN floor(mercator_y(ST_Point(0, {north}, 4326)) * 4 * 2 ^ {zoom})
      AND floor(mercator_y(ST_Point(0, {south}, 4326)) * 4 * 2 ^ {zoom})
  GROUP BY 1, 2) c"""
_MARKS: Final = """
SELECT json_agg(json_build_array(id, name, kind, visitable, ST_X(point), ST_Y(point))) FROM (
  SELECT * FROM public_service
  WHERE point && ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326) LIMIT 300) marks"""
_RANKED: Final = """
SELECT json_build_object('total', max(total), 'items', json_agg(document::json)) FROM (
  SELECT key, r, count(*) OVER () AS total FROM (
    SELECT key, ts_rank(search, to_tsquery('simple', '{words}')) AS r FROM public_service
    WHERE search @@ to_tsquery('simple', '{words}') LIMIT 1001) c ORDER BY r DESC, key LIMIT 25) t
JOIN public_service USING (key)"""
_COVERING: Final = """
WITH codes AS MATERIALIZED (
  SELECT array_agg(DISTINCT c) || ARRAY['*'] AS codes
  FROM area_part p, unnest(ARRAY[p.code, split_part(p.code, '-', 1)]) c
  WHERE ST_Intersects(p.shape, ST_Point({lon}, {lat}, 4326)))
SELECT json_build_object('total', max(total), 'items', json_agg(document::json)) FROM (
  SELECT document, count(*) OVER () AS total FROM public_service s
  WHERE coverage_codes && (SELECT codes FROM codes) OR key = ANY (ARRAY(
    SELECT service_key FROM public_coverage WHERE type = 'area' AND ST_Intersects(shape, ST_Point({lon}, {lat}, 4326))))
  ORDER BY specificity, check_level DESC, sort_name, id LIMIT 25) page"""


_NAMED_LIKE: Final = """
SELECT service_key, count(*) FROM match_word
WHERE word = ANY (string_to_array({quoted}, ' ')) AND country IN ('{country}', '*')
GROUP BY 1 ORDER BY 2 DESC LIMIT 5"""


@dataclass(frozen=True, slots=True)
class Workload:
    """One question, and what is promised (0: nothing): ``of_h`` of H's rate, ``of_floor`` of the floor's rate, or the
    middle answer ``within_ms``. ``at_once``: how many ask at a time.

    ``hot``: the answer may come from memory; all others ask for it to be made anew (``Cache-Control: no-cache``).
    """

    name: str
    title: str
    address: str
    sql: str
    parameters: str
    of_h: float = 0.0
    of_floor: float = 0.0
    hot: bool = False
    body: str = ""
    within_ms: float = 0.0
    at_once: int = CONNECTIONS


# the same features, cut from the stored texts as the server cuts them
_FEATURES: Final = """
SELECT '{{"type":"FeatureCollection","features":[' || string_agg(
  '{{"type":"Feature","id":"' || id || '","geometry":'
  || CASE WHEN specificity = 4 THEN 'null' ELSE substr(document, seat + 12, precise - seat - 12) END
  || ',"properties":' || left(document, seat - 1) || substr(document, precise) || '}}', ',') || ']}}'
FROM (
  SELECT id, specificity, document, strpos(document, ',"location":') AS seat,
    strpos(document, ',"location_precision":') AS precise
  FROM public_service WHERE kind = '{kind}' ORDER BY id LIMIT 1000) page"""
_TILE: Final = """
SELECT ST_AsMVT(tile, 'services', 4096, 'geom') FROM (
  SELECT ST_Point(round((x * 64 - {x}) * 4096), round((y * 64 - {y}) * 4096)) AS geom, n FROM (
    SELECT sum(sum_x) / sum(n) AS x, sum(sum_y) / sum(n) AS y, sum(n)::integer AS n FROM cell
    WHERE zoom = 7 AND cx BETWEEN {x} * 8 AND {x} * 8 + 7 AND cy BETWEEN {y} * 8 AND {y} * 8 + 7
    GROUP BY cx, cy) g) tile"""

_MAP: Final = "/api/v1/map?bbox={west},{south},{east},{north}&zoom={zoom}"

WORKLOADS: Final = (
    Workload("W1", "the world as clusters", _MAP, _CLUSTERS, "world", of_h=0.40),
    Workload("W1 hot", "the same from memory", _MAP, _CLUSTERS, "world", of_h=0.85, hot=True),
    Workload("W2", "a city's viewport, zoom 12", _MAP, _MARKS, "city", of_h=0.30),
    Workload("W2 region", "a region's viewport, zoom 6", _MAP, _CLUSTERS, "region", of_h=0.30),
    Workload(
        "W3",
        "list page by country, kind, topic, with its total",
        "/api/v1/services?country={country}&kind={kind}&topic={topic}",
        _CARDS.format(
            where="(country_codes && ARRAY['{country}'] OR coverage_codes @> ARRAY['*']) AND kind = '{kind}' "
            "AND topics @> ARRAY['{topic}']",
            order="specificity, check_level DESC, sort_name, id",
        ),
        "filter",
        of_h=0.28,
    ),
    Workload("W4", "words, best 25 first", "/api/v1/services?q={q}", _RANKED, "words", of_floor=0.75),
    Workload(
        "W5", "who serves this point", "/api/v1/services?at={lon},{lat}", _COVERING, "point", of_h=0.30, of_floor=0.4
    ),
    Workload(
        "W6",
        "one record",
        "/api/v1/services/{id}",
        "SELECT document FROM public_service WHERE id = '{id}'",
        "record",
        of_h=0.50,
    ),
    Workload(
        "likely",
        "is it there already, asked one at a time",
        "/api/v1/likely-duplicates",
        _NAMED_LIKE,
        "described",
        body="{body}",
        within_ms=20.0,
        at_once=1,
    ),
    Workload("W8", "a vector tile, zoom 6", "/tiles/{zoom}/{x}/{y}.mvt", _TILE, "tile", of_h=0.28),
    Workload(
        "OGC",
        "an OGC page of 1,000 items",
        "/ogc/collections/services/items?limit=1000&kind={kind}",
        _FEATURES,
        "kind",
        of_floor=0.5,
    ),
)
