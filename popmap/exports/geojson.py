"""Public services as GeoJSON (RFC 7946): one Feature each, a point where the public location is known, else null.

A record's JSON text is cut and put together again, never taken apart: that is as quick as copying it. The properties
are the whole record but its location.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import orjson

RECORDS_AT_ONCE: Final = 200

# the database writes these keys without a space behind the colon; inside a value a quotation mark has a backslash
# before it, and keys of nested answers (jsonb) have a space: so this is the record's own location and nothing else
_ID, _AFTER_ID = '{"id":', ',"kind":'
_LOCATION, _AFTER_LOCATION = ',"location":', ',"location_precision":'


def feature(record: str) -> str:
    """The JSON text of a public record as that of a GeoJSON Feature, with the record's id as the feature's."""
    before, _, rest = record.partition(_LOCATION)
    location, found, after = rest.partition(_AFTER_LOCATION)
    identifier, kind, _ = before.partition(_AFTER_ID)
    if not (found and kind and identifier.startswith(_ID)):
        return _taken_apart(record)
    properties = f"{before}{found}{after}"
    return f'{{"type":"Feature","id":{identifier[len(_ID) :]},"geometry":{location},"properties":{properties}}}'


def write(records: Iterable[str]) -> Iterator[bytes]:
    """A FeatureCollection in pieces; its brackets are closed at the very end, so that half of it is no GeoJSON."""
    yield b'{"type":"FeatureCollection","features":[\n'
    remaining = iter(records)
    between = ""
    while some := list(islice(remaining, RECORDS_AT_ONCE)):
        yield (between + ",\n".join(map(feature, some))).encode()
        between = ",\n"
    yield b"\n]}\n"


def _taken_apart(record: str) -> str:
    """The same for a text that somebody else has written, in whatever order."""
    properties = orjson.loads(record)
    location = properties.pop("location", None)
    made = {"type": "Feature", "id": properties["id"], "geometry": location, "properties": properties}
    return orjson.dumps(made).decode()
