"""Every column of the tables that go out: its name, type, unit, code list and what an empty cell means. Said once.

Writers take names, order and types from here, the dictionary (``datapackage.json``) its words. The one thing that holds
for all of them: missing is never "no".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from popmap.vocabulary import N_

Type = Literal["string", "integer", "number", "boolean", "date", "datetime", "list", "object"]
"""``list`` holds texts: in a spreadsheet one cell with ``separator`` between them. ``object`` is whole only as JSON."""

NEVER: Final = N_("Never empty.")
NOT_STATED: Final = N_("Not stated in the source. It does not mean no.")
NO_WAY_KNOWN: Final = N_("No such way to reach it is known. There may be one.")
NO_LIMIT: Final = N_("No limit is stated; nobody is left out.")
WHOLE: Final = N_("It serves the whole of its countries, or the whole world.")
NO_PLACE: Final = N_("No place is public. The service may still have one.")
NO_AI: Final = N_("Nothing is stated about AI. It does not mean that there is none.")
NOT_CHECKED: Final = N_("No check with a source yet.")
ONE_SOURCE: Final = N_("Only one source is known.")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``codes`` names its code list, ``unit`` what is counted, ``missing`` what an empty cell means."""

    name: str
    type: Type
    description: str
    missing: str = NOT_STATED
    codes: str = ""
    unit: str = ""
    separator: str = ""

    @property
    def is_required(self) -> bool:
        """Whether no cell of it is empty."""
        return self.missing == NEVER


_ID: Final = Column("id", "string", N_("Stable name of the service; never used again for another."), NEVER)
_KIND: Final = Column("kind", "string", N_("What kind of help it is."), NEVER, "kind")
_NAME: Final = Column("name", "string", N_("Name in its own language."), NEVER)
_NAME_EN: Final = Column("name_en", "string", N_("Name in English."))
_ORGANIZATION: Final = Column("organization", "string", N_("Who operates it."))
_SUMMARY: Final = Column("summary", "string", N_("One or two plain sentences, in the compilers' words."))
_CITY: Final = Column("city", "string", N_("Town of its seat, which is not the area it serves."), NO_PLACE)
_PRECISION: Final = Column(
    "location_precision", "string", N_("What the point stands for."), NEVER, "location_precision"
)
_WEBSITE: Final = Column("website", "string", N_("Its web address."), NO_WAY_KNOWN)
_COST: Final = Column("cost", "string", N_("Whether reaching it costs money."), NEVER, "cost")
_HOURS: Final = N_("When somebody answers, as OpenStreetMap's opening_hours has it.")
_HOURS_OF_ALL: Final = N_(
    "When somebody answers, as OpenStreetMap's opening_hours has it: by phone, text message, WhatsApp and chat. "
    "Behind ' / ' come the channels that keep other hours: '24/7 / sms: Mo-Su 15:00-21:00 / webchat: unknown'."
)
_VERIFIED_ON: Final = N_("Day of its last check; for the first data the day on which it was collected.")
_ZONE: Final = N_("Time zone of the hours (IANA).")
_NO_HOURS: Final = N_("Not known. Never take it for closed.")
_MANY_NUMBERS: Final = N_("Numbers as dialled there; a remark in brackets belongs to the number before it.")


def _listed(name: str, description: str, codes: str = "", missing: str = NOT_STATED) -> Column:
    return Column(name, "list", description, missing, codes, separator=";")


def _numbers(name: str) -> Column:
    return Column(name, "list", _MANY_NUMBERS, NO_WAY_KNOWN, separator=" / ")


_LANGUAGES: Final = _listed("languages", N_("Languages it is given in (BCP 47)."), "language")
_TOPICS: Final = _listed("topics", N_("What it helps with."), "topic", NEVER)
_MIN_AGE: Final = Column("min_age", "integer", N_("Youngest age."), NO_LIMIT, unit="year")
_MAX_AGE: Final = Column("max_age", "integer", N_("Oldest age."), NO_LIMIT, unit="year")

SERVICES: Final[Sequence[Column]] = (
    _ID,
    _KIND,
    _NAME,
    _NAME_EN,
    _ORGANIZATION,
    _SUMMARY,
    _listed("countries", N_("Countries it serves (ISO 3166-1); * is the whole world."), "country"),
    _listed("subdivisions", N_("Parts of these countries that it serves (ISO 3166-2)."), missing=WHOLE),
    _CITY,
    Column("lat", "number", N_("Latitude of the public point (WGS 84)."), NO_PLACE, unit="degree"),
    Column("lon", "number", N_("Longitude of the public point (WGS 84)."), NO_PLACE, unit="degree"),
    _PRECISION,
    _numbers("phone"),
    Column("phone_e164", "string", N_("The number as dialled from abroad (E.164)."), NO_WAY_KNOWN),
    _numbers("sms"),
    _numbers("whatsapp"),
    Column("chat_url", "list", N_("Addresses of its web chat."), NO_WAY_KNOWN, separator=" / "),
    Column("email", "list", N_("E-mail addresses."), NO_WAY_KNOWN, separator=" / "),
    _WEBSITE,
    Column("app_url", "list", N_("Where its app is."), NO_WAY_KNOWN, separator=" / "),
    _LANGUAGES,
    _TOPICS,
    _listed("audiences", N_("Whom it helps."), "audience_of_the_table"),
    _MIN_AGE,
    _MAX_AGE,
    Column("hours", "string", _HOURS_OF_ALL, _NO_HOURS),
    Column("timezone", "string", _ZONE, N_("Not known: then the hours cannot be placed, unless they are 24/7.")),
    _COST,
    Column("anonymous", "string", N_("Whether one can stay without a name."), NEVER, "yes_no_unknown"),
    Column("source_url", "string", N_("The page on which the facts were seen.")),
    Column("source_seen", "string", N_("What that page says, in the compilers' words.")),
    Column("confidence", "string", N_("How good the source is."), NEVER, "confidence"),
    Column("ai_role", "string", N_("What AI does in it."), NO_AI, "ai_role_of_the_table"),
    Column("human_escalation", "string", N_("Whether it hands over to a person."), NO_AI, "handover_of_the_table"),
    Column("ai_disclosed", "string", N_("Whether it says that it is a computer."), NO_AI, "yes_no_unknown"),
    Column("second_source_url", "string", N_("A second, independent page."), ONE_SOURCE),
    Column("second_source_seen", "string", N_("What that page says, in the compilers' words."), ONE_SOURCE),
    Column("second_source_date", "string", N_("When it was seen, as far as it is known."), ONE_SOURCE),
)
"""The table of services: the columns of the seed, so that it can be loaded again. One row is one service."""

