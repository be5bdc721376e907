DO $$
DECLARE watched text;
BEGIN
  FOREACH watched IN ARRAY ARRAY['country_fact', 'emergency_number', 'harmonised_number'] LOOP
    EXECUTE format('DROP TRIGGER %1$s_bumps_revision_on_insert ON %1$s', watched);
    EXECUTE format('DROP TRIGGER %1$s_bumps_revision_on_update ON %1$s', watched);
    EXECUTE format('DROP TRIGGER %1$s_bumps_revision_on_delete ON %1$s', watched);
  END LOOP;
END $$;
DROP TABLE catalogue_revision, record_version;
DROP FUNCTION bump_revision();
DROP FUNCTION refuse_change_of_history();
