DROP TRIGGER listing_forgets_lines ON listing;
DROP FUNCTION forget_lines();
DROP TABLE listing_line;
