"""The tables as classes: columns, keys and relationships. What each may hold (ranges, codes) the migrations enforce.

Relationships raise on lazy loading, so that nothing outside a rule module can start a query. Derived tables
(``listing``, ``cell``) and the public views are made and kept by the database itself; rules read them with their SQL.
"""

from popmap.models.columns import SRID, Base
from popmap.models.countries import CountryFact, EmergencyNumber, HarmonisedNumber
from popmap.models.history import CatalogueRevision, ChangeLog, Decision, RecordVersion
from popmap.models.listing import Cell, Listing, MatchKey
from popmap.models.moderators import Attempt, Moderator, ModeratorSession, RecoveryCode
from popmap.models.places import Area, AreaPart, Place, PlaceName
from popmap.models.services import Channel, Coverage, LinkCheck, Reminder, Service, ServiceCheck, Source
from popmap.models.submissions import (
    Approval,
    Batch,
    ConfidentialPlace,
    IntakeCount,
    IntakeSalt,
    IntakeVoice,
    PendingKey,
    Submission,
    SubmissionEvent,
)

__all__ = [
    "SRID",
    "Approval",
    "Area",
    "AreaPart",
    "Attempt",
    "Base",
    "Batch",
    "CatalogueRevision",
    "Cell",
    "ChangeLog",
    "Channel",
    "ConfidentialPlace",
    "CountryFact",
    "Coverage",
    "Decision",
    "EmergencyNumber",
    "HarmonisedNumber",
    "IntakeCount",
    "IntakeSalt",
    "IntakeVoice",
    "LinkCheck",
    "Listing",
    "MatchKey",
    "Moderator",
    "ModeratorSession",
    "PendingKey",
    "Place",
    "PlaceName",
    "RecordVersion",
    "RecoveryCode",
    "Reminder",
    "Service",
    "ServiceCheck",
    "Source",
    "Submission",
    "SubmissionEvent",
]
