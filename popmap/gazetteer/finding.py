"""Finds places by name: towns, subdivisions and countries, in any script, also misspelt.

Names are compared folded. Equal ones come first, those written as typed ahead (José is not Jose), then those that begin
with what was typed or are it but for two swapped letters, then countries nearly typed (``misspelt``) and similar names
(trigrams); among equals the more people, and of namesakes the country before the town before its region (weights are
set at loading). "Paris, Texas" and "paris texas" narrow by what follows the name. What a place is called in an answer
follows the visitor's language as far as the sources know it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any, Final, Literal

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from popmap.gazetteer.filling import COUNTRY_LEAD, SUBDIVISION_LAG
from popmap.gazetteer.folding import folded, folded_all
from popmap.gazetteer.misspelt import countries_like, slips
from popmap.gazetteer.names import COUNTRIES, country_codes, country_name, usual_names
from popmap.gazetteer.towns import in_letters_of
from popmap.geo import BBox
from popmap.saved import Saved, SavedPlace

Kind = Literal["town", "subdivision", "country"]
Likeness = Literal["same", "begins", "similar"]

_LONGEST: Final = 100
_SHORTEST_FUZZY: Final = 4
_LEAST_SHORTENED: Final = 5
_CANDIDATES: Final = 40
_NAMESAKES: Final = 400
_AS_WRITTEN: Final = 1.0
"""In weights: whoever types an accent means it, unless the namesake without it has ten times the people."""
_LONGEST_SWAPPED: Final = 30
_SLIP: Final = 0.5
"""In weights: what two swapped letters cost against a name that begins with what was typed."""
_NEARLY_TYPED: Final = 2.0
"""In the scores of similar names, which are lower: a country but for a slip of the fingers comes before them."""
_SIMILAR: Final = 0.42
_WEIGHT_IN_SIMILARITY: Final = 0.06
_KNOWN_PLACE: Final = 4.7  # 50,000 people
_FEW_SIGNS: Final = re.compile("[\u3400-\u9fff]{2,3}")
"""Names in Chinese signs that are too short for trigrams: there one sign may be another, of a large city's name."""
_MANY_PEOPLE: Final = 1_000_000
_LEAST_WEIGHT: Final = {2: 5.5, 3: 5.0}
"""What so few letters may be the beginning of: a whole alphabet of villages helps nobody, and takes long to sort."""

_LIKENESS: Final[tuple[Likeness, ...]] = ("same", "begins", "similar")
"""By the first half of a rank; a name but for two swapped letters "begins" too: both may well have been meant."""

_INITIALS: Final = re.compile(r"\w(?: \w)+")
_SEPARATORS: Final = str.maketrans("،，、;", ",,,,")


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A place as an answer: ``id`` like ``country:MA``, ``subdivision:US-AZ``, ``town:2553604``; ``label`` is exact.

    ``country`` is an ISO code, ``subdivision`` an ISO code or None; ``lon``, ``lat`` are degrees, where a label would
    stand; ``bbox`` is that of an area (it may cross 180 degrees), None for a town. ``likeness`` is that of the text it
    was found by: what is only similar is a guess, and must not be told as if it had been said. ``is_own_name``: it was
    found by the name it bears itself, not by another that people give it; ``people`` live there, 0: not known.
    ``is_nearly``: its name is not what was typed, but is with a slip of the fingers mended, or with more words behind.
    """

    id: str
    kind: Kind
    name: str
    label: str
    country: str
    subdivision: str | None
    lon: float | None
    lat: float | None
    bbox: BBox | None = None
    likeness: Likeness = "same"
    is_own_name: bool = False
    people: int = 0
    is_nearly: bool = False


@dataclass(frozen=True, slots=True)
class _Match:
    """A name that fits: which place, how well (lower ``rank`` first), the name that did, and its ``weight``."""

    place_id: int | None
    area_code: str | None
    name: str
    rank: tuple[int, float]
    weight: float = 0.0

    @property
    def likeness(self) -> Likeness:
        """How like the text the name is. A country's code is none of its names, but for the few that people use."""
        code = self.area_code or ""
        is_code = len(code) == 2 and self.name in country_codes(code) and self.name not in usual_names().get(code, ())
        return "begins" if is_code and self.rank[0] == 0 else _LIKENESS[self.rank[0]]


