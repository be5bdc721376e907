DROP FUNCTION services_named_like(text[], text[], integer);
DROP VIEW public_match_key;
DROP TABLE match_key;
