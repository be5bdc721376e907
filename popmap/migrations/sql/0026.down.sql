DROP TRIGGER service_address_is_dropped ON service;
DROP FUNCTION drop_address_from_past();
DROP TRIGGER record_version_stays ON record_version;
DROP TRIGGER record_version_is_append_only ON record_version;
CREATE TRIGGER record_version_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
DROP FUNCTION refuse_other_change_of_history();
CREATE OR REPLACE FUNCTION refuse_wrong_state() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION without_address(jsonb);
