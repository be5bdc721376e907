-- The atlas counts once, when something is published, and not with every look at it: how many public services each country has,
-- by what they are. What serves the whole world counts for no country but stands under '*'.
CREATE TABLE atlas_count (
  -- all, kind, topic, channel, language, access (always_open, free), checked (the day)
  measure text NOT NULL,
  country text NOT NULL,
  value text NOT NULL,
  n integer NOT NULL,
  CONSTRAINT atlas_count_pkey PRIMARY KEY (measure, country, value)
);
CREATE INDEX atlas_count_empty ON atlas_count (n) WHERE n <= 0;
GRANT SELECT ON atlas_count TO popmap_public;

-- What one service counts for.
CREATE FUNCTION atlas_marks(coverage_codes text[], country_codes text[], kind text, topics text[], channel_types text[],
    languages text[], hours_keys text[], cost text, verified_on date)
  RETURNS TABLE (measure text, country text, value text) LANGUAGE sql STABLE AS $$
  SELECT mark.measure, place.country, mark.value
  FROM unnest(CASE WHEN coverage_codes @> '{*}' THEN '{*}' ELSE country_codes END) AS place (country) CROSS JOIN (
    SELECT 'all', ''
    UNION ALL SELECT 'kind', kind
    UNION ALL SELECT 'topic', unnest(topics)
    UNION ALL SELECT 'channel', unnest(channel_types)
    UNION ALL SELECT DISTINCT 'language', split_part(tag, '-', 1) FROM unnest(languages) AS tag
    UNION ALL SELECT 'access', 'always_open' WHERE hours_keys @> '{24/7||}'
    UNION ALL SELECT 'access', 'free' WHERE cost = 'free'
    UNION ALL SELECT 'checked', to_char(verified_on, 'YYYY-MM-DD') WHERE verified_on IS NOT NULL) AS mark (measure, value)
$$;

CREATE FUNCTION rebuild_atlas() RETURNS void LANGUAGE plpgsql SET work_mem = '64MB' AS $$
BEGIN
  DELETE FROM atlas_count;
  INSERT INTO atlas_count (measure, country, value, n)
    SELECT m.measure, m.country, m.value, count(*)
    FROM listing l CROSS JOIN LATERAL atlas_marks(l.coverage_codes, l.country_codes, l.kind, l.topics, l.channel_types,
      l.languages, l.hours_keys, l.cost, l.verified_on) m
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
END $$;
REVOKE EXECUTE ON FUNCTION rebuild_atlas() FROM PUBLIC;

-- Runs after the trigger that raises the revision (triggers run in the order of their names): whoever publishes waits there for
-- the one before, so that nobody counts at the same time.
CREATE FUNCTION count_for_atlas() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT count(*) INTO changed FROM new_rows;
  ELSE
    SELECT count(*) INTO changed FROM old_rows;
  END IF;
  IF changed >= 200 AND changed * 4 > (SELECT count(*) FROM listing) THEN
    PERFORM rebuild_atlas();
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    UPDATE atlas_count a SET n = a.n - less.n
      FROM (
        SELECT m.measure, m.country, m.value, count(*) AS n
        FROM old_rows l CROSS JOIN LATERAL atlas_marks(l.coverage_codes, l.country_codes, l.kind, l.topics, l.channel_types,
          l.languages, l.hours_keys, l.cost, l.verified_on) m
        GROUP BY 1, 2, 3) less
      WHERE (a.measure, a.country, a.value) = (less.measure, less.country, less.value);
    DELETE FROM atlas_count WHERE n <= 0;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO atlas_count AS a (measure, country, value, n)
      SELECT m.measure, m.country, m.value, count(*)
      FROM new_rows l CROSS JOIN LATERAL atlas_marks(l.coverage_codes, l.country_codes, l.kind, l.topics, l.channel_types,
        l.languages, l.hours_keys, l.cost, l.verified_on) m
      GROUP BY 1, 2, 3
    ON CONFLICT (measure, country, value) DO UPDATE SET n = a.n + excluded.n;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER listing_counts_for_atlas_insert AFTER INSERT ON listing
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_for_atlas();
CREATE TRIGGER listing_counts_for_atlas_update AFTER UPDATE ON listing
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_for_atlas();
CREATE TRIGGER listing_counts_for_atlas_delete AFTER DELETE ON listing
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_for_atlas();
SELECT rebuild_atlas();

-- The change feed goes through the log by id, so that one load of a million services can be told in pages.
CREATE INDEX change_log_id ON change_log (id COLLATE "C", revision);
