"""``/hsds/``: the catalogue as an HSDS 3 API, read by any Open Referral tool.

What a service looks like in the words of HSDS is said in ``popmap.hsds``; which services these are is the catalogue's
answer. Parameters that are not the standard's are refused with 422, as everywhere here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request
from marshmallow import Schema

from popmap import catalogue, hsds, inputs
from popmap.catalogue import Criteria, Selection
from popmap.errors import Fault, InputError, NotFoundError
from popmap.hsds import Thing
from popmap.inputs import hsds as asks
from popmap.web import api, database, pages, replies

PREFIX: Final = "/hsds"
NDJSON: Final = "application/x-ndjson"
MINIMAL_AT_ONCE: Final = 100_000

blueprint = Blueprint("hsds", __name__, url_prefix=PREFIX)
blueprint.after_request(api.open_to_all)

_NOTHING: Final = asks.OrganizationSchema(only=())
_SERVICES: Final = asks.ServicesOfHsdsSchema()
_PLACES: Final = asks.PlacesOfServicesSchema()
_ORGANIZATIONS: Final = asks.OrganizationsSchema()
_ORGANIZATION: Final = asks.OrganizationSchema()
_PAGES: Final = asks.PagesSchema()
_TERMS: Final = asks.TermsSchema()

Query = dict[str, Any]


@blueprint.get("/")
def about() -> Response:
    """Which version this is, and where it is described."""
    inputs.read(_NOTHING, request.args)
    said = {
        "version": hsds.VERSION,
        "profile": pages.absolute("/api/docs"),
        "openapi_url": pages.absolute(f"{PREFIX}/openapi.json"),
    }
    return replies.keep("about", lambda _: orjson.dumps(said))


@blueprint.get("/services")
def services() -> Response:
    """Services, one page at a time."""
    query: Query = inputs.read(_SERVICES, request.args)
    if query["minimal"] == "true":
        return replies.keep(_key(query), lambda session: orjson.dumps(_minimal(session, query)))
    return _listed(query, _one_of(query, hsds.full_service, hsds.short_service))


@blueprint.get("/services/<uuid>")
def service(uuid: str) -> Response:
    """One service with all that belongs to it."""
    return _alone(uuid, "service", hsds.full_service)


@blueprint.get("/service_at_locations")
def places() -> Response:
    """Services at their seats, one page at a time."""
    query: Query = inputs.read(_PLACES, request.args)
    full = query["full"] == "true"

    def shown(record: Mapping[str, Any]) -> Thing:
        return hsds.place(record, full=True) if full else hsds.place_in_list(record)

    return _listed(query, shown, seated=True)


@blueprint.get("/service_at_locations/<uuid>")
def place(uuid: str) -> Response:
    """One service at its seat, with all that belongs to it."""

    def shown(record: Mapping[str, Any]) -> Thing:
        if not record["location"]:
            raise _unknown()
        return hsds.place(record, full=True)

    return _alone(uuid, "service_at_location", shown)


@blueprint.get("/organizations")
def organizations() -> Response:
    """Organisations in the order of their names, one page at a time."""
    query: Query = inputs.read(_ORGANIZATIONS, request.args)
    words, each = query.get("search", ""), query["per_page"]
    if query["format"] == "ndjson":
        return Response(_operator_lines(database.reading_apart(), words, query), mimetype=NDJSON)

    def make(session: Any) -> bytes:
        found = catalogue.operators(session, words, limit=each, offset=(query["page"] - 1) * each)
        contents = [_operator(session, name, query) for name in found.names]
        return orjson.dumps(_page(contents, found.total, query["page"], each))

    return replies.keep(_key(query), make)


@blueprint.get("/organizations/<uuid>")
def organization(uuid: str) -> Response:
    """One organisation with its services."""
    query: Query = {**inputs.read(_ORGANIZATION, request.args), "full": "true"}

    def make(session: Any) -> bytes:
        name = catalogue.operator_known_as(session, _checked(uuid), hsds.identify)
        if name is None:
            raise _unknown()
        return orjson.dumps(_operator(session, name, query))

    return replies.keep((uuid, _key(query)), make)


@blueprint.get("/taxonomies")
def taxonomies() -> Response:
    """The code lists."""
    query: Query = inputs.read(_PAGES, request.args)
    words = query.get("search", "").casefold()
    found = [hsds.taxonomy(name) for name in hsds.LISTS if words in f"{name} {hsds.LISTS[name][0]}".casefold()]
    return _paged(query, lambda _: [lambda one=one: one for one in found])  # type: ignore[misc]


@blueprint.get("/taxonomies/<uuid>")
def taxonomy(uuid: str) -> Response:
    """One code list."""
    inputs.read(_NOTHING, request.args)
    name = _found(hsds.LISTS, uuid, lambda one: hsds.taxonomy(one)["id"])
    return replies.keep(uuid, lambda _: orjson.dumps(hsds.taxonomy(name)))


@blueprint.get("/taxonomy_terms")
def terms() -> Response:
    """The codes of the lists; none of them is above another."""
    query: Query = inputs.read(_TERMS, request.args)
    words, within = query.get("search", "").casefold(), query.get("taxonomy_id")
    every = [hsds.term(name, code) for name, code in hsds.terms().values()] if "parent_id" not in query else []
    found = [
        one
        for one in every
        if within in (None, one["taxonomy_id"]) and words in f"{one['name']} {one['description']}".casefold()
    ]
    return _paged(query, lambda _: [lambda one=one: one for one in found])  # type: ignore[misc]


@blueprint.get("/taxonomy_terms/<uuid>")
def term(uuid: str) -> Response:
    """One code."""
    inputs.read(_NOTHING, request.args)
    if uuid not in hsds.terms():
        raise _unknown()
    return replies.keep(uuid, lambda _: orjson.dumps(hsds.term(*hsds.terms()[uuid], detail=True)))


# ── the answers ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _listed(query: Query, shown: Callable[[Mapping[str, Any]], Thing], *, seated: bool = False) -> Response:
    """Return a page of services, or all of them as lines."""
    if query["format"] == "ndjson":
        return Response(_lines(database.reading_apart(), query, shown, seated=seated), mimetype=NDJSON)

    def make(session: Any) -> bytes:
        each = query["per_page"]
        selection = _selection(session, query, seated=seated)
        page = catalogue.features(session, selection, limit=each, offset=(query["page"] - 1) * each)
        contents = [shown(orjson.loads(record)) for _, record in page.rows]
        return orjson.dumps(_page(contents, page.total or catalogue.EXACT_TO, query["page"], each))

    return replies.keep(_key(query), make)


def _lines(door: Any, query: Query, shown: Callable[[Mapping[str, Any]], Thing], *, seated: bool) -> Iterator[bytes]:
    with door as session:
        for record in catalogue.every(session, _selection(session, query, seated=seated)):
            yield orjson.dumps(shown(record), option=orjson.OPT_APPEND_NEWLINE)


def _paged(query: Query, make: Callable[[Any], Sequence[Callable[[], Thing]]]) -> Response:
    """Return a page of things that are all at hand, each made only when it is on the page."""

    def page(session: Any) -> bytes:
        every, each = make(session), query["per_page"]
        if query["format"] == "ndjson":
            return b"".join(orjson.dumps(one(), option=orjson.OPT_APPEND_NEWLINE) for one in every)
        begin = (query["page"] - 1) * each
        return orjson.dumps(_page([one() for one in every[begin : begin + each]], len(every), query["page"], each))

    return replies.keep(_key(query), page, mimetype=NDJSON if query["format"] == "ndjson" else replies.JSON)


def _page(contents: list[Thing], total: int, number: int, each: int) -> Thing:
    last = max(1, -(-total // each))
    return {
        "total_items": total,
        "total_pages": last,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= last,
        "empty": not contents,
        "contents": contents,
    }


def _minimal(session: Any, query: Query) -> Thing:
    """Return ids and moments only, all on one page where they are not very many: the standard wants them at once."""
    selection, number = _selection(session, query), query["page"]
    total = catalogue.features(session, selection, limit=1).total or catalogue.EXACT_TO
    records = islice(catalogue.every(session, selection, offset=(number - 1) * MINIMAL_AT_ONCE), MINIMAL_AT_ONCE)
    found = [{"id": hsds.identify("service", one["id"]), "modified_date": one["updated_at"]} for one in records]
    return _page(found, total, number, MINIMAL_AT_ONCE)


def _alone(uuid: str, entity: str, shown: Callable[[Mapping[str, Any]], Thing]) -> Response:
    inputs.read(_NOTHING, request.args)

    def make(session: Any) -> bytes:
        known = catalogue.service_known_as(session, _checked(uuid), entity, hsds.identify)
        record = next(catalogue.every(session, Selection(ids=(known,))), None) if known else None
        if record is None:
            raise _unknown()
        return orjson.dumps(shown(record))

    return replies.keep(uuid, make)


def _operator_lines(door: Any, words: str, query: Query) -> Iterator[bytes]:
    with door as session:
        begin, total = 0, 1
        while begin < total:
            found = catalogue.operators(session, words, limit=catalogue.MAX_FEATURES, offset=begin)
            for name in found.names:
                yield orjson.dumps(_operator(session, name, query), option=orjson.OPT_APPEND_NEWLINE)
            begin, total = begin + catalogue.MAX_FEATURES, found.total


def _operator(session: Any, name: str, query: Query) -> Thing:
    found = hsds.organization(name)
    if query["full"] == "true" or query["full_service"] == "true":
        shown = hsds.full_service if query["full_service"] == "true" else hsds.short_service
        found["services"] = [shown(one) for one in catalogue.every(session, Selection(operator=name))]
        for one in found["services"]:
            one.pop("organization", None)
    return found


def _selection(session: Any, query: Query, *, seated: bool = False) -> Selection:
    """Return what the parameters of services mean in the words of the catalogue."""
    asked: dict[str, Any] = {"q": query.get("search") or None}
    if uuid := query.get("taxonomy_term_id"):
        name, code = hsds.terms().get(uuid, ("", ""))
        asked[_criterion(name, "taxonomy_term_id", uuid)] = (code,)
    if uuid := query.get("taxonomy_id"):
        name = _criterion(_name_of(uuid), "taxonomy_id", uuid)
        asked.setdefault(name, tuple(sorted(hsds.LISTS[name][1])))
    chosen: dict[str, Any] = {}
    if uuid := query.get("organization_id"):
        operator = catalogue.operator_known_as(session, uuid, hsds.identify)
        chosen = {"ids": ()} if operator is None else {"operator": operator}
    return Selection(Criteria(**asked), since=query.get("modified_after"), seated=seated, **chosen)


def _name_of(uuid: str) -> str:
    return next((name for name in hsds.LISTS if hsds.taxonomy(name)["id"] == uuid), "")


def _criterion(name: str, parameter: str, uuid: str) -> str:
    if name not in hsds.CRITERIA:
        allowed = [f"a UUID of {PREFIX}/taxonomy_terms or /taxonomies, of: {', '.join(hsds.CRITERIA)}"]
        raise InputError([Fault(parameter, "unknown_value", uuid, allowed)])
    return name


def _found(names: Any, uuid: str, identify: Callable[[str], str]) -> str:
    found = next((name for name in names if identify(name) == uuid), None)
    if found is None:
        raise _unknown()
    return str(found)


def _one_of(query: Query, full: Callable[..., Thing], short: Callable[..., Thing]) -> Callable[..., Thing]:
    return full if query["full"] == "true" else short


def _checked(uuid: str) -> str:
    """The same, if it looks like one of ours at all."""
    if not asks.UUID.fullmatch(uuid):
        raise _unknown()
    return uuid


def _unknown() -> NotFoundError:
    return NotFoundError("Nothing here has this id.")


def _key(query: Query) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(query.items(), key=lambda item: item[0]))


# ── its description ─────────────────────────────────────────────────────────────────────────────────────────────────

_DESCRIBED: Final[Mapping[str, tuple[str, Schema | None]]] = {
    "/": ("Which version this is", None),
    "/services": ("Services", _SERVICES),
    "/services/{id}": ("One service", None),
    "/service_at_locations": ("Services at their seats", _PLACES),
    "/service_at_locations/{id}": ("One service at its seat", None),
    "/organizations": ("Organisations", _ORGANIZATIONS),
    "/organizations/{id}": ("One organisation", _ORGANIZATION),
    "/taxonomies": ("The code lists", _PAGES),
    "/taxonomies/{id}": ("One code list", None),
    "/taxonomy_terms": ("The codes", _TERMS),
    "/taxonomy_terms/{id}": ("One code", None),
}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of this API in OpenAPI 3.1."""
    inputs.read(_NOTHING, request.args)
    title = "PoP Map: HSDS 3"
    return replies.keep("openapi", lambda _: orjson.dumps(api.description(title, pages.absolute(PREFIX), _DESCRIBED)))