@singledispatch
def find(session: Session, text: str, *, lang: str, limit: int = 10) -> list[PlaceHit]:
    """The places a text may name, the likeliest first; an empty list when nothing is like it."""
    whole = folded(text[:_LONGEST])
    name, *context = _parts(text)
    matches = _matches(session, name, [part for part in context if part]) if name else []
    matches = [_led_by_spelling(match, text) for match in matches]
    if whole != name:  # a comma may be part of the name, as in "Bonaire, Sint Eustatius and Saba"
        matches += _equal_or_beginning(session, whole)
    best: dict[tuple[int | None, str | None], _Match] = {}
    for match in sorted(matches, key=lambda match: match.rank):
        best.setdefault((match.place_id, match.area_code), match)
    return _hits(session, list(best.values())[:limit], lang, typed=name)


@singledispatch
def resolve(session: Session, id: str, *, lang: str = "en") -> PlaceHit | None:  # noqa: A002 - the public name of it
    """The place with this id, named in that language; None if there is none."""
    kind, _, code = id.partition(":")
    if kind == "town":
        key = int(code) if code.isascii() and code.isdigit() and len(code) < 16 else 0
        match = _Match(key, None, "", (0, 0.0))
    elif kind in ("country", "subdivision") and (kind == "country") == (len(code) == 2):
        match = _Match(None, code, "", (0, 0.0))
    else:
        return None
    return next(iter(_hits(session, [match], lang)), None)


@singledispatch
def subdivision_name(session: Session, code: str, lang: str) -> str:
    """What a subdivision is called in that language; the code itself if it is not known."""
    names = session.scalar(text("SELECT names FROM area WHERE code = :code"), {"code": code})
    return _name(names or {}, lang) or code


def subdivision_names(session: Session, codes: Sequence[str], lang: str) -> dict[str, str]:
    """The names of these subdivisions in that language, by code; those that are not known are left out."""
    found = session.execute(text("SELECT code, names FROM area WHERE code = ANY (:codes)"), {"codes": list(codes)})
    return {row.code: name for row in found if (name := _name(row.names or {}, lang))}


def parts_of(text: str) -> list[str]:
    """The text's parts between commas as they were typed, without empty ones."""
    return [part.strip() for part in text[:_LONGEST].translate(_SEPARATORS).split(",") if folded(part)]


def _parts(text: str) -> list[str]:
    """What stands between the commas, folded; the letters of "U.K." and "U. S. A." as one word."""
    parts = [folded(part) for part in text[:_LONGEST].translate(_SEPARATORS).split(",")]
    return [part.replace(" ", "") if _INITIALS.fullmatch(part) else part for part in parts]


def _matches(session: Session, name: str, context: Sequence[str]) -> list[_Match]:
    if context:
        return _within(session, name, _areas(session, context[-1:]))
    matches = _equal_or_beginning(session, name) or _with_context_unmarked(session, name)
    if len(name) < _SHORTEST_FUZZY:
        return matches or (_one_sign_off(session, name) if _FEW_SIGNS.fullmatch(name) else [])
    known = [match for match in matches if -match.rank[1] >= _KNOWN_PLACE]
    if all(match.rank[0] for match in known):
        matches += _swapped(session, name)
    if not any(match.rank[0] == 0 and len(match.area_code or "") == 2 for match in matches):
        matches += [_Match(None, code, called, (2, -_NEARLY_TYPED)) for code, called in countries_like(name)]
    return matches if known else [*matches, *_similar(session, name)]


def _led_by_spelling(match: _Match, typed: str) -> _Match:
    """The match, ahead of its namesakes where it is written as typed: only accents and other scripts tell anything."""
    written = typed.translate(_SEPARATORS).split(",")[0].strip()
    if match.rank[0] or written.isascii() or match.name.casefold() != written.casefold():
        return match
    return replace(match, rank=(0, match.rank[1] - _AS_WRITTEN))


def _equal_or_beginning(session: Session, name: str) -> list[_Match]:
    longer = name + "%" if len(name) > 1 or not name.isascii() else ""  # folding leaves nothing that LIKE could mistake
    least = _LEAST_WEIGHT.get(len(name), 0.0) if name.isascii() else 0.0
    found = session.execute(_BY_NAME, {"name": name, "prefix": longer, "least": least, "limit": _CANDIDATES})
    return _matched(found)


