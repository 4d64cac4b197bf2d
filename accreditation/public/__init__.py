"""What is public: the one place that decides it.

Every page for everyone, every download and the open data read through here and get rows of exactly the public columns,
so that nothing else can be printed: no score, no draft, no phone of a person, no objector.

For each list a filter, a page of it (or its rows for a paginator), and `…_rows`, the whole of it in constant memory:
`NoticeFilter` → `notices`, `notice_rows`; `TitleFilter` → `title_page`, `title_rows`, `title_count`; `figures`.
"""

from accreditation.public.answers import ObjectionState, OpenEntry, entry, objection
from accreditation.public.ended import (
    KINDS,
    Ended,
    EndedFilter,
    ended,
    ended_lines,
    ended_page,
    ended_rows,
    ended_years,
)
from accreditation.public.figures import Figures, Tile, figures, numbers
from accreditation.public.histories import History, Place, community, moved_to
from accreditation.public.lookup import Found, communities
from accreditation.public.paging import KeyPage
from accreditation.public.places import places_named, position_of_community, position_of_notice
from accreditation.public.published import (
    EntryLine,
    NoticeFilter,
    NoticeLine,
    ShownNotice,
    details_until,
    masked,
    notice,
    notice_lines,
    notice_programmes,
    notice_rows,
    notice_years,
    notices,
)
from accreditation.public.register import (
    WORDS,
    Title,
    TitleFilter,
    certificate,
    shown,
    title_count,
    title_page,
    title_rows,
    title_tiers,
    title_years,
    titles,
)

__all__ = [
    "KINDS",
    "WORDS",
    "Ended",
    "EndedFilter",
    "EntryLine",
    "Figures",
    "Found",
    "History",
    "KeyPage",
    "NoticeFilter",
    "NoticeLine",
    "ObjectionState",
    "OpenEntry",
    "Place",
    "ShownNotice",
    "Tile",
    "Title",
    "TitleFilter",
    "certificate",
    "communities",
    "community",
    "details_until",
    "ended",
    "ended_lines",
    "ended_page",
    "ended_rows",
    "ended_years",
    "entry",
    "figures",
    "masked",
    "moved_to",
    "notice",
    "notice_lines",
    "notice_programmes",
    "notice_rows",
    "notice_years",
    "notices",
    "numbers",
    "objection",
    "places_named",
    "position_of_community",
    "position_of_notice",
    "shown",
    "title_count",
    "title_page",
    "title_rows",
    "title_tiers",
    "title_years",
    "titles",
]
