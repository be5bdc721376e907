DROP INDEX listing_same_reach, listing_country_codes, listing_most_local, listing_kind;
CREATE INDEX listing_country_codes ON listing USING gin (country_codes, kind);
CREATE INDEX listing_most_local ON listing (specificity, check_level DESC, sort_name, id);
CREATE INDEX listing_kind ON listing (kind, specificity, key);
