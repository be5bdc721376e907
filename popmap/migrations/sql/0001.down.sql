-- The role stays: it belongs to the cluster and other databases may use it. So do the extensions.
DROP FUNCTION is_on_earth(geometry);
DROP FUNCTION every_matches(text[], text);
DROP FUNCTION fold(text);
REVOKE USAGE ON SCHEMA public FROM popmap_public;
