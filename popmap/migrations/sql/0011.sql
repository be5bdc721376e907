-- What partners and visitors send in waits here until a person decides. Nobody reads it but the owner's role.
CREATE TABLE batch (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash bytea NOT NULL CONSTRAINT batch_token_hash_key UNIQUE CONSTRAINT batch_token_hash_is_sha256 CHECK (length(token_hash) = 32),
  idempotency_hash bytea NOT NULL CONSTRAINT batch_idempotency_hash_key UNIQUE CONSTRAINT batch_idempotency_hash_is_sha256 CHECK (length(idempotency_hash) = 32),
  file_name text NOT NULL DEFAULT '' CONSTRAINT batch_file_name_length CHECK (length(file_name) <= 200),
  sent_by text NOT NULL DEFAULT '' CONSTRAINT batch_sent_by_length CHECK (length(sent_by) <= 300),
  rows integer NOT NULL CONSTRAINT batch_rows_range CHECK (rows BETWEEN 1 AND 5000),
  language text NOT NULL CONSTRAINT batch_language_is_ours CHECK (language IN ('en', 'fr', 'ar', 'es', 'ru', 'zh')),
  at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE submission (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash bytea NOT NULL CONSTRAINT submission_token_hash_key UNIQUE CONSTRAINT submission_token_hash_is_sha256 CHECK (length(token_hash) = 32),
  idempotency_hash bytea NOT NULL CONSTRAINT submission_idempotency_hash_key UNIQUE
    CONSTRAINT submission_idempotency_hash_is_sha256 CHECK (length(idempotency_hash) = 32),
  kind text NOT NULL CONSTRAINT submission_kind_is_known CHECK (kind IN ('new', 'change', 'report')),
  service_id text CONSTRAINT submission_service_exists REFERENCES service (id),
  base_version integer CONSTRAINT submission_base_version_range CHECK (base_version >= 1),
  batch_key bigint CONSTRAINT submission_batch_exists REFERENCES batch,
  batch_row integer CONSTRAINT submission_batch_row_range CHECK (batch_row >= 2),
  body jsonb CONSTRAINT submission_body_is_object CHECK (jsonb_typeof(body) = 'object')
    CONSTRAINT submission_body_size CHECK (octet_length(body::text) <= 200000),
  problem text CONSTRAINT submission_problem_is_known CHECK (problem IN
    ('wrong_number', 'no_answer', 'closed', 'unsafe', 'wrong_facts', 'dead_link', 'other')),
  words text NOT NULL DEFAULT '' CONSTRAINT submission_words_length CHECK (length(words) <= 2000),
  state text NOT NULL DEFAULT 'pending' CONSTRAINT submission_state_is_known CHECK (state IN
    ('pending', 'sent_back', 'approved', 'rejected', 'merged', 'withdrawn')),
  language text NOT NULL CONSTRAINT submission_language_is_ours CHECK (language IN ('en', 'fr', 'ar', 'es', 'ru', 'zh')),
  via text NOT NULL CONSTRAINT submission_via_is_known CHECK (via IN ('form', 'api', 'csv', 'moderator')),
  contact text CONSTRAINT submission_contact_length CHECK (length(contact) BETWEEN 1 AND 254),
  contact_delete_on date,
  text_delete_on date,
  revision integer NOT NULL DEFAULT 1 CONSTRAINT submission_revision_range CHECK (revision >= 1),
  submitted_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  decided_at timestamptz,
  CONSTRAINT submission_concerns_a_service CHECK (kind = 'new' OR service_id IS NOT NULL),
  CONSTRAINT submission_problem_fits_kind CHECK ((kind = 'report') = (problem IS NOT NULL)),
  CONSTRAINT submission_body_while_open CHECK (kind = 'report' OR body IS NOT NULL OR state NOT IN ('pending', 'sent_back')),
  CONSTRAINT submission_decided_at_fits_state CHECK ((decided_at IS NULL) = (state IN ('pending', 'sent_back')))
);
CREATE INDEX submission_open ON submission (submitted_at) WHERE state IN ('pending', 'sent_back');
CREATE INDEX submission_service_id ON submission (service_id) WHERE service_id IS NOT NULL;
CREATE INDEX submission_batch_key ON submission (batch_key) WHERE batch_key IS NOT NULL;
CREATE INDEX submission_contact_due ON submission (contact_delete_on) WHERE contact IS NOT NULL;
CREATE INDEX submission_text_due ON submission (text_delete_on) WHERE text_delete_on IS NOT NULL;

CREATE TABLE submission_event (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  submission_key bigint NOT NULL CONSTRAINT submission_event_submission_exists REFERENCES submission,
  number integer NOT NULL CONSTRAINT submission_event_number_range CHECK (number >= 1),
  at timestamptz NOT NULL DEFAULT now(),
  action text NOT NULL CONSTRAINT submission_event_action_is_word CHECK (action ~ '^[a-z_]{1,40}$'),
  from_state text,
  to_state text NOT NULL CONSTRAINT submission_event_to_state_is_known CHECK (to_state IN
    ('pending', 'sent_back', 'approved', 'rejected', 'merged', 'withdrawn')),
  by_role text NOT NULL CONSTRAINT submission_event_by_role_is_known CHECK (by_role IN ('submitter', 'moderator', 'lead', 'system')),
  moderator_key bigint,
  words text NOT NULL DEFAULT '' CONSTRAINT submission_event_words_length CHECK (length(words) <= 2000),
  CONSTRAINT submission_event_number_is_unique UNIQUE (submission_key, number)
);
CREATE TRIGGER submission_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON submission_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

CREATE FUNCTION body_digest(body jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to(coalesce(body, 'null'::jsonb)::text, 'UTF8')), 'hex')
$$;