def _matched(rows: Iterable[Any], lag: float = 0.0) -> list[_Match]:
    """Rows with their tier and weight as matches; ``lag`` puts them behind others of their tier."""
    return [_Match(row.place_id, row.area_code, row.name, (row.tier, lag - row.weight), row.weight) for row in rows]


def _similar(session: Session, name: str) -> list[_Match]:
    values = {"name": name, "least": _SIMILAR, "share": _WEIGHT_IN_SIMILARITY, "limit": _CANDIDATES}
    found = session.execute(_BY_SIMILARITY, values)
    return [_Match(row.place_id, row.area_code, row.name, (2, -row.score)) for row in found]


def _one_sign_off(session: Session, name: str) -> list[_Match]:
    """Large cities whose name this is but for one sign."""
    likes = [name[:at] + "_" + name[at + 1 :] for at in range(len(name))]
    found = session.execute(_BY_SIGNS, {"likes": likes, "people": _MANY_PEOPLE, "limit": _CANDIDATES})
    return [_Match(row.place_id, None, row.name, (2, -row.weight)) for row in found]


def _swapped(session: Session, name: str) -> list[_Match]:
    """Places whose name this is but for two neighbouring letters: of short names trigrams see nothing alike."""
    letters = name[:_LONGEST_SWAPPED]
    swapped = {letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :] for at in range(len(letters) - 1)}
    found = session.execute(_BY_NAMES, {"names": sorted(swapped - {name}), "limit": _CANDIDATES})
    return _matched(found, _SLIP)


def _areas(session: Session, names: Iterable[str]) -> list[str]:
    """Codes of the countries and subdivisions with one of these folded names."""
    return list(session.scalars(_AREAS_NAMED, {"names": list(names)}))


def _within(session: Session, name: str, areas: Sequence[str]) -> list[_Match]:
    """Towns of that name in these areas, or that begin with it; similar ones if there are none."""
    values = {"name": name, "prefix": name + "%", "areas": list(areas), "limit": _NAMESAKES}
    found = session.execute(_BY_NAME_WITHIN, values)
    matches = _matched(found)
    return matches or (_similar(session, name) if len(name) >= _SHORTEST_FUZZY else [])


def _with_context_unmarked(session: Session, name: str) -> list[_Match]:
    """Matches for "paris texas": the last words name an area, the others a town in it."""
    words = name.split(" ")
    splits = {" ".join(words[count:]): " ".join(words[:count]) for count in range(1, len(words))}
    found = session.execute(_AREAS_BY_NAME, {"names": list(splits)}).all() if splits else []
    for area_name in sorted({row.folded for row in found}, key=len, reverse=True):
        areas = [row.area_code for row in found if row.folded == area_name]
        values = {"name": splits[area_name], "prefix": "", "areas": areas, "limit": _NAMESAKES}
        if rows := session.execute(_BY_NAME_WITHIN, values).all():
            return _matched(rows)
    return []


def _hits(session: Session, matches: Sequence[_Match], lang: str, typed: str = "") -> list[PlaceHit]:
    ids = [match.place_id for match in matches if match.place_id]
    codes = [match.area_code for match in matches if match.area_code]
    towns = {row.id: row for row in session.execute(_TOWNS, {"ids": ids})} if ids else {}
    areas = {row.code: row for row in session.execute(_AREAS, {"codes": codes})} if codes else {}
    hits = []
    for match in matches:
        if town := towns.get(match.place_id):
            hit = _town_hit(town, match.name, lang)
            own = (town.name, *town.names.values())
        elif area := areas.get(match.area_code):
            hit = replace(_area_hit(area, lang), people=_people(area.kind, match.weight))
            own = tuple((area.names or {}).values())
        else:
            continue
        is_own_name = match.rank[0] == 0 and folded(match.name) in folded_all(own)
        is_nearly = match.likeness != "same" and _is_nearly(typed, folded(match.name))
        hits.append(replace(hit, likeness=match.likeness, is_own_name=is_own_name, is_nearly=is_nearly))
    return hits


