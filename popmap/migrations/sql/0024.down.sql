CREATE OR REPLACE FUNCTION approvals_given(given bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT count(DISTINCT a.moderator_key)
  FROM submission s JOIN approval a ON a.submission_key = s.key AND a.body_digest = body_digest(s.body)
  WHERE s.key = given
$$;
DROP FUNCTION services_named_like(text[], text[], text[], integer);
DROP TABLE match_spelling;
DROP TABLE match_word;
DROP VIEW public_match_key;
ALTER TABLE match_key ADD COLUMN countries text[];
-- the services' own are worked out anew at the next start; until then a name counts everywhere
UPDATE match_key SET countries = '{*}' WHERE type = 'name';
ALTER TABLE match_key ADD CONSTRAINT match_key_countries_of_names CHECK ((type = 'name') = (countries IS NOT NULL));
DROP INDEX match_key_value;
CREATE INDEX match_key_value ON match_key (value) WHERE type IN ('phone', 'text', 'web', 'email', 'initials');
CREATE INDEX match_key_name ON match_key USING gin (value gin_trgm_ops, countries) WHERE type = 'name';
CREATE VIEW public_match_key AS
  SELECT k.* FROM match_key k JOIN listing l ON l.key = k.service_key;
GRANT SELECT ON public_match_key TO popmap_public;

-- Public services with a name like one of these, where they serve (anywhere when NULL), the most alike first. A function because
-- only so can a share of trigrams be asked for: a higher one where all names of the world are looked through.
CREATE FUNCTION services_named_like(names text[], scope text[], most integer) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
  SECURITY DEFINER SET search_path = public SET pg_trgm.similarity_threshold = 0.3 SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  asked text;
BEGIN
  IF scope IS NULL THEN
    PERFORM set_config('pg_trgm.similarity_threshold', '0.45', true);
  END IF;
  FOREACH asked IN ARRAY names LOOP
    IF scope IS NULL THEN
      RETURN QUERY SELECT k.service_key FROM match_key k
        WHERE k.type = 'name' AND k.value % asked AND EXISTS (SELECT FROM listing l WHERE l.key = k.service_key)
        ORDER BY similarity(k.value, asked) DESC, k.service_key LIMIT most;
    ELSE
      RETURN QUERY SELECT k.service_key FROM match_key k
        WHERE k.type = 'name' AND k.value % asked AND k.countries && scope AND EXISTS (SELECT FROM listing l WHERE l.key = k.service_key)
        ORDER BY similarity(k.value, asked) DESC, k.service_key LIMIT most;
    END IF;
  END LOOP;
END $$;
