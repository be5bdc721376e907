"""What a row of country_facts.csv, emergency_numbers.csv or harmonised_numbers.csv means.

Their rows have no id of their own: one is derived from what makes a row itself, and stays the same from load to load.
"""

import hashlib
import re
from typing import Any, Final

from popmap.loading.fields import Fields
from popmap.vocabulary import CONFIDENCES, FACT_STATUSES, FACT_TYPES, QUANTITY_QUALIFIERS

EMERGENCY_SERVICES: Final = ("all", "police", "ambulance", "fire", "child_protection")
HARMONISED_STATUSES: Final = ("active", "assigned", "not_used", "unknown")
DATE_PRECISIONS: Final = ("day", "month", "year", "unknown")

Record = dict[str, Any]


def fact_of(fields: Fields) -> Record:
    """The country fact this row describes."""
    quantity = fields.number("quantity", low=0, high=1e14)
    record: Record = {
        "country": fields.country("country"),
        "region": fields.text("region", longest=100),
        "type": fields.code("type", FACT_TYPES),
        "title": fields.text("title", longest=300, required=True),
        "title_local": fields.text("title_local", longest=300),
        "reference_no": fields.text("reference_no", longest=100),
        "issuer": fields.text("issuer", longest=300),
        "partners": fields.items("partners"),
        "audience": fields.items("audience"),
        "date_from": fields.day("date_from"),
        "date_to": fields.day("date_to"),
        "date_precision": fields.code("date_precision", DATE_PRECISIONS, default="unknown"),
        "status": fields.code("status", FACT_STATUSES, default="unknown"),
        "quantity": int(quantity) if quantity is not None and quantity.is_integer() else quantity,
        "quantity_qualifier": fields.code("quantity_qualifier", ("", *QUANTITY_QUALIFIERS)),
        "unit": fields.text("unit", longest=100),
        "summary": fields.text("summary", longest=500),
        "source": fields.text("source", longest=2000, required=True),
    }
    if not record["country"] and not record["region"]:
        fields.fault("country", "missing", ("a country or a region",))
    if record["date_to"] and record["date_from"] > record["date_to"]:
        fields.fault("date_to", "out_of_range", (f"{record['date_from']} or later",))
    if (quantity is None) != (record["quantity_qualifier"] == ""):
        fields.fault("quantity_qualifier", "missing" if quantity is not None else "unknown_value", QUANTITY_QUALIFIERS)
    where, kind = record["country"] or record["region"], record["type"]
    return {"id": _id(where, kind, of=(where, kind, record["title"], record["date_from"])), **record}


def emergency_of(fields: Fields) -> Record:
    """The emergency number this row describes."""
    record: Record = {
        "country": fields.country("country", required=True),
        "service": fields.code("service", EMERGENCY_SERVICES),
        "number": fields.matching("number", r"\+?[0-9][0-9 -]{1,24}", example="112", required=True),
        "note": fields.text("note", longest=500),
        **_evidence(fields),
    }
    country, service, number = record["country"] or "", record["service"], record["number"] or ""
    return {"id": _slug(f"{country}-{service}-{number}"), **record}


def harmonised_of(fields: Fields) -> Record:
    """The harmonised number this row describes."""
    record: Record = {
        "number": fields.matching("number", r"[0-9]{3,8}", example="116111", required=True),
        "purpose": fields.text("purpose", longest=200, required=True),
        "region": fields.text("region", longest=100),
        "country": fields.country("country"),
        "status": fields.code("status", HARMONISED_STATUSES),
        "operator": fields.text("operator", longest=300),
        "since": fields.day("since"),
        **_evidence(fields),
    }
    if not record["country"] and not record["region"]:
        fields.fault("country", "missing", ("a country or a region",))
    where, number = record["country"] or record["region"], record["number"] or ""
    return {"id": _id(number, where, of=(number, where, record["purpose"], record["source_url"] or "")), **record}


def _evidence(fields: Fields) -> Record:
    return {
        "source_url": fields.url("source_url", required=True),
        "source_seen": fields.text("source_seen", longest=500),
        "source_date": fields.text("source_date", longest=100),
        "confidence": fields.code("confidence", CONFIDENCES),
    }


def _id(*words: str, of: tuple[str, ...]) -> str:
    """Readable words, and a short hash of all that makes the row itself."""
    whole = hashlib.sha256("\x1f".join(of).encode()).hexdigest()
    return f"{_slug('-'.join(words))}-{whole[:8]}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"
