-- A version is public when the record is public now and was public then. Of a service whose address is withheld today
-- no version of a time when it was not is shown: the old address stands in it, and is most likely where they still are.
CREATE OR REPLACE VIEW public_version AS
  SELECT v.record_type, v.record_id, v.number, v.at, v.by_role, v.reason, v.source, v.body
  FROM record_version v
  WHERE CASE v.record_type
    WHEN 'service' THEN v.body ->> 'status' IN ('published', 'update_pending')
      AND (v.body ->> 'address_confidential')::boolean IS NOT TRUE
      AND NOT EXISTS (SELECT FROM service s WHERE s.id = v.record_id AND s.address_confidential)
      AND EXISTS (SELECT FROM listing l WHERE l.id = v.record_id)
    WHEN 'country_fact' THEN EXISTS (SELECT FROM country_fact f WHERE f.id = v.record_id)
    WHEN 'emergency_number' THEN v.body ->> 'confidence' <> 'low'
      AND EXISTS (SELECT FROM emergency_number e WHERE e.id = v.record_id AND e.confidence <> 'low')
    WHEN 'harmonised_number' THEN v.body ->> 'confidence' <> 'low'
      AND EXISTS (SELECT FROM harmonised_number h WHERE h.id = v.record_id AND h.confidence <> 'low')
    ELSE false END;
