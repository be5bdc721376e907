-- Many rows at once go another way than a few: what stands in the listing is worked out once for each service, not once to
-- compare and once to write; an empty listing gets its indexes after its rows; and the cluster pyramid is built from its finest
-- zoom upwards. Both ways leave the same rows.

CREATE FUNCTION rebuild_cells() RETURNS void LANGUAGE plpgsql SET work_mem = '64MB' AS $$
BEGIN
  DELETE FROM cell;
  INSERT INTO cell (zoom, cx, cy, kind, n, sum_x, sum_y, sum_key, min_x, min_y, max_x, max_y, place_id, population)
    SELECT 10, floor(x * 4096)::integer, floor(y * 4096)::integer, kind, count(*), sum(x), sum(y), sum(key),
      min(x), min(y), max(x), max(y), (array_agg(place_id ORDER BY population DESC, place_id))[1], max(population)
    FROM (
      SELECT l.kind, l.key, l.place_id, coalesce(p.population, -1) AS population, mercator_x(l.point) AS x, mercator_y(l.point) AS y
      FROM listing l LEFT JOIN place p ON p.id = l.place_id WHERE l.point IS NOT NULL) seen
    GROUP BY 2, 3, 4 ORDER BY 2, 3, 4;
  FOR coarser IN REVERSE 9..0 LOOP
    INSERT INTO cell (zoom, cx, cy, kind, n, sum_x, sum_y, sum_key, min_x, min_y, max_x, max_y, place_id, population)
      SELECT coarser, cx >> 1, cy >> 1, kind, sum(n), sum(sum_x), sum(sum_y), sum(sum_key),
        min(min_x), min(min_y), max(max_x), max(max_y), (array_agg(place_id ORDER BY population DESC, place_id))[1], max(population)
      FROM cell WHERE zoom = coarser + 1 GROUP BY 2, 3, 4 ORDER BY 2, 3, 4;
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION rebuild_cells() FROM PUBLIC;

-- As before, but where a good part of the listing changes in one statement all cells are counted anew, and of towns as big as
-- each other the one with the smaller number names the cell, whichever came first.
CREATE OR REPLACE FUNCTION count_in_cells() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT count(*) INTO changed FROM new_rows;
  ELSE
    SELECT count(*) INTO changed FROM old_rows;
  END IF;
  IF changed >= 200 AND changed * 4 > (SELECT count(*) FROM listing) THEN
    PERFORM rebuild_cells();
    RETURN NULL;
  END IF;
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
      place_id = CASE WHEN excluded.population > cell.population
        OR (excluded.population = cell.population AND excluded.place_id < cell.place_id) THEN excluded.place_id ELSE cell.place_id END,
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

-- As refresh_listing, for many: what is worked out is kept until it is compared and written.
CREATE FUNCTION refresh_much_of_listing(keys bigint[]) RETURNS bigint LANGUAGE plpgsql
  SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' SET maintenance_work_mem = '256MB' AS $$
DECLARE
  gone bigint;
  written bigint;
  later text[];
  definition text;
BEGIN
  CREATE TEMPORARY TABLE worked_out ON COMMIT DROP AS
    SELECT * FROM listing_row r WHERE keys IS NULL OR r.key = ANY (keys) ORDER BY r.key;
  DELETE FROM listing l
    WHERE (keys IS NULL OR l.key = ANY (keys)) AND NOT EXISTS (SELECT FROM worked_out r WHERE r.key = l.key);
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM listing l USING worked_out r WHERE r.key = l.key AND ROW (l.*) IS DISTINCT FROM ROW (r.*);
  IF NOT EXISTS (SELECT FROM listing) THEN
    SELECT array_agg(pg_get_indexdef(i.indexrelid)) INTO later FROM pg_index i WHERE i.indrelid = 'listing'::regclass AND NOT i.indisprimary;
    FOR definition IN SELECT i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = 'listing'::regclass AND NOT i.indisprimary LOOP
      EXECUTE 'DROP INDEX ' || definition;
    END LOOP;
  END IF;
  INSERT INTO listing SELECT * FROM worked_out r WHERE NOT EXISTS (SELECT FROM listing l WHERE l.key = r.key) ORDER BY r.key;
  GET DIAGNOSTICS written = ROW_COUNT;
  FOREACH definition IN ARRAY coalesce(later, '{}') LOOP
    EXECUTE definition;
  END LOOP;
  DROP TABLE worked_out;
  RETURN gone + written;
END $$;
REVOKE EXECUTE ON FUNCTION refresh_much_of_listing(bigint[]) FROM PUBLIC;

-- Bring the listing up to date for these services (all when NULL), in the transaction that changed them. Rows that come out
-- the same are not touched: nothing is bumped. Returns how many rows were taken away or written.
CREATE OR REPLACE FUNCTION refresh_listing(keys bigint[] DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql
  SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' AS $$
DECLARE
  gone bigint;
  missing bigint[];
BEGIN
  IF keys IS NULL OR cardinality(keys) >= 200 THEN
    RETURN refresh_much_of_listing(keys);
  END IF;
  DELETE FROM listing l
    WHERE l.key = ANY (keys)
      AND NOT EXISTS (SELECT FROM service s WHERE s.key = l.key AND s.status IN ('published', 'update_pending'));
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM listing l USING listing_row r
    WHERE l.key = ANY (keys) AND r.key = ANY (keys) AND r.key = l.key AND ROW (l.*) IS DISTINCT FROM ROW (r.*);
  missing := ARRAY(
    SELECT s.key FROM service s
    WHERE s.key = ANY (keys) AND s.status IN ('published', 'update_pending')
      AND NOT EXISTS (SELECT FROM listing l WHERE l.key = s.key));
  INSERT INTO listing SELECT * FROM listing_row r WHERE r.key = ANY (missing) ORDER BY r.key;
  RETURN gone + cardinality(missing);
END $$;
