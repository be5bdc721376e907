-- Every time a service becomes public or ceases to be, with the revision that this made. A change of a public service
-- is both, in one transaction. ``why`` is the state it is in since (closed, paused, rejected, merged), never a person.
CREATE TABLE change_log (
  revision bigint NOT NULL,
  id text NOT NULL,
  is_public boolean NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  why text NOT NULL DEFAULT '',
  PRIMARY KEY (revision, id)
);
CREATE TRIGGER change_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

-- The feed begins with what is public at this moment, and with what was public once.
INSERT INTO change_log (revision, id, is_public)
  SELECT number, id, true FROM listing, catalogue_revision;
INSERT INTO change_log (revision, id, is_public, at, why)
  SELECT r.number, s.id, false, last.at, s.status
  FROM service s CROSS JOIN catalogue_revision r CROSS JOIN LATERAL (
    SELECT max(v.at) AS at, bool_or(v.body ->> 'status' IN ('published', 'update_pending')) AS was_public
    FROM record_version v WHERE v.record_type = 'service' AND v.record_id = s.id) last
  WHERE s.status NOT IN ('published', 'update_pending') AND last.was_public;

-- Runs after the trigger that raises the revision (triggers run in the order of their names), whose row it still holds.
CREATE FUNCTION log_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change_log (revision, id, is_public, why)
    SELECT r.number, c.id, TG_OP = 'INSERT',
      CASE WHEN s.status IN ('closed', 'paused', 'rejected', 'merged') THEN s.status ELSE '' END
    FROM changed c CROSS JOIN catalogue_revision r LEFT JOIN service s ON s.key = c.key;
  RETURN NULL;
END $$;
CREATE TRIGGER listing_then_logs_insert AFTER INSERT ON listing
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_changes();
CREATE TRIGGER listing_then_logs_delete AFTER DELETE ON listing
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_changes();

CREATE VIEW public_change AS SELECT revision, id, is_public, at, why FROM change_log;
GRANT SELECT ON public_change TO popmap_public;
