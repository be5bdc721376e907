"""Files to load: one good row of each kind, with the cells a test wants changed."""

import csv
import io

import pytest

from popmap.loading import HEADERS

SERVICE = {
    "id": "ma-made-line",
    "kind": "helpline",
    "name": "خط",
    "name_en": "A line",
    "organization": "Somebody",
    "summary": "Listens to children.",
    "countries": "MA",
    "city": "Rabat",
    "lat": "34.0133",
    "lon": "-6.8326",
    "location_precision": "city",
    "phone": "2511",
    "languages": "ar;fr",
    "topics": "family;bullying",
    "audiences": "children;carers",
    "hours": "Mo-Fr 09:00-17:00",
    "timezone": "Africa/Casablanca",
    "cost": "free",
    "anonymous": "yes",
    "source_url": "https://example.org/page",
    "source_seen": "Operator: 2511",
    "confidence": "high",
}
FACT = {
    "country": "MA",
    "type": "law",
    "title": "A law",
    "date_from": "2018",
    "date_precision": "year",
    "status": "adopted",
    "source": "A report",
}
EMERGENCY = {
    "country": "MA",
    "service": "police",
    "number": "19",
    "source_url": "https://example.org/",
    "confidence": "medium",
}
HARMONISED = {
    "number": "116111",
    "purpose": "child helpline",
    "country": "MT",
    "status": "active",
    "source_url": "https://example.org/",
    "confidence": "high",
}
CHANNEL_HOURS = {
    "id": "ma-made-line",
    "channel": "phone",
    "hours": "Mo-Su 15:00-21:00",
    "seen": "Operator: calls from 3 to 9 pm",
    "source_url": "https://example.org/page",
    "seen_on": "2026-11-21",
}
GOOD = {
    "services": SERVICE,
    "country_facts": FACT,
    "emergency_numbers": EMERGENCY,
    "harmonised_numbers": HARMONISED,
    "channel_hours": CHANNEL_HOURS,
}


@pytest.fixture
def file_of(tmp_path):
    """Write a file with these rows, each given as what differs from the good row of its kind; its path."""

    def written(*rows, kind="services", columns=None):
        columns = columns or HEADERS[kind]
        buffer = io.StringIO()
        writer = csv.DictWriter(
            buffer, columns, restval="", extrasaction="ignore", lineterminator="\n", quoting=csv.QUOTE_ALL
        )
        writer.writeheader()
        writer.writerows({**GOOD[kind], **row} for row in rows)
        path = tmp_path / f"{kind}.csv"
        path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
        return path

    return written
