DROP INDEX listing_best_checked, listing_sort_name, listing_updated_at;
CREATE INDEX listing_sort_name ON listing (sort_name, key);
CREATE INDEX listing_updated_at ON listing (updated_at DESC, key);
DROP INDEX cell_to_look_through;
ALTER TABLE cell ADD COLUMN any_place_id bigint;
UPDATE cell SET any_place_id = place_id;
ALTER TABLE cell DROP CONSTRAINT cell_pkey,
  DROP COLUMN sum_key, DROP COLUMN min_x, DROP COLUMN min_y, DROP COLUMN max_x, DROP COLUMN max_y,
  DROP COLUMN place_id, DROP COLUMN population;
ALTER TABLE cell ADD PRIMARY KEY (zoom, cx, cy, kind) INCLUDE (n, sum_x, sum_y, any_place_id);
DROP FUNCTION mercator_box(double precision, double precision, double precision, double precision);

CREATE OR REPLACE FUNCTION count_in_cells() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION mercator_x(place geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT least((public.ST_X(place) + 180) / 360, 0.9999999999)
$$;
CREATE OR REPLACE FUNCTION mercator_y(place geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT least(greatest(
    (1 - asinh(tan(radians(least(greatest(public.ST_Y(place), -85.0511), 85.0511)))) / pi()) / 2, 0), 0.9999999999)
$$;
