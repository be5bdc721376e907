CREATE TABLE country_fact (
  id text PRIMARY KEY CONSTRAINT country_fact_id_is_kebab CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  country text CONSTRAINT country_fact_country_is_iso CHECK (country ~ '^[A-Z]{2}$'),
  region text NOT NULL DEFAULT '',
  type text NOT NULL CONSTRAINT country_fact_type_is_known CHECK (type IN
    ('strategy', 'plan', 'initiative', 'law', 'treaty', 'institution', 'campaign', 'training', 'training_material', 'website', 'statistic', 'meeting')),
  title text NOT NULL CONSTRAINT country_fact_title_length CHECK (length(title) BETWEEN 1 AND 300),
  title_local text NOT NULL DEFAULT '',
  reference_no text NOT NULL DEFAULT '',
  issuer text NOT NULL DEFAULT '',
  partners text[] NOT NULL DEFAULT '{}',
  audience text[] NOT NULL DEFAULT '{}',
  date_from text NOT NULL DEFAULT '' CONSTRAINT country_fact_date_from_is_date CHECK (date_from ~ '^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$'),
  date_to text NOT NULL DEFAULT '' CONSTRAINT country_fact_date_to_is_date CHECK (date_to ~ '^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$'),
  date_precision text NOT NULL DEFAULT 'unknown' CONSTRAINT country_fact_date_precision_is_known CHECK (date_precision IN ('day', 'month', 'year', 'unknown')),
  status text NOT NULL DEFAULT 'unknown' CONSTRAINT country_fact_status_is_known CHECK (status IN
    ('announced', 'adopted', 'in_force', 'completed', 'ongoing', 'unknown')),
  quantity numeric CONSTRAINT country_fact_quantity_range CHECK (quantity >= 0 AND quantity < 1e15),
  quantity_qualifier text NOT NULL DEFAULT '' CONSTRAINT country_fact_quantity_qualifier_is_known CHECK (quantity_qualifier IN
    ('', 'exact', 'more_than', 'at_least', 'about', 'cumulative')),
  unit text NOT NULL DEFAULT '',
  summary text NOT NULL DEFAULT '',
  source text NOT NULL CONSTRAINT country_fact_source_is_given CHECK (source <> ''),
  CONSTRAINT country_fact_is_somewhere CHECK (country IS NOT NULL OR region <> ''),
  CONSTRAINT country_fact_dates_in_order CHECK (date_from = '' OR date_to = '' OR date_from <= date_to),
  CONSTRAINT country_fact_quantity_is_qualified CHECK ((quantity IS NULL) = (quantity_qualifier = ''))
);
CREATE INDEX country_fact_country ON country_fact (country);

CREATE TABLE emergency_number (
  id text PRIMARY KEY CONSTRAINT emergency_number_id_is_kebab CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  country text NOT NULL CONSTRAINT emergency_number_country_is_iso CHECK (country ~ '^[A-Z]{2}$'),
  service text NOT NULL CONSTRAINT emergency_number_service_is_known CHECK (service IN ('all', 'police', 'ambulance', 'fire', 'child_protection')),
  number text NOT NULL CONSTRAINT emergency_number_number_is_dialled CHECK (number ~ '^\+?[0-9][0-9 -]{1,24}$'),
  note text NOT NULL DEFAULT '',
  source_url text NOT NULL CONSTRAINT emergency_number_source_url_is_web_address CHECK (source_url ~ '^https?://[^\s]+$'),
  source_seen text NOT NULL DEFAULT '',
  source_date text NOT NULL DEFAULT '',
  confidence text NOT NULL CONSTRAINT emergency_number_confidence_is_known CHECK (confidence IN ('high', 'medium', 'low'))
);
CREATE INDEX emergency_number_country ON emergency_number (country);

CREATE TABLE harmonised_number (
  id text PRIMARY KEY CONSTRAINT harmonised_number_id_is_kebab CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  number text NOT NULL CONSTRAINT harmonised_number_number_is_dialled CHECK (number ~ '^[0-9]{3,8}$'),
  purpose text NOT NULL CONSTRAINT harmonised_number_purpose_length CHECK (length(purpose) BETWEEN 1 AND 200),
  region text NOT NULL DEFAULT '',
  country text CONSTRAINT harmonised_number_country_is_iso CHECK (country ~ '^[A-Z]{2}$'),
  status text NOT NULL CONSTRAINT harmonised_number_status_is_known CHECK (status IN ('active', 'assigned', 'not_used', 'unknown')),
  operator text NOT NULL DEFAULT '',
  since text NOT NULL DEFAULT '' CONSTRAINT harmonised_number_since_is_date CHECK (since ~ '^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$'),
  source_url text NOT NULL CONSTRAINT harmonised_number_source_url_is_web_address CHECK (source_url ~ '^https?://[^\s]+$'),
  source_seen text NOT NULL DEFAULT '',
  source_date text NOT NULL DEFAULT '',
  confidence text NOT NULL CONSTRAINT harmonised_number_confidence_is_known CHECK (confidence IN ('high', 'medium', 'low')),
  CONSTRAINT harmonised_number_is_somewhere CHECK (country IS NOT NULL OR region <> '')
);
CREATE INDEX harmonised_number_country ON harmonised_number (country);