def _is_nearly(typed: str, name: str) -> bool:
    """Whether a name is what was typed with a slip mended, or with more words: Ho Chi Minh is short for the City."""
    is_shortened = len(typed) >= _LEAST_SHORTENED and name.startswith(f"{typed} ")
    return is_shortened or (slips(typed, name) is not None)


def _people(kind: str, weight: float) -> int:
    """How many people a weight stands for, as it was made at loading; 0 where there is none."""
    lead = {"country": COUNTRY_LEAD, "subdivision": SUBDIVISION_LAG}.get(kind, 0.0)
    return round(10 ** (weight - lead)) if weight else 0


def _town_hit(row: Row[Any], matched: str, lang: str) -> PlaceHit:
    name = row.names.get(lang) or (matched if in_letters_of(matched, lang) else row.name)
    region = _name(row.subdivision_names or {}, lang)
    return PlaceHit(
        id=f"town:{row.id}",
        kind="town",
        name=name,
        label=_label((name, region, country_name(row.country, lang)), lang),
        country=row.country,
        subdivision=row.subdivision,
        lon=row.lon,
        lat=row.lat,
        people=row.population,
    )


def _area_hit(row: Row[Any], lang: str) -> PlaceHit:
    country = row.code[:2]
    if row.kind == "country":
        name = label = country_name(country, lang) if country in COUNTRIES else row.code
    else:
        name = _name(row.names, lang)
        label = _label((name, country_name(country, lang)), lang)
    return PlaceHit(
        id=f"{row.kind}:{row.code}",
        kind=row.kind,
        name=name,
        label=label,
        country=country,
        subdivision=row.code if row.kind == "subdivision" else None,
        lon=row.lon,
        lat=row.lat,
        bbox=BBox(row.west, row.south, row.east, row.north) if row.west is not None else None,
    )


def _name(names: Mapping[str, str], lang: str) -> str:
    return names.get(lang) or names.get("en") or ""


def _label(parts: Iterable[str], lang: str) -> str:
    """The parts that say something new, from small to big, with the comma of the language."""
    comma = {"ar": "، ", "zh": "，"}.get(lang, ", ")
    return comma.join(dict.fromkeys(part for part in parts if part))


# ── while the database is away: the large places of the saved copy, by what their names are or begin with ────────────


@find.register
def _find_saved(saved: Saved, text: str, *, lang: str, limit: int = 10) -> list[PlaceHit]:
    name, *context = _parts(text)
    ranked = [
        ((tier, -place.weight), place)
        for place in saved.copy.places.values()
        if name and (tier := _saved_tier(place, name)) is not None
    ]
    ranked.sort(key=lambda found: found[0])
    if not any(tier == 0 and place.kind == "country" for (tier, _), place in ranked):
        nearly = [saved.copy.places.get(f"country:{code}") for code, _ in countries_like(name)]
        ranked += [((2, 0.0), place) for place in nearly if place]
    hits = [
        replace(
            _saved_hit(place, lang),
            likeness=_LIKENESS[tier],
            is_own_name=_is_own_name(place, name),
            is_nearly=tier > 0 and any(_is_nearly(name, one) for one in place.folded),
        )
        for (tier, _), place in ranked
    ]
    return [hit for hit in hits if all(part in folded(hit.label) for part in context)][:limit]


@resolve.register
def _resolve_saved(saved: Saved, id: str, *, lang: str = "en") -> PlaceHit | None:  # noqa: A002 - as in the rule
    place = saved.copy.places.get(id)
    return _saved_hit(place, lang) if place else None


@subdivision_name.register
def _saved_subdivision_name(saved: Saved, code: str, lang: str) -> str:
    place = saved.copy.places.get(f"subdivision:{code}")
    return _name(place.names, lang) if place else code


def _saved_tier(place: SavedPlace, name: str) -> int | None:
    if name in place.folded:
        return 0
    return 1 if len(name) > 1 and any(one.startswith(name) for one in place.folded) else None


def _is_own_name(place: SavedPlace, name: str) -> bool:
    return name in folded_all((place.name, *place.names.values()))