CREATE TABLE approval (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  submission_key bigint NOT NULL CONSTRAINT approval_submission_exists REFERENCES submission,
  moderator_key bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  body_digest text NOT NULL CONSTRAINT approval_body_digest_is_sha256 CHECK (body_digest ~ '^[0-9a-f]{64}$'),
  CONSTRAINT approval_of_a_moderator_is_unique UNIQUE (submission_key, moderator_key, body_digest)
);
CREATE TRIGGER approval_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

-- That an address was dropped when it came in; what is not stored cannot leak.
CREATE TABLE confidential_place (
  submission_key bigint PRIMARY KEY CONSTRAINT confidential_place_submission_exists REFERENCES submission,
  dropped text[] NOT NULL DEFAULT '{}' CONSTRAINT confidential_place_dropped_are_names CHECK (every_matches(dropped, '^[a-z_]{1,40}$')),
  at timestamptz NOT NULL DEFAULT now()
);

-- Unlogged: who sent much is forgotten with the hour, and after a crash at once.
CREATE UNLOGGED TABLE intake_salt (
  day date PRIMARY KEY,
  salt bytea NOT NULL CONSTRAINT intake_salt_length CHECK (length(salt) = 32)
);
CREATE UNLOGGED TABLE intake_count (
  hour timestamptz NOT NULL,
  network bytea NOT NULL CONSTRAINT intake_count_network_is_sha256 CHECK (length(network) = 32),
  sent integer NOT NULL CONSTRAINT intake_count_sent_range CHECK (sent >= 1),
  PRIMARY KEY (hour, network)
);

-- By what right a record became public or changed: no path leads to the public without a row here, of the same transaction.
CREATE TABLE decision (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  xact bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  action text NOT NULL CONSTRAINT decision_action_is_known CHECK (action IN ('load', 'approve', 'reopen')),
  by_role text NOT NULL CONSTRAINT decision_by_role_is_known CHECK (by_role IN ('seed', 'submitter', 'operator', 'moderator', 'lead', 'system')),
  moderator_key bigint,
  service_id text,
  submission_key bigint CONSTRAINT decision_submission_exists REFERENCES submission,
  two_person text NOT NULL DEFAULT '' CONSTRAINT decision_two_person_is_known CHECK (two_person IN ('', 'acute', 'all', 'off')),
  reason text NOT NULL CONSTRAINT decision_reason_is_given CHECK (reason <> ''),
  CONSTRAINT decision_names_its_service CHECK (action = 'load' OR service_id IS NOT NULL),
  CONSTRAINT decision_names_its_submission CHECK ((action = 'approve') = (submission_key IS NOT NULL)),
  CONSTRAINT decision_names_its_rule CHECK ((action = 'approve') = (two_person <> '')),
  CONSTRAINT decision_is_a_persons CHECK (CASE action WHEN 'load' THEN by_role IN ('seed', 'system')
    ELSE moderator_key IS NOT NULL AND by_role IN ('moderator', 'lead') END)
);
CREATE INDEX decision_xact ON decision (xact);
CREATE INDEX decision_submission_key ON decision (submission_key) WHERE submission_key IS NOT NULL;
CREATE INDEX decision_service_id ON decision (service_id) WHERE service_id IS NOT NULL;
CREATE TRIGGER decision_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decision
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

