CREATE OR REPLACE VIEW public_being_checked AS
  SELECT s.service_id AS id, min(s.submitted_at)::date AS since
  FROM submission s JOIN listing l ON l.id = s.service_id
  WHERE s.kind = 'report' AND s.state = 'pending' AND s.problem IN ('wrong_number', 'no_answer', 'closed', 'unsafe')
  GROUP BY s.service_id;

CREATE OR REPLACE FUNCTION approvals_needed(given bigint, two_person text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN two_person = 'off' THEN 1
    WHEN two_person = 'all' THEN 2
    WHEN is_acute(ARRAY(SELECT jsonb_array_elements_text(coalesce(s.body -> 'topics', '[]'))))
      OR EXISTS (SELECT FROM service r WHERE r.id = s.service_id AND is_acute(r.topics)) THEN 2
    ELSE 1 END
  FROM submission s WHERE s.key = given
$$;

DROP TABLE intake_voice;
ALTER TABLE submission DROP COLUMN is_a_voice;
