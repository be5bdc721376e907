"""How the data set is cited: in one sentence, as CITATION.cff and as DataCite metadata. No identifier is made up.

Whoever registers a DOI for a version puts it into DataCite's form; until then a version is cited by its address and
its checksum.
"""

from datetime import date
from typing import Any, Final

TITLE: Final = "PoP Map: online protection services for children and young people"
AUTHOR: Final = "PoP Map contributors"
LICENCE: Final = "CC-BY-4.0"
LICENCE_NAME: Final = "Creative Commons Attribution 4.0 International"
LICENCE_URL: Final = "https://creativecommons.org/licenses/by/4.0/legalcode"
DATACITE_SCHEMA: Final = "http://datacite.org/schema/kernel-4"
ABSTRACT: Final = (
    "Helplines, official services, youth-led and AI-driven services through which children and young people find help "
    "online: what they offer, whom they serve, how to reach them, and how each fact was checked."
)
KEYWORDS: Final = ("child protection", "child helpline", "online safety", "open data")


def sentence(day: date, *, what: str, address: str) -> str:
    """A citation in one sentence (English, as reference lists have it); ``what`` says which data of that day."""
    return f"{AUTHOR} ({day.year}). {TITLE}. {what}, {day.isoformat()}. {address}. Licence: {LICENCE}."


def cff(day: date, *, version: str, address: str) -> str:
    """The content of a CITATION.cff (Citation File Format 1.2.0)."""
    keywords = "".join(f"  - {word}\n" for word in KEYWORDS)
    return (
        "cff-version: 1.2.0\n"
        'message: "If you use this data set, please cite it as below, with the version."\n'
        "type: dataset\n"
        f'title: "{TITLE}"\n'
        "authors:\n"
        f'  - name: "{AUTHOR}"\n'
        f'version: "{version}"\n'
        f"date-released: {day.isoformat()}\n"
        f"license: {LICENCE}\n"
        f'url: "{address}"\n'
        f'abstract: "{ABSTRACT}"\n'
        f"keywords:\n{keywords}"
    )


def datacite(day: date, *, version: str, address: str, formats: list[str], size_bytes: int) -> dict[str, Any]:
    """The version in the terms of the DataCite Metadata Schema 4.5, as its JSON has them; a DOI is added with it."""
    return {
        "schemaVersion": DATACITE_SCHEMA,
        "alternateIdentifiers": [{"alternateIdentifier": address, "alternateIdentifierType": "URL"}],
        "creators": [{"name": AUTHOR, "nameType": "Organizational"}],
        "titles": [{"title": TITLE, "lang": "en"}],
        "publisher": {"name": "PoP Map"},
        "publicationYear": str(day.year),
        "types": {"resourceType": "Catalogue of services", "resourceTypeGeneral": "Dataset"},
        "dates": [{"date": day.isoformat(), "dateType": "Issued"}],
        "language": "en",
        "version": version,
        "rightsList": [
            {
                "rights": LICENCE_NAME,
                "rightsUri": LICENCE_URL,
                "rightsIdentifier": LICENCE,
                "rightsIdentifierScheme": "SPDX",
            }
        ],
        "descriptions": [{"description": ABSTRACT, "descriptionType": "Abstract", "lang": "en"}],
        "subjects": [{"subject": word} for word in KEYWORDS],
        "formats": formats,
        "sizes": [f"{size_bytes} bytes"],
        "url": address,
    }
