-- A service as a line of the CSV file, made by popmap.exports.csv from its record; it goes when the record changes. Where there
-- is none, or one of another program, the line is made from the record: what is kept here only saves time.
CREATE TABLE listing_line (
  key bigint NOT NULL CONSTRAINT listing_line_pkey PRIMARY KEY CONSTRAINT listing_line_listing_exists REFERENCES listing ON DELETE CASCADE,
  made_by text NOT NULL,
  line text NOT NULL
);
GRANT SELECT ON listing_line TO popmap_public;

CREATE FUNCTION forget_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM listing_line l USING old_rows o WHERE l.key = o.key;
  RETURN NULL;
END $$;
CREATE TRIGGER listing_forgets_lines AFTER UPDATE ON listing
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION forget_lines();
