DROP TRIGGER listing_then_logs_delete ON listing;
DROP TRIGGER listing_then_logs_insert ON listing;
DROP FUNCTION log_changes();
DROP VIEW public_change;
DROP TABLE change_log;
