-- All that visitors' requests can see. They run as popmap_public, which has no right to anything else.
CREATE VIEW public_service AS SELECT * FROM listing;

CREATE VIEW public_channel AS
  SELECT c.* FROM channel c JOIN listing l ON l.key = c.service_key JOIN service s ON s.key = c.service_key
  WHERE NOT (s.address_confidential AND c.type IN ('in_person', 'post'));
CREATE VIEW public_coverage AS
  SELECT c.* FROM coverage c JOIN listing l ON l.key = c.service_key;
CREATE VIEW public_source AS
  SELECT o.* FROM source o JOIN listing l ON l.key = o.service_key;
CREATE VIEW public_check AS
  SELECT k.* FROM service_check k JOIN listing l ON l.key = k.service_key;

CREATE VIEW public_country_fact AS SELECT * FROM country_fact;
CREATE VIEW public_emergency_number AS SELECT * FROM emergency_number WHERE confidence <> 'low';
CREATE VIEW public_harmonised_number AS SELECT * FROM harmonised_number WHERE confidence <> 'low';

-- A version is public when the record is public now and was public then.
CREATE VIEW public_version AS
  SELECT v.record_type, v.record_id, v.number, v.at, v.by_role, v.reason, v.source, v.body
  FROM record_version v
  WHERE CASE v.record_type
    WHEN 'service' THEN v.body ->> 'status' IN ('published', 'update_pending')
      AND (v.body ->> 'address_confidential')::boolean IS NOT TRUE
      AND EXISTS (SELECT FROM listing l WHERE l.id = v.record_id)
    WHEN 'country_fact' THEN EXISTS (SELECT FROM country_fact f WHERE f.id = v.record_id)
    WHEN 'emergency_number' THEN v.body ->> 'confidence' <> 'low'
      AND EXISTS (SELECT FROM emergency_number e WHERE e.id = v.record_id AND e.confidence <> 'low')
    WHEN 'harmonised_number' THEN v.body ->> 'confidence' <> 'low'
      AND EXISTS (SELECT FROM harmonised_number h WHERE h.id = v.record_id AND h.confidence <> 'low')
    ELSE false END;

GRANT SELECT ON public_service, public_channel, public_coverage, public_source, public_check, public_country_fact,
  public_emergency_number, public_harmonised_number, public_version, cell, area, area_part, place, place_name, catalogue_revision
  TO popmap_public;
