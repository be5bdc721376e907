DROP INDEX listing_most_local;
