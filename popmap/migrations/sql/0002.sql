CREATE TABLE area (
  code text PRIMARY KEY CONSTRAINT area_code_is_iso CHECK (code ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'),
  parent text CONSTRAINT area_parent_is_area REFERENCES area,
  kind text NOT NULL CONSTRAINT area_kind_is_known CHECK (kind IN ('country', 'subdivision')),
  names jsonb NOT NULL CONSTRAINT area_names_is_object CHECK (jsonb_typeof(names) = 'object'),
  shape geometry(MultiPolygon, 4326),
  label_point geometry(Point, 4326) CONSTRAINT area_label_point_is_on_earth CHECK (label_point IS NULL OR is_on_earth(label_point)),
  has_own_shape boolean NOT NULL DEFAULT false
);
CREATE INDEX area_parent ON area (parent);

-- The same shapes cut into small pieces: which area a point is in takes microseconds.
CREATE TABLE area_part (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL CONSTRAINT area_part_code_is_area REFERENCES area ON DELETE CASCADE,
  shape geometry(Polygon, 4326) NOT NULL
);
CREATE INDEX area_part_shape ON area_part USING gist (shape);
CREATE INDEX area_part_code ON area_part (code);

CREATE TABLE place (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  names jsonb NOT NULL DEFAULT '{}',
  country char(2) NOT NULL,
  subdivision text,
  population integer NOT NULL DEFAULT 0,
  timezone text,
  point geometry(Point, 4326) NOT NULL CONSTRAINT place_point_is_on_earth CHECK (is_on_earth(point))
);
CREATE INDEX place_point ON place USING gist (point);
CREATE INDEX place_country ON place (country, population DESC);

CREATE TABLE place_name (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  place_id bigint,
  area_code text,
  name text NOT NULL,
  folded text NOT NULL,
  weight real NOT NULL DEFAULT 0,
  CONSTRAINT place_name_names_one_thing CHECK (num_nonnulls(place_id, area_code) = 1)
);
CREATE INDEX place_name_trigrams ON place_name USING gin (folded gin_trgm_ops);
CREATE INDEX place_name_prefix ON place_name (folded text_pattern_ops);
CREATE INDEX place_name_place_id ON place_name (place_id);
CREATE INDEX place_name_area_code ON place_name (area_code);
