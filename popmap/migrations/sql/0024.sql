-- A name is found by its words where it serves, not by the letters it shares with all names of the world: what is read for one
-- question no longer grows with the catalogue. Both tables are written by popmap.duplicates, like match_key.
DROP FUNCTION services_named_like(text[], text[], integer);
DROP VIEW public_match_key;
DROP INDEX match_key_name;
DROP INDEX match_key_value;
CREATE INDEX match_key_value ON match_key (value) WHERE type IN ('phone', 'text', 'web', 'email');
ALTER TABLE match_key DROP COLUMN countries;
CREATE VIEW public_match_key AS
  SELECT k.* FROM match_key k JOIN listing l ON l.key = k.service_key;
GRANT SELECT ON public_match_key TO popmap_public;

CREATE TABLE match_word (
  word text NOT NULL CONSTRAINT match_word_length CHECK (length(word) BETWEEN 1 AND 64),
  -- '*' for the world, and for more countries than a line names
  country text NOT NULL CONSTRAINT match_word_country_is_code CHECK (country ~ '^([A-Z]{2}|\*)$'),
  service_key bigint NOT NULL CONSTRAINT match_word_service_exists REFERENCES service ON DELETE CASCADE,
  CONSTRAINT match_word_pkey PRIMARY KEY (word, country, service_key)
);
CREATE INDEX match_word_service ON match_word (service_key);

-- Ways to write a word with one letter left out: two words that have one in common are one slip apart. Of words that were ever
-- in a name; one that no name has any more finds nothing.
CREATE TABLE match_spelling (
  spelling text NOT NULL,
  word text NOT NULL,
  CONSTRAINT match_spelling_pkey PRIMARY KEY (spelling, word)
);

-- Public services that have these words, or words a slip away, in their names, where they serve (anywhere when NULL): those
-- with the most and the rarest first. Of each word a bounded number is looked at; what all have says little anyway.
CREATE FUNCTION services_named_like(words text[], spellings text[], scope text[], most integer) RETURNS SETOF bigint
  LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 30 SET search_path = public SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  WITH asked AS (
    SELECT w.word, max(w.worth) AS worth FROM (
      SELECT unnest(words) AS word, 1.0::float8 AS worth
      UNION ALL
      SELECT near.word, 0.7::float8 FROM unnest(spellings) AS way (spelling) CROSS JOIN LATERAL (
        SELECT s.word FROM match_spelling s WHERE s.spelling = way.spelling LIMIT 20) AS near) AS w
    GROUP BY w.word),
  hit AS (
    SELECT asked.word, asked.worth, found.service_key
    FROM asked CROSS JOIN unnest(scope) AS here (country) CROSS JOIN LATERAL (
      SELECT m.service_key FROM match_word m WHERE m.word = asked.word AND m.country = here.country LIMIT 120) AS found
    UNION
    SELECT asked.word, asked.worth, found.service_key
    FROM asked CROSS JOIN LATERAL (
      SELECT m.service_key FROM match_word m WHERE m.word = asked.word LIMIT 240) AS found
    WHERE scope IS NULL),
  worth AS (
    SELECT hit.word, max(hit.worth) * ln(1 + 1000.0::float8 / count(*)) AS points FROM hit GROUP BY hit.word),
  ranked AS (
    SELECT hit.service_key, sum(worth.points) AS points FROM hit JOIN worth USING (word)
    GROUP BY hit.service_key ORDER BY points DESC, hit.service_key LIMIT 3 * most)
  SELECT r.service_key FROM ranked r WHERE EXISTS (SELECT FROM listing l WHERE l.key = r.service_key)
  ORDER BY r.points DESC, r.service_key LIMIT most;
END $$;

-- The yes of somebody who was shut out since counts no longer: that account may have been in the wrong hands when it was said.
CREATE OR REPLACE FUNCTION approvals_given(given bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT count(DISTINCT a.moderator_key)
  FROM submission s JOIN approval a ON a.submission_key = s.key AND a.body_digest = body_digest(s.body)
  WHERE s.key = given AND NOT EXISTS (SELECT FROM moderator m WHERE m.key = a.moderator_key AND m.disabled_at IS NOT NULL)
$$;
