CREATE TABLE service (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL CONSTRAINT service_id_is_unique UNIQUE
    CONSTRAINT service_id_is_kebab CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(id) <= 100),
  kind text NOT NULL CONSTRAINT service_kind_is_known CHECK (kind IN ('helpline', 'official_service', 'youth_led', 'ai_driven')),
  name text NOT NULL CONSTRAINT service_name_length CHECK (length(name) BETWEEN 1 AND 200),
  name_en text NOT NULL DEFAULT '' CONSTRAINT service_name_en_length CHECK (length(name_en) <= 200),
  organization text NOT NULL DEFAULT '' CONSTRAINT service_organization_length CHECK (length(organization) <= 300),
  operator_type text NOT NULL DEFAULT 'unknown' CONSTRAINT service_operator_type_is_known CHECK (operator_type IN
    ('government', 'ngo', 'company', 'school_or_university', 'youth_group', 'international', 'individual', 'unknown')),
  summary text NOT NULL DEFAULT '' CONSTRAINT service_summary_length CHECK (length(summary) <= 280),
  translations jsonb NOT NULL DEFAULT '{}' CONSTRAINT service_translations_is_object CHECK (jsonb_typeof(translations) = 'object'),
  website text CONSTRAINT service_website_is_web_address CHECK (website ~ '^https?://[^\s]+$' AND length(website) <= 2000),
  languages text[] NOT NULL DEFAULT '{}' CONSTRAINT service_languages_are_bcp_47 CHECK (every_matches(languages, '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$')),
  topics text[] NOT NULL DEFAULT '{}' CONSTRAINT service_topics_are_known CHECK (topics <@ ARRAY[
    'abuse_violence', 'sexual_abuse', 'online_sexual_exploitation', 'image_removal', 'bullying', 'mental_health',
    'suicide_self_harm', 'family', 'relationships', 'missing_runaway', 'trafficking', 'discrimination', 'lgbtqi', 'school',
    'substance_use', 'legal_rights', 'online_safety', 'harmful_content_report', 'gaming_screen_time', 'basic_needs',
    'health_body', 'harmful_practices', 'child_labour', 'disability', 'general_support']),
  audiences text[] NOT NULL DEFAULT '{}' CONSTRAINT service_audiences_are_known CHECK (audiences <@ ARRAY['child', 'young_person', 'carer', 'professional']),
  min_age smallint CONSTRAINT service_min_age_range CHECK (min_age BETWEEN 0 AND 120),
  max_age smallint CONSTRAINT service_max_age_range CHECK (max_age BETWEEN 0 AND 120),
  cost text NOT NULL DEFAULT 'unknown' CONSTRAINT service_cost_is_known CHECK (cost IN ('free', 'charged', 'unknown')),
  privacy text NOT NULL DEFAULT 'unknown' CONSTRAINT service_privacy_is_known CHECK (privacy IN ('anonymous', 'confidential', 'identified', 'unknown')),
  location geometry(Point, 4326) CONSTRAINT service_location_is_on_earth CHECK (location IS NULL OR is_on_earth(location)),
  location_precision text NOT NULL DEFAULT 'none' CONSTRAINT service_location_precision_is_known CHECK (location_precision IN ('address', 'city', 'country', 'none')),
  city text NOT NULL DEFAULT '' CONSTRAINT service_city_length CHECK (length(city) <= 200),
  visitable boolean NOT NULL DEFAULT false,
  address_confidential boolean NOT NULL DEFAULT false,
  ai jsonb CONSTRAINT service_ai_is_object CHECK (jsonb_typeof(ai) = 'object'),
  youth jsonb CONSTRAINT service_youth_is_object CHECK (jsonb_typeof(youth) = 'object'),
  status text NOT NULL DEFAULT 'draft' CONSTRAINT service_status_is_known CHECK (status IN
    ('draft', 'in_review', 'published', 'update_pending', 'paused', 'closed', 'rejected', 'merged')),
  merged_into text CONSTRAINT service_merged_into_is_service REFERENCES service (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  verified_on date,
  next_check_due date,
  CONSTRAINT service_ages_in_order CHECK (min_age <= max_age),
  -- the shelter whose address may be withheld has no point at all: what is not stored cannot leak
  CONSTRAINT service_confidential_address_has_no_point CHECK (
    NOT address_confidential OR (location IS NULL AND location_precision <> 'address' AND NOT visitable)),
  CONSTRAINT service_visitable_has_point CHECK (NOT visitable OR location IS NOT NULL),
  CONSTRAINT service_precision_needs_point CHECK (location IS NULL OR location_precision <> 'none'),
  CONSTRAINT service_merged_says_into CHECK ((status = 'merged') = (merged_into IS NOT NULL))
);
CREATE INDEX service_status ON service (status) WHERE status NOT IN ('published', 'update_pending');
CREATE INDEX service_merged_into ON service (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX service_next_check_due ON service (next_check_due);

CREATE TABLE channel (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_key bigint NOT NULL CONSTRAINT channel_service_exists REFERENCES service ON DELETE CASCADE,
  position smallint NOT NULL DEFAULT 0,
  type text NOT NULL CONSTRAINT channel_type_is_known CHECK (type IN
    ('phone', 'sms', 'whatsapp', 'other_messenger', 'webchat', 'video', 'email', 'web_form', 'app', 'peer_forum', 'in_person', 'post',
     'chatbot', 'reporting_portal')),
  value text NOT NULL CONSTRAINT channel_value_length CHECK (length(value) BETWEEN 1 AND 2000),
  e164 text CONSTRAINT channel_e164_is_e164 CHECK (e164 ~ '^\+[1-9][0-9]{5,14}$'),
  label text NOT NULL DEFAULT '' CONSTRAINT channel_label_length CHECK (length(label) <= 200),
  hours text CONSTRAINT channel_hours_length CHECK (length(hours) BETWEEN 1 AND 500),
  timezone text CONSTRAINT channel_timezone_is_iana CHECK (timezone ~ '^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$'),
  languages text[] NOT NULL DEFAULT '{}' CONSTRAINT channel_languages_are_bcp_47 CHECK (every_matches(languages, '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$')),
  free text NOT NULL DEFAULT 'unknown' CONSTRAINT channel_free_is_known CHECK (free IN ('yes', 'no', 'unknown')),
  on_phone_bill text NOT NULL DEFAULT 'unknown' CONSTRAINT channel_on_phone_bill_is_known CHECK (on_phone_bill IN ('yes', 'no', 'unknown')),
  account_needed text NOT NULL DEFAULT 'unknown' CONSTRAINT channel_account_needed_is_known CHECK (account_needed IN ('yes', 'no', 'unknown')),
  works_from_abroad text NOT NULL DEFAULT 'unknown' CONSTRAINT channel_works_from_abroad_is_known CHECK (works_from_abroad IN ('yes', 'no', 'unknown')),
  answered_by text NOT NULL DEFAULT 'unknown' CONSTRAINT channel_answered_by_is_known CHECK (answered_by IN ('human', 'ai', 'both', 'unknown')),
  linkable boolean NOT NULL DEFAULT false
);
CREATE INDEX channel_service_key ON channel (service_key, position);

CREATE TABLE coverage (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_key bigint NOT NULL CONSTRAINT coverage_service_exists REFERENCES service ON DELETE CASCADE,
  type text NOT NULL CONSTRAINT coverage_type_is_known CHECK (type IN ('worldwide', 'country', 'subdivision', 'area')),
  code text,
  shape geometry(MultiPolygon, 4326),
  CONSTRAINT coverage_code_fits_type CHECK (CASE type
    WHEN 'country' THEN coalesce(code ~ '^[A-Z]{2}$', false)
    WHEN 'subdivision' THEN coalesce(code ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$', false)
    ELSE code IS NULL END),
  CONSTRAINT coverage_shape_fits_type CHECK ((type = 'area') = (shape IS NOT NULL)),
  CONSTRAINT coverage_shape_is_on_earth CHECK (shape IS NULL OR is_on_earth(shape)),
  CONSTRAINT coverage_shape_is_small CHECK (shape IS NULL OR ST_NPoints(shape) <= 10000)
);
CREATE UNIQUE INDEX coverage_once ON coverage (service_key, type, coalesce(code, ''));
CREATE INDEX coverage_shape ON coverage USING gist (shape) WHERE shape IS NOT NULL;

CREATE TABLE source (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_key bigint NOT NULL CONSTRAINT source_service_exists REFERENCES service ON DELETE CASCADE,
  position smallint NOT NULL DEFAULT 0,
  url text NOT NULL CONSTRAINT source_url_is_web_address CHECK (url ~ '^https?://[^\s]+$' AND length(url) <= 2000),
  seen text NOT NULL DEFAULT '' CONSTRAINT source_seen_length CHECK (length(seen) <= 500),
  seen_on text NOT NULL DEFAULT '' CONSTRAINT source_seen_on_length CHECK (length(seen_on) <= 100)
);
CREATE INDEX source_service_key ON source (service_key, position);

CREATE TABLE service_check (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_key bigint NOT NULL CONSTRAINT service_check_service_exists REFERENCES service ON DELETE CASCADE,
  channel_key bigint CONSTRAINT service_check_channel_exists REFERENCES channel ON DELETE CASCADE,
  level smallint NOT NULL CONSTRAINT service_check_level_range CHECK (level BETWEEN 0 AND 4),
  method text NOT NULL CONSTRAINT service_check_method_is_word CHECK (method ~ '^[a-z_]{1,40}$'),
  evidence_url text CONSTRAINT service_check_evidence_url_is_web_address CHECK (evidence_url ~ '^https?://[^\s]+$' AND length(evidence_url) <= 2000),
  checked_on date NOT NULL,
  by_role text NOT NULL CONSTRAINT service_check_by_role_is_known CHECK (by_role IN ('seed', 'submitter', 'operator', 'moderator', 'lead', 'system')),
  next_due date,
  CONSTRAINT service_check_due_later CHECK (next_due > checked_on)
);
CREATE INDEX service_check_service_key ON service_check (service_key, checked_on DESC, level DESC);
CREATE INDEX service_check_channel_key ON service_check (channel_key) WHERE channel_key IS NOT NULL;

-- A public service one cannot reach, or that serves nowhere, is a mistake: refused when the transaction ends.
CREATE FUNCTION refuse_unreachable_service() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked_key bigint;
  checked_id text;
BEGIN
  IF TG_TABLE_NAME = 'service' THEN
    checked_key := NEW.key;
  ELSE
    checked_key := OLD.service_key;
  END IF;
  SELECT id INTO checked_id FROM service WHERE key = checked_key AND status IN ('published', 'update_pending');
  IF checked_id IS NULL THEN
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM channel WHERE service_key = checked_key) THEN
    RAISE check_violation USING MESSAGE = format('service %s is public and has no channel', checked_id),
      CONSTRAINT = 'service_has_channel', TABLE = 'service';
  END IF;
  IF NOT EXISTS (SELECT FROM coverage WHERE service_key = checked_key) THEN
    RAISE check_violation USING MESSAGE = format('service %s is public and covers nothing', checked_id),
      CONSTRAINT = 'service_has_coverage', TABLE = 'service';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER service_is_reachable AFTER INSERT OR UPDATE OF status ON service
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('published', 'update_pending'))
  EXECUTE FUNCTION refuse_unreachable_service();
CREATE CONSTRAINT TRIGGER channel_was_not_last AFTER DELETE OR UPDATE OF service_key ON channel
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unreachable_service();
CREATE CONSTRAINT TRIGGER coverage_was_not_last AFTER DELETE OR UPDATE OF service_key ON coverage
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unreachable_service();
