"""The models of this room."""

from records.models.base import (
    NAME_COLLATION,
    AboutRecord,
    AboutRecordQuerySet,
    HistoryEntry,
    HistorySeal,
    Record,
    RecordManager,
    RecordQuerySet,
    ReviewState,
    SearchEntry,
    record_constraints,
)
from records.models.files import Attachment, StoredFile, Upload
from records.models.merging import Merge
from records.models.opening import Embargo, EmbargoState, PublicSummary, SummaryOf
from records.models.review import Assignment, FieldCheck, Query

__all__ = [
    "NAME_COLLATION",
    "AboutRecord",
    "AboutRecordQuerySet",
    "Assignment",
    "Attachment",
    "Embargo",
    "EmbargoState",
    "FieldCheck",
    "HistoryEntry",
    "HistorySeal",
    "Merge",
    "PublicSummary",
    "Query",
    "Record",
    "RecordManager",
    "RecordQuerySet",
    "ReviewState",
    "SearchEntry",
    "StoredFile",
    "SummaryOf",
    "Upload",
    "record_constraints",
]
