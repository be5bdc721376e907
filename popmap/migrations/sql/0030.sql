-- The extent of a shape says nothing of a corner that is no number, nor of an outline that crosses itself; PostGIS answers what a
-- service covers from such a shape wrongly, or not at all. People's areas were checked before; those that were made up for load tests
-- cross themselves at 180 degrees.
UPDATE coverage SET shape = ST_Multi(ST_CollectionExtract(ST_MakeValid(shape), 3)) WHERE NOT ST_IsValid(shape);
ALTER TABLE coverage ADD CONSTRAINT coverage_shape_is_valid CHECK (shape IS NULL OR ST_IsValid(shape));

-- The blanks of every script, as Python's strip() knows them.
ALTER TABLE service ADD CONSTRAINT service_name_not_blank
  CHECK (name ~ '[^\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]');
