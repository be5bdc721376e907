-- What one person says twice is one voice, and one network lends its voice to few services a day. Kept of that are hashes under the
-- day's own salt, tied to no report; they go with the day.
ALTER TABLE submission ADD COLUMN is_a_voice boolean NOT NULL DEFAULT true;
CREATE UNLOGGED TABLE intake_voice (
  day date NOT NULL,
  mark bytea NOT NULL CONSTRAINT intake_voice_mark_is_sha256 CHECK (length(mark) = 32),
  given integer NOT NULL CONSTRAINT intake_voice_given_range CHECK (given >= 1),
  PRIMARY KEY (day, mark)
);

-- "Being checked" must warn, and must not be a weapon (safety.md, rule 13 and T31). Two voices mark a service until somebody has looked,
-- at most 30 days after the older of the two. One alone marks it as well, but for a week, one service in a country and twenty in all, the
-- earliest first, and none that a moderator has looked at because of a report within 30 days.
CREATE OR REPLACE VIEW public_being_checked AS
  WITH told AS (
    SELECT s.service_id AS id, coalesce(l.country_codes[1], '') AS place, min(s.submitted_at) AS first, count(*) AS voices
    FROM submission s JOIN listing l ON l.id = s.service_id
    WHERE s.kind = 'report' AND s.state = 'pending' AND s.problem IN ('wrong_number', 'no_answer', 'closed', 'unsafe')
      AND s.is_a_voice AND s.submitted_at > now() - interval '30 days'
    GROUP BY 1, 2),
  alone AS (
    SELECT t.id, t.first, row_number() OVER (PARTITION BY t.place ORDER BY t.first, t.id) AS nth
    FROM told t WHERE t.voices = 1 AND t.first > now() - interval '7 days'
      AND NOT EXISTS (SELECT FROM submission d WHERE d.service_id = t.id AND d.kind = 'report'
        AND d.state IN ('approved', 'rejected') AND d.decided_at > now() - interval '30 days'))
  SELECT id, first::date AS since FROM told WHERE voices > 1
  UNION ALL
  (SELECT id, first::date FROM alone WHERE nth = 1 ORDER BY first, id LIMIT 20);

-- A sender chooses topics and kind; the live record's stand as well. Whatever calls itself a helpline, or is one, needs two people.
CREATE OR REPLACE FUNCTION approvals_needed(given bigint, two_person text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN two_person = 'off' THEN 1
    WHEN two_person = 'all' THEN 2
    WHEN s.body ->> 'kind' = 'helpline' OR is_acute(ARRAY(SELECT jsonb_array_elements_text(coalesce(s.body -> 'topics', '[]'))))
      OR EXISTS (SELECT FROM service r WHERE r.id = s.service_id AND (r.kind = 'helpline' OR is_acute(r.topics))) THEN 2
    ELSE 1 END
  FROM submission s WHERE s.key = given
$$;

-- What was joined with another record is needed no longer than what was refused.
UPDATE submission SET text_delete_on = decided_at::date + 30 WHERE state = 'merged' AND body IS NOT NULL AND text_delete_on IS NULL;
