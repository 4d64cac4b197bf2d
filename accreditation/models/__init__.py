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
from accreditation.models.panels import Assessor, Panel, PanelScore
from accreditation.models.paper import PaperCopies, Print, Scan
from accreditation.models.plans import StreetPlan
from accreditation.models.programmes import Programme, ProgrammeVersion, RubricPublication
from accreditation.models.recognitions import Recheck, Recognition, RecognitionEvent, TitleSum, in_force_on
from accreditation.models.rounds import Amendment, Quota, Round
from accreditation.models.titles import (
    Bar,
    ChangeReport,
    Draw,
    DrawInspector,
    DrawTarget,
    Ending,
    RecheckEntry,
    RecheckRound,
    TitleEvent,
)

__all__ = [
    "ENDED",
    "Amendment",
    "Application",
    "ApplicationEvent",
    "Assessment",
    "Assessor",
    "Attachment",
    "Bar",
    "ChangeReport",
    "Draw",
    "DrawInspector",
    "DrawTarget",
    "Ending",
    "Filing",
    "Notice",
    "NoticeEntry",
    "NoticeEvent",
    "Objection",
    "ObjectionFile",
    "Panel",
    "PanelScore",
    "PaperCopies",
    "Print",
    "Programme",
    "ProgrammeVersion",
    "Quota",
    "QuotaPlace",
    "Recheck",
    "RecheckEntry",
    "RecheckRound",
    "Recognition",
    "RecognitionEvent",
    "Remark",
    "Round",
    "RoundEvent",
    "RubricPublication",
    "Scan",
    "SiteVisit",
    "State",
    "StreetPlan",
    "TitleEvent",
    "TitleSum",
    "in_force_on",
]
