DROP TRIGGER listing_counts_operators_insert ON listing;
DROP TRIGGER listing_counts_operators_update ON listing;
DROP TRIGGER listing_counts_operators_delete ON listing;
DROP FUNCTION count_operators();
DROP TABLE operator_count;
DROP INDEX listing_operator, listing_place_uuid, listing_uuid;
DROP FUNCTION operator_of(text);
DROP FUNCTION uuid_of(text, text);
DROP EXTENSION pgcrypto;