CREATE FUNCTION is_acute(topics text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT topics && ARRAY['abuse_violence', 'sexual_abuse', 'online_sexual_exploitation', 'suicide_self_harm',
    'missing_runaway', 'trafficking', 'harmful_practices']
$$;

-- How many different people must say yes to this submission.
CREATE FUNCTION approvals_needed(given bigint, two_person text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN two_person = 'off' THEN 1
    WHEN two_person = 'all' THEN 2
    WHEN is_acute(ARRAY(SELECT jsonb_array_elements_text(coalesce(s.body -> 'topics', '[]'))))
      OR EXISTS (SELECT FROM service r WHERE r.id = s.service_id AND is_acute(r.topics)) THEN 2
    ELSE 1 END
  FROM submission s WHERE s.key = given
$$;

-- How many different people have said yes to it as it stands.
CREATE FUNCTION approvals_given(given bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT count(DISTINCT a.moderator_key)
  FROM submission s JOIN approval a ON a.submission_key = s.key AND a.body_digest = body_digest(s.body)
  WHERE s.key = given
$$;

CREATE FUNCTION refuse_lonely_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF approvals_given(NEW.submission_key) < approvals_needed(NEW.submission_key, NEW.two_person) THEN
    RAISE check_violation USING MESSAGE = 'this submission needs the yes of more people', CONSTRAINT = 'decision_has_approvals', TABLE = 'decision';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decision_has_approvals BEFORE INSERT ON decision
  FOR EACH ROW WHEN (NEW.action = 'approve') EXECUTE FUNCTION refuse_lonely_approval();

-- A submission goes only these ways; what is decided stays decided.
CREATE FUNCTION refuse_wrong_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'pending' THEN
      RAISE check_violation USING MESSAGE = 'a submission begins as pending', CONSTRAINT = 'submission_state_follows', TABLE = 'submission';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
      ('pending', 'sent_back'), ('pending', 'approved'), ('pending', 'rejected'), ('pending', 'merged'), ('pending', 'withdrawn'),
      ('sent_back', 'pending'), ('sent_back', 'rejected'), ('sent_back', 'withdrawn')) THEN
    RAISE check_violation USING MESSAGE = format('a submission does not go from %s to %s', OLD.state, NEW.state),
      CONSTRAINT = 'submission_state_follows', TABLE = 'submission';
  END IF;
  IF OLD.state NOT IN ('pending', 'sent_back') AND NEW.body IS DISTINCT FROM OLD.body AND NEW.body IS NOT NULL THEN
    RAISE check_violation USING MESSAGE = 'what is decided is not edited', CONSTRAINT = 'submission_decided_is_fixed', TABLE = 'submission';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER submission_state_follows BEFORE INSERT OR UPDATE ON submission
  FOR EACH ROW EXECUTE FUNCTION refuse_wrong_state();

-- No state without its line in the log, and no approval of a record without its decision: asked when the transaction ends.
CREATE FUNCTION refuse_unlogged_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM submission_event e WHERE e.submission_key = NEW.key AND e.to_state = NEW.state AND e.at = now()) THEN
    RAISE check_violation USING MESSAGE = format('submission %s became %s without a line in its log', NEW.key, NEW.state),
      CONSTRAINT = 'submission_state_is_logged', TABLE = 'submission';
  END IF;
  IF NEW.state = 'approved' AND NEW.kind <> 'report' AND NOT EXISTS (
      SELECT FROM decision d WHERE d.submission_key = NEW.key AND d.xact = pg_current_xact_id()::text::bigint) THEN
    RAISE check_violation USING MESSAGE = format('submission %s was approved without a decision', NEW.key),
      CONSTRAINT = 'submission_approval_is_decided', TABLE = 'submission';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER submission_state_is_logged AFTER INSERT OR UPDATE OF state ON submission
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unlogged_state();

-- A public record comes about, and changes, only where somebody has decided so in the same transaction.
CREATE FUNCTION refuse_undecided_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed_id text;
BEGIN
  IF TG_TABLE_NAME = 'service' THEN
    SELECT id INTO changed_id FROM service WHERE key = NEW.key AND status IN ('published', 'update_pending');
  ELSIF TG_OP = 'DELETE' THEN
    SELECT id INTO changed_id FROM service WHERE key = OLD.service_key AND status IN ('published', 'update_pending');
  ELSE
    SELECT id INTO changed_id FROM service WHERE key = NEW.service_key AND status IN ('published', 'update_pending');
  END IF;
  IF changed_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM decision d WHERE d.xact = pg_current_xact_id()::text::bigint AND coalesce(d.service_id, changed_id) = changed_id) THEN
    RAISE check_violation USING MESSAGE = format('nobody has decided on this change of %s', changed_id),
      CONSTRAINT = 'service_change_is_decided', TABLE = 'service';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER service_change_is_decided
  AFTER INSERT OR UPDATE OF id, kind, name, name_en, organization, operator_type, summary, translations, website, languages, topics,
    audiences, min_age, max_age, cost, privacy, location, location_precision, city, visitable, address_confidential, ai, youth, status
  ON service DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('published', 'update_pending'))
  EXECUTE FUNCTION refuse_undecided_change();
CREATE CONSTRAINT TRIGGER channel_change_is_decided AFTER INSERT OR UPDATE OR DELETE ON channel
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_undecided_change();
CREATE CONSTRAINT TRIGGER coverage_change_is_decided AFTER INSERT OR UPDATE OR DELETE ON coverage
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_undecided_change();

-- The one thing of all this that visitors see: that somebody has said a public service may be wrong, and since when.
CREATE INDEX submission_open_report ON submission (service_id, submitted_at) WHERE kind = 'report' AND state = 'pending';
CREATE VIEW public_being_checked AS
  SELECT s.service_id AS id, min(s.submitted_at)::date AS since
  FROM submission s JOIN listing l ON l.id = s.service_id
  WHERE s.kind = 'report' AND s.state = 'pending' AND s.problem IN ('wrong_number', 'no_answer', 'closed', 'unsafe')
  GROUP BY s.service_id;
GRANT SELECT ON public_being_checked TO popmap_public;