def _saved_hit(place: SavedPlace, lang: str) -> PlaceHit:
    of_country = country_name(place.country, lang) if place.country in COUNTRIES else place.country
    name = of_country if place.kind == "country" else place.names.get(lang) or _name(place.names, lang) or place.name
    parts = (name,) if place.kind == "country" else (name, _name(place.region_names, lang), of_country)
    box = None if place.bbox is None or place.bbox[0] is None else BBox(*place.bbox)
    kind: Kind = place.kind  # type: ignore[assignment]  # written from the gazetteer's own
    hit = PlaceHit(
        place.id, kind, name, _label(parts, lang), place.country, place.subdivision, place.lon, place.lat, box
    )
    return replace(hit, people=_people(place.kind, place.weight))


_BY_NAME: Final = text("""
    (SELECT place_id, area_code, name, weight, 0 AS tier FROM place_name
     WHERE folded = :name ORDER BY weight DESC LIMIT :limit)
    UNION ALL
    (SELECT place_id, area_code, name, weight, 1 AS tier FROM place_name
     WHERE folded LIKE :prefix AND folded <> :name AND weight >= :least ORDER BY weight DESC LIMIT :limit)
""")

_BY_NAMES: Final = text("""
    SELECT place_id, area_code, name, weight, 1 AS tier FROM place_name
    WHERE folded = ANY(:names) ORDER BY weight DESC LIMIT :limit
""")

# from the few large cities to their names: the other way round all names of the world would be read
_BY_SIGNS: Final = text("""
    WITH large AS MATERIALIZED (SELECT id FROM place WHERE population >= :people)
    SELECT place_id, name, weight FROM large CROSS JOIN LATERAL (
      SELECT place_id, name, weight FROM place_name
      WHERE place_id = large.id AND folded LIKE ANY(:likes) OFFSET 0) AS named
    ORDER BY weight DESC LIMIT :limit
""")

_BY_NAME_WITHIN: Final = text("""
    SELECT place_id, area_code, named.name, weight, (folded <> :name)::int AS tier
    FROM place_name named LEFT JOIN place ON place.id = place_id
    WHERE (folded = :name OR folded LIKE :prefix)
      AND (place.country = ANY(:areas) OR place.subdivision = ANY(:areas)
        OR split_part(area_code, '-', 1) = ANY(:areas))
    ORDER BY tier, weight DESC LIMIT :limit
""")

_BY_SIMILARITY: Final = text("""
    SELECT place_id, area_code, name, similarity(folded, :name) + :share * weight AS score
    -- the index answers the operator, at the extension's own threshold (0.3): setting another would need a statement
    -- before, and outside a transaction that one is forgotten by now
    FROM place_name WHERE folded % :name AND similarity(folded, :name) >= :least ORDER BY score DESC LIMIT :limit
""")

_AREAS_NAMED: Final = text("""
    SELECT DISTINCT area_code FROM place_name WHERE folded = ANY(:names) AND area_code IS NOT NULL
""")

_AREAS_BY_NAME: Final = text("""
    SELECT folded, area_code FROM place_name WHERE folded = ANY(:names) AND area_code IS NOT NULL
""")

_TOWNS: Final = text("""
    SELECT place.id, place.name, place.names, trim(country) AS country, subdivision, population,
        area.names AS subdivision_names, ST_X(point) AS lon, ST_Y(point) AS lat
    FROM place LEFT JOIN area ON area.code = subdivision WHERE place.id = ANY(:ids)
""")

_AREAS: Final = text("""
    SELECT code, kind, names, ST_X(label_point) AS lon, ST_Y(label_point) AS lat,
        coalesce(halves.west, ST_XMin(shape)) AS west, ST_YMin(shape) AS south,
        coalesce(halves.east, ST_XMax(shape)) AS east, ST_YMax(shape) AS north
    FROM area LEFT JOIN LATERAL (
        -- a country on both sides of 180 degrees: from its west in the eastern half to its east in the western half
        SELECT min(ST_XMin(geom)) FILTER (WHERE ST_XMin(geom) > 0) AS west,
            max(ST_XMax(geom)) FILTER (WHERE ST_XMax(geom) < 0) AS east
        FROM ST_Dump(shape) HAVING bool_and(ST_XMax(geom) - ST_XMin(geom) < 180)
    ) halves ON ST_XMax(shape) - ST_XMin(shape) > 300
    WHERE code = ANY(:codes)
""")
