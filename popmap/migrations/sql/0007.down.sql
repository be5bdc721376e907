REVOKE SELECT ON cell, area, area_part, place, place_name, catalogue_revision FROM popmap_public;
DROP VIEW public_version, public_harmonised_number, public_emergency_number, public_country_fact, public_check, public_source,
  public_coverage, public_channel, public_service;
