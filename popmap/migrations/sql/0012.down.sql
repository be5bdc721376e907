CREATE OR REPLACE FUNCTION refresh_listing(keys bigint[] DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql
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
DROP FUNCTION refresh_much_of_listing(bigint[]);
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
DROP FUNCTION rebuild_cells();
