-- What a public service looks like from outside, made in one place. Everything public is derived from this view.
-- Rows by LATERAL look-ups: one service costs a few index look-ups, all services one pass each. OFFSET 0 keeps the planner from
-- copying what is worked out once into every place that uses it.
CREATE VIEW listing_row AS
SELECT
  s.key, s.id, s.kind, s.name, s.name_en, fold(s.name) AS sort_name,
  concat_ws(' ', words.names, words.operator, words.summaries) AS search_text,
  setweight(to_tsvector('simple', words.names), 'A')
    || setweight(to_tsvector('simple', words.operator), 'B')
    || setweight(to_tsvector('simple', words.summaries), 'C') AS search,
  s.topics,
  reach.languages,
  s.audiences,
  reach.channel_types,
  served.coverage_codes,
  served.country_codes,
  served.specificity,
  served.has_area,
  s.min_age, s.max_age, s.cost, s.privacy, s.visitable,
  spot.point,
  town.place_id,
  coalesce(checked.level, 0::smallint) AS check_level,
  s.verified_on, s.next_check_due, s.updated_at,
  reach.hours_keys,
  s.ai,
  row_to_json(document)::text AS document
FROM service s
CROSS JOIN LATERAL (
  SELECT
    coalesce(array_agg(CASE c.type WHEN 'worldwide' THEN '*' ELSE c.code END
      ORDER BY c.type DESC, c.code) FILTER (WHERE c.type <> 'area'), '{}') AS coverage_codes,
    coalesce(array_agg(c.code ORDER BY c.code) FILTER (WHERE c.type = 'country'), '{}') AS countries,
    coalesce(array_agg(c.code ORDER BY c.code) FILTER (WHERE c.type = 'subdivision'), '{}') AS subdivisions,
    coalesce(array_agg(DISTINCT split_part(c.code, '-', 1)) FILTER (WHERE c.code IS NOT NULL), '{}') AS named_countries,
    coalesce(bool_or(c.type = 'worldwide'), false) AS worldwide,
    coalesce(bool_or(c.type = 'area'), false) AS has_area
  FROM coverage c WHERE c.service_key = s.key OFFSET 0
) covers
CROSS JOIN LATERAL (
  -- the countries of a drawn area are those whose land it touches
  SELECT covers.coverage_codes, covers.has_area,
    CASE WHEN NOT covers.has_area THEN covers.named_countries ELSE ARRAY(
      SELECT unnest(covers.named_countries)
      UNION SELECT split_part(part.code, '-', 1)
        FROM coverage drawn JOIN area_part part ON ST_Intersects(part.shape, drawn.shape)
        WHERE drawn.service_key = s.key AND drawn.type = 'area'
      ORDER BY 1) END AS country_codes,
    (CASE
      WHEN covers.worldwide THEN 4
      WHEN cardinality(covers.countries) > 1 THEN 3
      WHEN cardinality(covers.countries) = 1 THEN 2
      WHEN cardinality(covers.subdivisions) > 0 THEN 1
      ELSE 0 END)::smallint AS specificity
  OFFSET 0
) served
CROSS JOIN LATERAL (
  -- a withheld address is withheld here too, whatever a channel says
  SELECT
    coalesce(array_to_json(array_agg(row_to_json(one) ORDER BY c.position, c.key)), '[]') AS channels,
    coalesce(array_agg(DISTINCT c.type), '{}') AS channel_types,
    CASE WHEN bool_or(c.languages <> '{}') THEN ARRAY(
      SELECT unnest(s.languages)
      UNION SELECT unnest(spoken.languages) FROM channel spoken WHERE spoken.service_key = s.key
      ORDER BY 1) ELSE s.languages END AS languages,
    coalesce(array_agg(DISTINCT CASE WHEN c.hours = '24/7' THEN '24/7||' ELSE
        c.hours || '|' || c.timezone || '|' ||
        CASE WHEN cardinality(served.country_codes) = 1 THEN served.country_codes[1] ELSE '' END END)
      FILTER (WHERE c.hours = '24/7' OR (c.hours IS NOT NULL AND c.timezone IS NOT NULL)), '{}') AS hours_keys
  FROM channel c
  CROSS JOIN LATERAL (
    SELECT c.type, c.value, c.e164, c.label, c.hours, c.timezone, c.languages, c.free, c.on_phone_bill, c.account_needed,
      c.works_from_abroad, c.answered_by, c.linkable
  ) one
  WHERE c.service_key = s.key AND NOT (s.address_confidential AND c.type IN ('in_person', 'post'))
  OFFSET 0
) reach
CROSS JOIN LATERAL (
  SELECT coalesce(array_to_json(array_agg(row_to_json(one) ORDER BY o.position, o.key)), '[]') AS sources
  FROM source o CROSS JOIN LATERAL (SELECT o.url, o.seen, o.seen_on) one
  WHERE o.service_key = s.key
  OFFSET 0
) origin
LEFT JOIN LATERAL (
  SELECT k.level, row_to_json(one) AS shown
  FROM service_check k
  CROSS JOIN LATERAL (
    SELECT k.level, k.method, k.checked_on AS "on", k.by_role, k.next_due, k.evidence_url
  ) one
  WHERE k.service_key = s.key
  ORDER BY k.checked_on DESC, k.level DESC, k.key DESC LIMIT 1
) checked ON true
CROSS JOIN LATERAL (
  SELECT string_agg(t.value ->> 'name', ' ' ORDER BY t.key) AS names, string_agg(t.value ->> 'summary', ' ' ORDER BY t.key) AS summaries
  FROM jsonb_each(s.translations) t
) translated
CROSS JOIN LATERAL (
  SELECT fold(concat_ws(' ', s.name, s.name_en, translated.names)) AS names,
    fold(concat_ws(' ', s.organization, s.city)) AS operator,
    fold(concat_ws(' ', s.summary, translated.summaries)) AS summaries
  OFFSET 0
) words
LEFT JOIN LATERAL (
  -- no seat known: a service of one country stands where that country's name stands
  SELECT label_point FROM area
  WHERE s.location IS NULL AND cardinality(served.country_codes) = 1 AND NOT covers.worldwide AND area.code = served.country_codes[1]
) label ON true
CROSS JOIN LATERAL (
  SELECT CASE WHEN NOT covers.worldwide THEN coalesce(s.location, label.label_point) END AS point
  OFFSET 0
) spot
LEFT JOIN LATERAL (
  SELECT near.id AS place_id FROM (
    SELECT p.id, p.name, p.point <-> spot.point AS distance FROM place p
    WHERE spot.point IS NOT NULL ORDER BY p.point <-> spot.point LIMIT 8) near
  ORDER BY near.name = s.city DESC, near.distance LIMIT 1
) town ON true
CROSS JOIN LATERAL (
  SELECT s.id, s.kind, s.name, s.name_en, s.organization, s.operator_type, s.summary, s.translations, s.website, s.languages, s.topics,
    s.audiences, s.min_age, s.max_age, s.cost, s.privacy, ST_AsGeoJSON(s.location, 6)::json AS location, s.location_precision, s.city,
    s.visitable,
    json_build_object('worldwide', covers.worldwide, 'countries', covers.countries, 'subdivisions', covers.subdivisions,
      'has_area', covers.has_area) AS coverage,
    reach.channels, s.ai, s.youth, origin.sources, checked.shown AS "check", s.verified_on, s.next_check_due,
    to_char(s.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS updated_at
) document
WHERE s.status IN ('published', 'update_pending');

CREATE TABLE listing (
  key bigint PRIMARY KEY CONSTRAINT listing_service_exists REFERENCES service ON DELETE CASCADE,
  id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  name_en text NOT NULL,
  sort_name text NOT NULL COLLATE "C",
  search_text text NOT NULL,
  search tsvector NOT NULL,
  topics text[] NOT NULL,
  languages text[] NOT NULL,
  audiences text[] NOT NULL,
  channel_types text[] NOT NULL,
  coverage_codes text[] NOT NULL,
  country_codes text[] NOT NULL,
  specificity smallint NOT NULL,
  has_area boolean NOT NULL,
  min_age smallint,
  max_age smallint,
  cost text NOT NULL,
  privacy text NOT NULL,
  visitable boolean NOT NULL,
  point geometry(Point, 4326),
  place_id bigint,
  check_level smallint NOT NULL,
  verified_on date,
  next_check_due date,
  updated_at timestamptz NOT NULL,
  hours_keys text[] NOT NULL,
  ai jsonb,
  document text NOT NULL
);
CREATE UNIQUE INDEX listing_id ON listing (id);
CREATE INDEX listing_sort_name ON listing (sort_name, key);
CREATE INDEX listing_updated_at ON listing (updated_at DESC, key);
CREATE INDEX listing_kind ON listing (kind, specificity, key);
CREATE INDEX listing_verified_on ON listing (verified_on);
CREATE INDEX listing_point ON listing USING gist (point);
CREATE INDEX listing_search_text ON listing USING gin (search_text gin_trgm_ops);
CREATE INDEX listing_search ON listing USING gin (search);
CREATE INDEX listing_topics ON listing USING gin (topics);
CREATE INDEX listing_languages ON listing USING gin (languages);
CREATE INDEX listing_channel_types ON listing USING gin (channel_types);
CREATE INDEX listing_coverage_codes ON listing USING gin (coverage_codes);
CREATE INDEX listing_country_codes ON listing USING gin (country_codes, kind);

-- Bring the listing up to date for these services (all when NULL), in the transaction that changed them. Rows that come out
-- the same are not touched: nothing is bumped. Returns how many rows were taken away or written.
CREATE FUNCTION refresh_listing(keys bigint[] DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql
  SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' AS $$
DECLARE
  gone bigint;
  missing bigint[];
BEGIN
  DELETE FROM listing l
    WHERE (keys IS NULL OR l.key = ANY (keys))
      AND NOT EXISTS (SELECT FROM service s WHERE s.key = l.key AND s.status IN ('published', 'update_pending'));
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM listing l USING listing_row r
    WHERE (keys IS NULL OR (l.key = ANY (keys) AND r.key = ANY (keys))) AND r.key = l.key AND ROW (l.*) IS DISTINCT FROM ROW (r.*);
  missing := ARRAY(
    SELECT s.key FROM service s
    WHERE (keys IS NULL OR s.key = ANY (keys)) AND s.status IN ('published', 'update_pending')
      AND NOT EXISTS (SELECT FROM listing l WHERE l.key = s.key));
  INSERT INTO listing SELECT * FROM listing_row r WHERE r.key = ANY (missing) ORDER BY r.key;
  RETURN gone + cardinality(missing);
END $$;
REVOKE EXECUTE ON FUNCTION refresh_listing(bigint[]) FROM PUBLIC;

-- The moment a service is no longer public, or its address is to be withheld, its row is gone: no later step can forget it.
CREATE FUNCTION take_down_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM listing WHERE key IN (
    SELECT after.key FROM after JOIN before ON before.key = after.key
    WHERE after.status NOT IN ('published', 'update_pending') OR (after.address_confidential AND NOT before.address_confidential));
  RETURN NULL;
END $$;
CREATE TRIGGER service_takes_down_listing AFTER UPDATE ON service
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION take_down_listing();

-- Clusters for the zooms 0 to 10: one row per 64-pixel cell of Web Mercator (a quarter of a tile's side) and kind.
CREATE TABLE cell (
  zoom smallint NOT NULL,
  cx integer NOT NULL,
  cy integer NOT NULL,
  kind text NOT NULL,
  n integer NOT NULL,
  sum_x double precision NOT NULL,
  sum_y double precision NOT NULL,
  any_place_id bigint,
  PRIMARY KEY (zoom, cx, cy, kind) INCLUDE (n, sum_x, sum_y, any_place_id)
);

-- Where a point lies in the unit square of Web Mercator (0,0 is its north-west corner), latitudes cut at +-85.0511.
CREATE FUNCTION mercator_x(place geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT least((public.ST_X(place) + 180) / 360, 0.9999999999)
$$;
CREATE FUNCTION mercator_y(place geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT least(greatest(
    (1 - asinh(tan(radians(least(greatest(public.ST_Y(place), -85.0511), 85.0511)))) / pi()) / 2, 0), 0.9999999999)
$$;

CREATE FUNCTION count_in_cells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    WITH seen AS (SELECT kind, mercator_x(point) AS x, mercator_y(point) AS y FROM old_rows WHERE point IS NOT NULL),
    less AS (
      SELECT zoom, floor(x * 4 * 2 ^ zoom)::integer AS cx, floor(y * 4 * 2 ^ zoom)::integer AS cy, kind,
        count(*) AS n, sum(x) AS sum_x, sum(y) AS sum_y
      FROM seen, generate_series(0, 10) AS zoom GROUP BY 1, 2, 3, 4)
    UPDATE cell SET n = cell.n - less.n, sum_x = cell.sum_x - less.sum_x, sum_y = cell.sum_y - less.sum_y
      FROM less WHERE (cell.zoom, cell.cx, cell.cy, cell.kind) = (less.zoom, less.cx, less.cy, less.kind);
    DELETE FROM cell WHERE n <= 0;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    WITH seen AS (SELECT kind, place_id, mercator_x(point) AS x, mercator_y(point) AS y FROM new_rows WHERE point IS NOT NULL)
    INSERT INTO cell
      SELECT zoom, floor(x * 4 * 2 ^ zoom)::integer, floor(y * 4 * 2 ^ zoom)::integer, kind, count(*), sum(x), sum(y), min(place_id)
      FROM seen, generate_series(0, 10) AS zoom GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (zoom, cx, cy, kind) DO UPDATE SET n = cell.n + excluded.n, sum_x = cell.sum_x + excluded.sum_x,
      sum_y = cell.sum_y + excluded.sum_y, any_place_id = coalesce(cell.any_place_id, excluded.any_place_id);
  END IF;
  RETURN NULL;
END $$;
CREATE INDEX cell_empty ON cell (n) WHERE n <= 0;

CREATE TRIGGER listing_counts_insert AFTER INSERT ON listing
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_in_cells();
CREATE TRIGGER listing_counts_update AFTER UPDATE ON listing
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_in_cells();
CREATE TRIGGER listing_counts_delete AFTER DELETE ON listing
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_in_cells();
CREATE TRIGGER listing_bumps_revision_on_insert AFTER INSERT ON listing
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_revision();
CREATE TRIGGER listing_bumps_revision_on_update AFTER UPDATE ON listing
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_revision();
CREATE TRIGGER listing_bumps_revision_on_delete AFTER DELETE ON listing
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_revision();

-- The whole record, public or not, as its versions keep it: the public document, and what only moderators see.
CREATE VIEW service_body AS
SELECT s.key, s.id, jsonb_build_object(
    'id', s.id, 'kind', s.kind, 'name', s.name, 'name_en', s.name_en, 'organization', s.organization, 'operator_type', s.operator_type,
    'summary', s.summary, 'translations', s.translations, 'website', s.website, 'languages', s.languages, 'topics', s.topics,
    'audiences', s.audiences, 'min_age', s.min_age, 'max_age', s.max_age, 'cost', s.cost, 'privacy', s.privacy,
    'location', ST_AsGeoJSON(s.location, 6)::jsonb, 'location_precision', s.location_precision, 'city', s.city, 'visitable', s.visitable,
    'address_confidential', s.address_confidential, 'ai', s.ai, 'youth', s.youth, 'status', s.status, 'merged_into', s.merged_into,
    'verified_on', s.verified_on, 'next_check_due', s.next_check_due)
  || jsonb_build_object(
    'coverage', (SELECT jsonb_build_object(
        'worldwide', coalesce(bool_or(c.type = 'worldwide'), false),
        'countries', coalesce(jsonb_agg(c.code ORDER BY c.code) FILTER (WHERE c.type = 'country'), '[]'),
        'subdivisions', coalesce(jsonb_agg(c.code ORDER BY c.code) FILTER (WHERE c.type = 'subdivision'), '[]'),
        'area', (jsonb_agg(ST_AsGeoJSON(c.shape, 6)::jsonb) FILTER (WHERE c.type = 'area')) -> 0)
      FROM coverage c WHERE c.service_key = s.key),
    'channels', (SELECT coalesce(jsonb_agg(to_jsonb(c) - 'key' - 'service_key' - 'position' ORDER BY c.position, c.key), '[]')
      FROM channel c WHERE c.service_key = s.key),
    'sources', (SELECT coalesce(jsonb_agg(to_jsonb(o) - 'key' - 'service_key' - 'position' ORDER BY o.position, o.key), '[]')
      FROM source o WHERE o.service_key = s.key),
    'checks', (SELECT coalesce(jsonb_agg(to_jsonb(k) - 'key' - 'service_key' - 'channel_key' - 'checked_on'
        || jsonb_build_object('on', k.checked_on) ORDER BY k.checked_on DESC, k.level DESC, k.key DESC), '[]')
      FROM service_check k WHERE k.service_key = s.key)) AS body
FROM service s;
