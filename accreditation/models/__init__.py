"""The models of accreditation, one file a subject."""

from accreditation.models.applications import (
    ENDED,
    Application,
    ApplicationEvent,
    Assessment,
    Attachment,
    Filing,
    QuotaPlace,
    Remark,
    RoundEvent,
    SiteVisit,
    State,
)
from accreditation.models.notices import Notice, NoticeEntry, NoticeEvent, Objection, ObjectionFile
from accreditation.models.programmes import Programme, ProgrammeVersion
from accreditation.models.recognitions import Recognition, RecognitionEvent
from accreditation.models.rounds import Quota, Round

__all__ = [
    "ENDED",
    "Application",
    "ApplicationEvent",
    "Assessment",
    "Attachment",
    "Filing",
    "Notice",
    "NoticeEntry",
    "NoticeEvent",
    "Objection",
    "ObjectionFile",
    "Programme",
    "ProgrammeVersion",
    "Quota",
    "QuotaPlace",
    "Recognition",
    "RecognitionEvent",
    "Remark",
    "Round",
    "RoundEvent",
    "SiteVisit",
    "State",
]
