CREATE OR REPLACE FUNCTION refuse_unlogged_state() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE OR REPLACE FUNCTION refuse_undecided_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TABLE pending_key;