SERVICE_ID: Final = Column("service_id", "string", N_("The service it belongs to (id)."), NEVER)


def _answer(name: str, description: str, codes: str = "yes_no_unknown") -> Column:
    return Column(name, "string", description, NEVER, codes)


CHANNELS: Final[Sequence[Column]] = (
    SERVICE_ID,
    Column("position", "integer", N_("Its place among the ways to reach the service, from 1."), NEVER),
    Column("type", "string", N_("What way it is."), NEVER, "channel"),
    Column("value", "string", N_("The number as dialled there, the address, or words that say what to dial."), NEVER),
    Column("e164", "string", N_("The number as dialled from abroad (E.164)."), NO_WAY_KNOWN),
    Column("label", "string", N_("A remark that belongs to it."), N_("There is no remark.")),
    Column("hours", "string", _HOURS, _NO_HOURS),
    Column("timezone", "string", _ZONE, N_("Not known: then the hours cannot be placed, unless they are 24/7.")),
    _listed("languages", N_("Languages it is given in (BCP 47)."), "language", N_("Those of the service.")),
    _answer("free", N_("Whether reaching it costs nothing.")),
    _answer("on_phone_bill", N_("Whether it shows on the phone bill.")),
    _answer("account_needed", N_("Whether one must register.")),
    _answer("works_from_abroad", N_("Whether it can be reached from another country.")),
    _answer("answered_by", N_("Whether a person or a computer answers."), "answered_by"),
    Column("linkable", "boolean", N_("False: show it as words, never as a link."), NEVER),
)
"""The table of channels: one row is one way to reach a service, with hours of its own."""

COVERAGE: Final[Sequence[Column]] = (
    SERVICE_ID,
    Column("type", "string", N_("What kind of area it serves."), NEVER, "coverage_type"),
    Column("code", "string", N_("The country's or region's code (ISO 3166)."), N_("The whole world, or a drawn area.")),
)
"""The table of coverage: one row is one part of the area that a service serves; together they are the whole of it."""

RECORD: Final[Sequence[Column]] = (
    _ID,
    _KIND,
    _NAME,
    _NAME_EN,
    _ORGANIZATION,
    Column("operator_type", "string", N_("What the operator is."), NEVER, "operator_type"),
    _SUMMARY,
    Column("translations", "object", N_("Language → name and summary in it."), N_("Nobody has translated it yet.")),
    _WEBSITE,
    _LANGUAGES,
    _TOPICS,
    _listed("audiences", N_("Whom it helps."), "audience"),
    _MIN_AGE,
    _MAX_AGE,
    _COST,
    Column("privacy", "string", N_("What it wants to know of those who ask."), NEVER, "privacy"),
    _PRECISION,
    _CITY,
    Column("visitable", "boolean", N_("Whether one can go there."), NEVER),
    Column("coverage", "object", N_("The area it serves: the world, countries, regions, a drawn area."), NEVER),
    Column("channels", "object", N_("The ways to reach it, with the columns of the table of channels."), NEVER),
    Column("ai", "object", N_("Question about AI → answer and its source."), NO_AI),
    Column("youth", "object", N_("What young people decide in it.")),
    Column("sources", "object", N_("The pages on which its facts were seen."), NEVER),
    Column("check", "object", N_("The last check: level, how, when, by which role, what is due next."), NOT_CHECKED),
    Column(
        "verified_on",
        "date",
        N_("Day of its last check; for the first data the day on which it was collected."),
        NOT_CHECKED,
    ),
    Column("next_check_due", "date", N_("Day by which to check it again."), N_("No day is set.")),
    Column("updated_at", "datetime", N_("When the record last changed (UTC)."), NEVER),
)
"""The record as formats hold it that can: GeoJSON, GeoPackage, FlatGeobuf, GeoParquet and JSON Lines, with a point."""

TABLES: Final[Mapping[str, Sequence[Column]]] = {"services": SERVICES, "channels": CHANNELS, "coverage": COVERAGE}
"""What a spreadsheet holds, sheet by sheet."""
