-- What a map needs to know about a cell besides how many are in it: its true extent (services in one spot stay together at
-- every zoom), the biggest town (its name says where), and, where there is only one service, which one (the sum of one key is it).
DELETE FROM cell;
ALTER TABLE cell DROP CONSTRAINT cell_pkey, DROP COLUMN any_place_id,
  ADD COLUMN sum_key bigint NOT NULL,
  ADD COLUMN min_x double precision NOT NULL, ADD COLUMN min_y double precision NOT NULL,
  ADD COLUMN max_x double precision NOT NULL, ADD COLUMN max_y double precision NOT NULL,
  ADD COLUMN place_id bigint, ADD COLUMN population integer NOT NULL DEFAULT -1;
ALTER TABLE cell ADD PRIMARY KEY (zoom, cx, cy, kind)
  INCLUDE (n, sum_x, sum_y, sum_key, min_x, min_y, max_x, max_y, place_id, population);

-- The same as before, but not STRICT: only so does the planner put the formula itself into a query, which is ten times faster.
CREATE OR REPLACE FUNCTION mercator_x(place geometry) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN place IS NOT NULL THEN least((public.ST_X(place) + 180) / 360, 0.9999999999) END
$$;
CREATE OR REPLACE FUNCTION mercator_y(place geometry) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN place IS NOT NULL THEN least(greatest(
    (1 - asinh(tan(radians(least(greatest(public.ST_Y(place), -85.0511), 85.0511)))) / pi()) / 2, 0), 0.9999999999) END
$$;

-- The box in degrees of a piece of the unit square of Web Mercator.
CREATE FUNCTION mercator_box(west double precision, north double precision, east double precision, south double precision)
  RETURNS geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT public.ST_MakeEnvelope(west * 360 - 180, degrees(atan(sinh(pi() * (1 - 2 * south)))),
    east * 360 - 180, degrees(atan(sinh(pi() * (1 - 2 * north)))), 4326)
$$;

