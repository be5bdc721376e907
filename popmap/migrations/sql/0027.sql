-- What other standards ask by: UUIDs made of our names (RFC 9562, version 5, in the namespace that popmap.hsds names) are looked
-- up in an index, and who operates what is counted when something is published, as the atlas is.
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA public;
CREATE FUNCTION uuid_of(entity text, name text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT encode(set_byte(set_byte(hash, 6, get_byte(hash, 6) & 15 | 80), 8, get_byte(hash, 8) & 63 | 128), 'hex')::uuid
  FROM (SELECT substring(public.digest('\x3c0f5d0e7a4b5b399d556d0c4c1f8a21'::bytea || convert_to(entity || chr(31) || name, 'UTF8'), 'sha1')
    FROM 1 FOR 16) AS hash) AS named
$$;
CREATE FUNCTION operator_of(document text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT document::json ->> 'organization'
$$;
CREATE INDEX listing_uuid ON listing (uuid_of('service', id));
CREATE INDEX listing_place_uuid ON listing (uuid_of('service_at_location', id));
CREATE INDEX listing_operator ON listing (operator_of(document), id);

CREATE TABLE operator_count (
  name text NOT NULL CONSTRAINT operator_count_pkey PRIMARY KEY,
  n integer NOT NULL
);
CREATE INDEX operator_count_uuid ON operator_count (uuid_of('organization', name));
CREATE INDEX operator_count_empty ON operator_count (n) WHERE n <= 0;
GRANT SELECT ON operator_count TO popmap_public;

-- Runs after the trigger that raises the revision, as that of the atlas does: nobody counts at the same time.
CREATE FUNCTION count_operators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE operator_count o SET n = o.n - less.n
      FROM (SELECT operator_of(document) AS name, count(*) AS n FROM old_rows GROUP BY 1) less WHERE o.name = less.name;
    DELETE FROM operator_count WHERE n <= 0;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO operator_count AS o (name, n)
      SELECT more.name, more.n FROM (SELECT operator_of(document) AS name, count(*) AS n FROM new_rows GROUP BY 1) more
      WHERE more.name <> ''
    ON CONFLICT (name) DO UPDATE SET n = o.n + excluded.n;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER listing_counts_operators_insert AFTER INSERT ON listing
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_operators();
CREATE TRIGGER listing_counts_operators_update AFTER UPDATE ON listing
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_operators();
CREATE TRIGGER listing_counts_operators_delete AFTER DELETE ON listing
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_operators();
INSERT INTO operator_count (name, n)
  SELECT counted.name, counted.n FROM (SELECT operator_of(document) AS name, count(*) AS n FROM listing GROUP BY 1) counted
  WHERE counted.name <> '';
