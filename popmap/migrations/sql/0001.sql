CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA public;

-- Roles belong to the cluster, not to one database: another database, or another process just now, may have made it.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'popmap_public') THEN
    CREATE ROLE popmap_public LOGIN NOINHERIT;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE insufficient_privilege USING MESSAGE = format(
      'role popmap_public is missing and %I may not create it; an administrator can: CREATE ROLE popmap_public LOGIN; GRANT popmap_public TO %I',
      current_user, current_user);
END $$;

DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'popmap_public', 'MEMBER') THEN
    EXECUTE format('GRANT popmap_public TO %I', current_user);
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE insufficient_privilege USING MESSAGE = format(
    '%I may not become popmap_public; an administrator can: GRANT popmap_public TO %I', current_user, current_user);
END $$;

GRANT USAGE ON SCHEMA public TO popmap_public;

-- One spelling for every way of writing a name: case, accents, marks, presentation forms, the variants of Arabic letters
-- (hamza, alef, ya, ta marbuta, Persian and Urdu keyboards), digits of other scripts, runs of space.
-- IMMUTABLE because the dictionary is named: only so may it stand in an index.
CREATE FUNCTION fold(given text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  folded text;
BEGIN
  IF octet_length(given) = length(given) THEN
    RETURN btrim(regexp_replace(lower(given COLLATE "C"), '\s+', ' ', 'g'));
  END IF;
  folded := regexp_replace(normalize(lower(given COLLATE "und-x-icu"), NFKD),
    '[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06ED\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]',
    '', 'g');
  folded := public.unaccent('public.unaccent'::regdictionary, normalize(folded, NFKC));
  IF folded ~ '[\u0600-\u06FFʻʼ’‘`´]' THEN  -- translate() is slow: only where there is something to translate
    folded := translate(folded, 'ٱىیۍېےةہەھکڪۀ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹ʻʼ’‘`´',
      'ايييييههههككه01234567890123456789''''''''''''');
  END IF;
  RETURN btrim(regexp_replace(folded, '\s+', ' ', 'g'));
END $$;

-- Whether every item of a list looks as it should: for CHECK constraints.
CREATE FUNCTION every_matches(items text[], pattern text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(bool_and(item IS NOT NULL AND item ~ pattern), true) FROM unnest(items) AS item
$$;

-- Whether a point is a place on Earth: PostGIS itself moves bad ones in silence (lat 91 becomes 89), and NaN passes "<".
CREATE FUNCTION is_on_earth(place geometry) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(NOT public.ST_IsEmpty(place)
    AND public.ST_XMin(place) BETWEEN -180 AND 180 AND public.ST_XMax(place) BETWEEN -180 AND 180
    AND public.ST_YMin(place) BETWEEN -90 AND 90 AND public.ST_YMax(place) BETWEEN -90 AND 90, false)
$$;
