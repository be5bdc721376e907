DROP VIEW service_body;
DROP TRIGGER service_takes_down_listing ON service;
DROP FUNCTION refresh_listing(bigint[]);
DROP VIEW listing_row;
DROP TABLE listing, cell;
DROP FUNCTION take_down_listing();
DROP FUNCTION count_in_cells();
DROP FUNCTION mercator_x(geometry);
DROP FUNCTION mercator_y(geometry);
