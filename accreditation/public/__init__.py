"""What is public: the one place that decides it.

Every page for everyone reads through here and gets rows of exactly the public columns, so that a template cannot print
what is not in them: no score, no draft, no phone of a person, no objector.
"""

from accreditation.public.answers import ObjectionState, OpenEntry, entry, objection
from accreditation.public.figures import numbers
from accreditation.public.histories import History, community
from accreditation.public.places import places_named
from accreditation.public.published import (
    EntryLine,
    NoticeLine,
    ShownNotice,
    notice,
    notice_lines,
    notice_years,
    notices,
)
from accreditation.public.register import (
    WORDS,
    Title,
    certificate,
    shown,
    title_tiers,
    title_years,
    titles,
)

__all__ = [
    "WORDS",
    "EntryLine",
    "History",
    "NoticeLine",
    "ObjectionState",
    "OpenEntry",
    "ShownNotice",
    "Title",
    "certificate",
    "community",
    "entry",
    "notice",
    "notice_lines",
    "notice_years",
    "notices",
    "numbers",
    "objection",
    "places_named",
    "shown",
    "title_tiers",
    "title_years",
    "titles",
]
