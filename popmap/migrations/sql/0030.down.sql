ALTER TABLE service DROP CONSTRAINT service_name_not_blank;
ALTER TABLE coverage DROP CONSTRAINT coverage_shape_is_valid;
