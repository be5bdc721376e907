-- Lists in their order, read from an index and not sorted for every question: all, those of one kind, and those that serve
-- the very same places. What filters them most often is in the index too, so that rows are fetched only for the page.
DROP INDEX listing_kind, listing_most_local, listing_country_codes;
CREATE INDEX listing_kind ON listing (kind, specificity, check_level DESC, sort_name, id) INCLUDE (key, topics);
CREATE INDEX listing_most_local ON listing (specificity, check_level DESC, sort_name, id) INCLUDE (key, topics);
CREATE INDEX listing_country_codes ON listing USING gin (country_codes, kind, topics);
-- A list of codes may be longer than an index can hold; by their hash the same lists stand together as well.
CREATE INDEX listing_same_reach ON listing (hash_array(coverage_codes), specificity, check_level DESC, sort_name, id)
  WHERE specificity < 4;
