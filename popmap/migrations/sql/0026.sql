-- An address that must not be known any more: dropped from what is kept of the past as well, the only change that history bears.
CREATE FUNCTION without_address(body jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT body || '{"location": null, "location_precision": "none", "visitable": false}' || jsonb_build_object('channels',
    coalesce((SELECT jsonb_agg(one.channel ORDER BY one.place)
      FROM jsonb_array_elements(body -> 'channels') WITH ORDINALITY AS one (channel, place)
      WHERE one.channel ->> 'type' NOT IN ('in_person', 'post')), '[]'))
$$;

CREATE FUNCTION refuse_other_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  allowed record_version := OLD;
BEGIN
  allowed.body := without_address(OLD.body);
  IF OLD.record_type <> 'service' OR NEW IS DISTINCT FROM allowed
      OR NOT EXISTS (SELECT FROM service s WHERE s.id = OLD.record_id AND s.address_confidential) THEN
    RAISE insufficient_privilege USING MESSAGE = format('%s is append-only: %s refused', TG_TABLE_NAME, TG_OP);
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER record_version_is_append_only ON record_version;
CREATE TRIGGER record_version_is_append_only BEFORE DELETE OR TRUNCATE ON record_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER record_version_stays BEFORE UPDATE ON record_version
  FOR EACH ROW EXECUTE FUNCTION refuse_other_change_of_history();

-- What is decided is not edited, but for that.
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
  IF OLD.state NOT IN ('pending', 'sent_back') AND NEW.body IS DISTINCT FROM OLD.body AND NEW.body IS NOT NULL
      AND NEW.body IS DISTINCT FROM without_address(OLD.body) THEN
    RAISE check_violation USING MESSAGE = 'what is decided is not edited', CONSTRAINT = 'submission_decided_is_fixed', TABLE = 'submission';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION drop_address_from_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE record_version SET body = without_address(body)
    WHERE record_type = 'service' AND record_id = NEW.id AND body IS DISTINCT FROM without_address(body);
  UPDATE submission SET body = without_address(body)
    WHERE service_id = NEW.id AND body IS NOT NULL AND body IS DISTINCT FROM without_address(body);
  RETURN NULL;
END $$;
CREATE TRIGGER service_address_is_dropped AFTER INSERT OR UPDATE OF address_confidential ON service
  FOR EACH ROW WHEN (NEW.address_confidential) EXECUTE FUNCTION drop_address_from_past();

UPDATE record_version v SET body = without_address(v.body) FROM service s
  WHERE v.record_type = 'service' AND v.record_id = s.id AND s.address_confidential AND v.body IS DISTINCT FROM without_address(v.body);
UPDATE submission x SET body = without_address(x.body) FROM service s
  WHERE x.service_id = s.id AND s.address_confidential AND x.body IS NOT NULL AND x.body IS DISTINCT FROM without_address(x.body);
