DROP INDEX change_log_id;
DROP TRIGGER listing_counts_for_atlas_insert ON listing;
DROP TRIGGER listing_counts_for_atlas_update ON listing;
DROP TRIGGER listing_counts_for_atlas_delete ON listing;
DROP FUNCTION count_for_atlas();
DROP FUNCTION rebuild_atlas();
DROP FUNCTION atlas_marks(text[], text[], text, text[], text[], text[], text[], text, date);
DROP TABLE atlas_count;
