-- Subdivisions without a shape, by their country: read from the index alone with every question for a point.
CREATE INDEX area_shapeless ON area (parent, code) WHERE NOT has_own_shape;
