-- The most local first: what serves the whole world is read in the order of the list, not sorted for every question.
CREATE INDEX listing_most_local ON listing (specificity, check_level DESC, sort_name, id);
