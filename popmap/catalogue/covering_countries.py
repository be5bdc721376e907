"""What the catalogue has for each country, counted: by kind, apart from what serves the whole world."""

from collections import defaultdict
from functools import singledispatch

from sqlalchemy.orm import Session

from popmap.catalogue.fragments import run
from popmap.catalogue.memory import MEMORY, stamp

_COUNTS = """
SELECT country, s.kind, count(*) AS n
FROM public_service s CROSS JOIN LATERAL unnest(s.country_codes) AS country
GROUP BY country, s.kind"""


@singledispatch
def kinds_by_country(session: Session) -> dict[str, dict[str, int]]:
    """Return by country code how many services of each kind say that they serve it, or a part of it."""

    def count() -> dict[str, dict[str, int]]:
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row in run(session, _COUNTS):
            found[row.country][row.kind] = row.n
        return dict(found)

    return MEMORY.recall(("kinds_by_country", stamp(session)), count)
