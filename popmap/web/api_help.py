"""``/api/v1/help`` and ``/api/v1/countries``: the answers of the visitors' pages for other people's programs.

The order and the groups are the catalogue's, what is known of a country is that of ``countries``. Where somebody stands
is read from the request, answered, and forgotten: from an address it may have at most two decimals, as everywhere; for
a device's own position there is the body, which no log and no history keeps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, request

from popmap import catalogue, countries, gazetteer, inputs
from popmap.catalogue import Helping
from popmap.errors import NotFoundError
from popmap.web import api, contacts, database, emergency, find, replies
from popmap.web.api_help_schemas import CountriesSchema, CountryAloneSchema, HelpAnswerSchema, HelpQuery, HelpSchema

blueprint = api.ApiBlueprint(
    "api_help", __name__, url_prefix=api.PREFIX, description="Help at a spot, and what is known of countries"
)
_HELP = HelpSchema()


@dataclass(frozen=True, slots=True)
class _Members:
    """The members of a JSON object as arguments: texts, whole numbers, ``true``, and lists of these."""

    body: Mapping[str, Any]

    def keys(self) -> Iterable[str]:
        return self.body.keys()

    def getlist(self, key: str, /) -> Sequence[str]:
        value = self.body[key]
        return [_as_text(one) for one in value] if isinstance(value, list) else [_as_text(value)]


def _as_text(value: object) -> str:
    """A value as an address would have it; what no address can have stays JSON and is refused by the schema."""
    return "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()


@blueprint.after_request
def open_to_all(reply: Response) -> Response:
    """Any page anywhere may read, and may ask with a body."""
    reply = api.open_to_all(reply)
    if request.method == "OPTIONS":
        reply.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
        reply.headers["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
    return reply


@blueprint.get("/help")
@blueprint.arguments(_HELP, location="query")
@blueprint.response(200, HelpAnswerSchema)
def help_at(query: HelpQuery) -> Response:
    """Who helps at a point, a place or in a country, in the order of help, each channel with its state now."""
    return _help(query)


@blueprint.post("/help")
@blueprint.doc(
    requestBody={
        "description": "The criteria of the GET request by the same names, where several values are a list.",
        "required": True,
        "content": {"application/json": {"schema": HelpSchema}},
    }
)
@blueprint.response(200, HelpAnswerSchema)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def help_from_device() -> Response:
    """The same for criteria in a body: a device's coordinates belong in no address."""
    return _help(inputs.read(_HELP, _Members(inputs.json_object(request.get_data()))))


@blueprint.get("/countries")
@blueprint.arguments(inputs.LanguageSchema(), location="query")
@blueprint.response(200, CountriesSchema)
def country_list(query: Mapping[str, Any]) -> Response:
    """Every country with the numbers to call in danger and how many services of each kind serve it."""
    session = database.reading()
    numbers = countries.emergency_numbers_by_country(session)
    kinds = catalogue.kinds_by_country(session)
    found = [_country(iso2, query["lang"], numbers.get(iso2, ()), kinds) for iso2 in sorted(gazetteer.COUNTRIES)]
    return _json({"items": found})


@blueprint.get("/countries/<iso2>")
@blueprint.arguments(inputs.LanguageSchema(), location="query")
@blueprint.response(200, CountryAloneSchema)
def country(query: Mapping[str, Any], iso2: str) -> Response:
    """One country with its emergency and harmonised numbers and its national framework, each with its source."""
    if iso2 not in gazetteer.COUNTRIES:
        raise NotFoundError("There is no country with this code.")
    session = database.reading()
    numbers = countries.emergency_numbers(session, iso2)
    known = _country(iso2, query["lang"], numbers, catalogue.kinds_by_country(session))
    return _json(
        {
            **known,
            "harmonised": [asdict(one) for one in countries.harmonised_numbers(session, iso2)],
            "facts": [asdict(one) for one in countries.facts(session, iso2)],
            "services": f"{api.PREFIX}/services?country={iso2}",
        }
    )


def _help(query: HelpQuery) -> Response:
    session, now = database.reading(), datetime.now(UTC)
    found = catalogue.help_for(session, query.criteria, helping=Helping(query.lang, now))
    located = find.located_at(session, query.criteria)
    codes = located.countries if located else _named(query)
    items = [_helping(record, group.reason, now) for group in found.groups for record in group.records]
    return _json(
        {
            "items": items,
            "countries": codes,
            "near_border": found.near_border,
            "timezone": located.timezone if located else None,
            "emergency": [asdict(emergency.of(code)) for code in codes],
            "at": _written(now),
            "revision": found.revision,
        }
    )


def _named(query: HelpQuery) -> tuple[str, ...]:
    """The country that the criteria name, or that of the area they name."""
    return query.criteria.country or ((query.criteria.place or "").partition(":")[2][:2],)


def _helping(record: Mapping[str, Any], reason: str, at: datetime) -> dict[str, Any]:
    channels = [{**channel, **_now(record, channel, at)} for channel in record["channels"]]
    return {**record, "channels": channels, "reason": reason}


def _now(record: Mapping[str, Any], channel: Mapping[str, Any], at: datetime) -> dict[str, str | None]:
    state = contacts.state_of(record, channel, at)
    return {"state": state.status, "until": _written(state.until), "opens_at": _written(state.opens_at)}


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _country(
    iso2: str, lang: str, numbers: tuple[countries.EmergencyNumber, ...], kinds: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    return {
        "country": iso2,
        "name": gazetteer.country_name(iso2, lang),
        "numbers": [asdict(one) for one in numbers],
        "kinds": kinds.get(iso2, {}),
    }


def _json(answer: Mapping[str, Any]) -> Response:
    return Response(orjson.dumps(answer), mimetype=replies.JSON)
