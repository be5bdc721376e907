CREATE TABLE record_version (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_type text NOT NULL CONSTRAINT record_version_record_type_is_known CHECK (record_type IN
    ('service', 'country_fact', 'emergency_number', 'harmonised_number')),
  record_id text NOT NULL,
  number integer NOT NULL CONSTRAINT record_version_number_range CHECK (number >= 1),
  at timestamptz NOT NULL DEFAULT now(),
  by_role text NOT NULL CONSTRAINT record_version_by_role_is_known CHECK (by_role IN ('seed', 'submitter', 'operator', 'moderator', 'lead', 'system')),
  reason text NOT NULL CONSTRAINT record_version_reason_is_given CHECK (reason <> ''),
  source text NOT NULL DEFAULT '',
  body jsonb NOT NULL,
  CONSTRAINT record_version_number_is_unique UNIQUE (record_type, record_id, number)
);

-- History is written once: nothing in it is changed, nothing taken out.
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = format('%s is append-only: %s refused', TG_TABLE_NAME, TG_OP);
END $$;
CREATE TRIGGER record_version_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_version
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

-- One number for the state of all that is public: key of every cache, ETag and prepared export.
CREATE TABLE catalogue_revision (
  only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT catalogue_revision_is_one_row CHECK (only_row),
  number bigint NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO catalogue_revision (number) VALUES (1);

CREATE FUNCTION bump_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM changed) THEN
    UPDATE catalogue_revision SET number = number + 1, changed_at = now();
  END IF;
  RETURN NULL;
END $$;

DO $$
DECLARE watched text;
BEGIN
  FOREACH watched IN ARRAY ARRAY['country_fact', 'emergency_number', 'harmonised_number'] LOOP
    EXECUTE format('CREATE TRIGGER %1$s_bumps_revision_on_insert AFTER INSERT ON %1$s
      REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_revision()', watched);
    EXECUTE format('CREATE TRIGGER %1$s_bumps_revision_on_update AFTER UPDATE ON %1$s
      REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_revision()', watched);
    EXECUTE format('CREATE TRIGGER %1$s_bumps_revision_on_delete AFTER DELETE ON %1$s
      REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bump_revision()', watched);
  END LOOP;
END $$;
