"""Taking a service down, so that it is gone from everything: lists, map, exports, copies on disk and on phones.

The rule changes the record, its history and the listing in the caller's transaction and notes the id for the kill list,
which ``db`` writes with the commit. Who may decide it is ``moderation``'s business; what a copy shows, ``saved``'s.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from popmap import kill_list, versions
from popmap.errors import NotFoundError
from popmap.models import Service
from popmap.vocabulary import PUBLIC_STATUSES

WITHDRAWN_AS: Final = "closed"


def withdraw(
    session: Session, service_id: str, *, by_role: str, reason: str, status: str = WITHDRAWN_AS, source: str = ""
) -> None:
    """Take a public service down, now and everywhere; ``status`` is what it is from then on (closed, paused, rejected).

    Raises ``NotFoundError`` when no public service has this id.
    """
    if status in PUBLIC_STATUSES:
        raise ValueError(f"{status} is public")
    wanted = select(Service).where(Service.id == service_id, Service.status.in_(PUBLIC_STATUSES)).with_for_update()
    service = session.scalars(wanted).one_or_none()
    if service is None:
        raise NotFoundError(f"No public service has the id {service_id[:100]!r}.")
    service.status = status
    session.flush()
    versions.record(session, "service", {service_id: source}, by_role=by_role, reason=reason)
    versions.refresh(session, [service.key])
    took_down(session, [service_id])


def took_down(session: Session, service_ids: Sequence[str]) -> None:
    """Note that this transaction takes these services down in another way (a merger, a pause)."""
    kill_list.hide(session.info, service_ids)


def published(session: Session, service_ids: Sequence[str]) -> None:
    """Note that this transaction publishes these services, which may have been taken down before."""
    kill_list.show_again(session.info, service_ids)


def taken_down(session: Session) -> dict[str, str]:
    """Services that were public once and are not now: id → when they ceased to be (ISO 8601, UTC). For an owner's
    session; what a kill list should hold.
    """
    return dict(session.execute(_TAKEN_DOWN).all())


_TAKEN_DOWN: Final = text("""
    SELECT s.id, to_char(coalesce(last.at, s.updated_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
    FROM service s CROSS JOIN LATERAL (
      SELECT max(v.at) AS at, bool_or(v.body ->> 'status' IN ('published', 'update_pending')) AS was_public
      FROM record_version v WHERE v.record_type = 'service' AND v.record_id = s.id) last
    WHERE s.status NOT IN ('published', 'update_pending') AND last.was_public""")