CREATE OR REPLACE FUNCTION count_in_cells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    WITH seen AS (SELECT kind, key, place_id, mercator_x(point) AS x, mercator_y(point) AS y FROM old_rows WHERE point IS NOT NULL),
    less AS (
      SELECT zoom, floor(x * 4 * 2 ^ zoom)::integer AS cx, floor(y * 4 * 2 ^ zoom)::integer AS cy, kind, count(*) AS n,
        sum(x) AS sum_x, sum(y) AS sum_y, sum(key) AS sum_key,
        min(x) AS min_x, min(y) AS min_y, max(x) AS max_x, max(y) AS max_y, array_agg(place_id) AS places
      FROM seen, generate_series(0, 10) AS zoom GROUP BY 1, 2, 3, 4)
    UPDATE cell SET n = cell.n - less.n, sum_x = cell.sum_x - less.sum_x, sum_y = cell.sum_y - less.sum_y,
      sum_key = cell.sum_key - less.sum_key,
      -- an edge or the town may have gone with the row: NaN marks the cell to be looked through again below
      min_x = CASE WHEN less.min_x <= cell.min_x OR less.min_y <= cell.min_y OR less.max_x >= cell.max_x
        OR less.max_y >= cell.max_y OR cell.place_id = ANY (less.places) THEN 'NaN' ELSE cell.min_x END
      FROM less WHERE (cell.zoom, cell.cx, cell.cy, cell.kind) = (less.zoom, less.cx, less.cy, less.kind);
    DELETE FROM cell WHERE n <= 0;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    WITH seen AS (
      SELECT l.kind, l.key, l.place_id, coalesce(p.population, -1) AS population, mercator_x(l.point) AS x, mercator_y(l.point) AS y
      FROM new_rows l LEFT JOIN place p ON p.id = l.place_id WHERE l.point IS NOT NULL)
    INSERT INTO cell (zoom, cx, cy, kind, n, sum_x, sum_y, sum_key, min_x, min_y, max_x, max_y, place_id, population)
      SELECT zoom, floor(x * 4 * 2 ^ zoom)::integer, floor(y * 4 * 2 ^ zoom)::integer, kind, count(*), sum(x), sum(y), sum(key),
        min(x), min(y), max(x), max(y), (array_agg(place_id ORDER BY population DESC, place_id))[1], max(population)
      FROM seen, generate_series(0, 10) AS zoom GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (zoom, cx, cy, kind) DO UPDATE SET n = cell.n + excluded.n, sum_x = cell.sum_x + excluded.sum_x,
      sum_y = cell.sum_y + excluded.sum_y, sum_key = cell.sum_key + excluded.sum_key,
      -- not least(): it would lose the mark
      min_x = CASE WHEN cell.min_x = 'NaN' OR cell.min_x < excluded.min_x THEN cell.min_x ELSE excluded.min_x END,
      min_y = least(cell.min_y, excluded.min_y),
      max_x = greatest(cell.max_x, excluded.max_x), max_y = greatest(cell.max_y, excluded.max_y),
      place_id = CASE WHEN excluded.population > cell.population THEN excluded.place_id ELSE cell.place_id END,
      population = greatest(cell.population, excluded.population);
  END IF;
  IF TG_OP <> 'INSERT' THEN
    UPDATE cell SET (min_x, min_y, max_x, max_y, place_id, population) = (
      SELECT coalesce(min(x), cell.sum_x / cell.n), coalesce(min(y), cell.sum_y / cell.n),
        coalesce(max(x), cell.sum_x / cell.n), coalesce(max(y), cell.sum_y / cell.n),
        (array_agg(place_id ORDER BY population DESC, place_id))[1], coalesce(max(population), -1)
      FROM (
        SELECT mercator_x(l.point) AS x, mercator_y(l.point) AS y, l.place_id, coalesce(p.population, -1) AS population
        FROM listing l LEFT JOIN place p ON p.id = l.place_id
        WHERE l.kind = cell.kind AND l.point && ST_Expand(mercator_box(
          cell.cx / (4 * 2 ^ cell.zoom), cell.cy / (4 * 2 ^ cell.zoom),
          (cell.cx + 1) / (4 * 2 ^ cell.zoom), (cell.cy + 1) / (4 * 2 ^ cell.zoom)),
          -- the poles were moved into the outermost rows
          CASE WHEN cell.cy IN (0, 4 * 2 ^ cell.zoom - 1) THEN 5 ELSE 0.000001 END)
      ) near
      WHERE floor(x * 4 * 2 ^ cell.zoom) = cell.cx AND floor(y * 4 * 2 ^ cell.zoom) = cell.cy)
    WHERE min_x = 'NaN';
  END IF;
  RETURN NULL;
END $$;
CREATE INDEX cell_to_look_through ON cell (min_x) WHERE min_x = 'NaN';

INSERT INTO cell (zoom, cx, cy, kind, n, sum_x, sum_y, sum_key, min_x, min_y, max_x, max_y, place_id, population)
SELECT zoom, floor(x * 4 * 2 ^ zoom)::integer, floor(y * 4 * 2 ^ zoom)::integer, kind, count(*), sum(x), sum(y), sum(key),
  min(x), min(y), max(x), max(y), (array_agg(place_id ORDER BY population DESC, place_id))[1], max(population)
FROM (
  SELECT l.kind, l.key, l.place_id, coalesce(p.population, -1) AS population, mercator_x(l.point) AS x, mercator_y(l.point) AS y
  FROM listing l LEFT JOIN place p ON p.id = l.place_id WHERE l.point IS NOT NULL) seen, generate_series(0, 10) AS zoom
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;

-- The orders of the list, closed by the public id (the key never leaves the database, not even in a cursor).
DROP INDEX listing_sort_name, listing_updated_at;
CREATE INDEX listing_sort_name ON listing (sort_name, id);
CREATE INDEX listing_updated_at ON listing (updated_at DESC, id);
CREATE INDEX listing_best_checked ON listing (check_level DESC, sort_name, id);
