"""Official documents after GB/T 9704-2012: head, number, title, text, attachments, date, imprint; never with a seal.

A `Document` says what stands where; `pdf` lays it out. The words come from document_texts.py, the measures from
templates/paper/document.css: text box 156 × 225 mm, 22 lines of 28 characters in size 3 (16 pt).
"""

import datetime as dt
import re
from dataclasses import dataclass
from math import ceil

from django.template.loader import render_to_string

from accreditation.paper.rendering import render

CHARACTERS = 28  # in a line of the text box
LARGEST_HEAD, SMALLEST_HEAD = 62, 22  # points of the red head
WIDTH = 442.2  # points of the text box: 156 mm
TITLE_CHARACTERS = 19.5  # in a line of size 2
TORN = re.compile(r"[\dA-Za-z]{2}|\d[年月日]|[（《〔“「].|.[的和）》〕”」、，。]|社区|就业|认定|通知")
UNSTAMPED = "待用印"
DEMONSTRATION = "演示数据"
PUBLIC_COPY = "网上公开版，未用印"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph. level 0: text; 1: 一、in 黑体; 2: （一）in 楷体."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Attachment:
    """A list on pages of its own, its head repeated on each. `widths` are millimetres, 0 takes what is left."""

    title: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: list[tuple]

    @property
    def title_lines(self) -> list[str]:
        return broken(self.title)


@dataclass(frozen=True)
class Document:
    """One official document. `number` may be empty; `day` None leaves the date to be written by hand."""

    issuer: str
    kind: str  # follows the issuer in the red head: 文件, 公告, or nothing
    number: str
    title: str
    paragraphs: list[Paragraph]
    day: dt.date | None
    attachments: tuple[Attachment, ...] = ()
    to: str = ""
    note: str = ""
    mark: str = UNSTAMPED
    whole: tuple[str, ...] = ()  # names that the title keeps on one line

    @property
    def head(self) -> str:
        return f"{self.issuer}{self.kind}"

    @property
    def imprint(self) -> bool:
        """Whether 版记 stands at the foot of the last page: under 文件, not under what is put up for everyone."""
        return self.kind == "文件"

    @property
    def head_size(self) -> float:
        """Points of the red head: as large as one line allows."""
        return max(SMALLEST_HEAD, min(LARGEST_HEAD, int(WIDTH / max(len(self.head), 1) * 2) / 2))

    @property
    def title_lines(self) -> list[str]:
        after = len(self.issuer) if self.title.startswith(self.issuer) else 0
        return broken(self.title, after, self.whole)

    @property
    def date_words(self) -> str:
        return f"{self.day.year}年{self.day.month}月{self.day.day}日" if self.day else "　　年　月　日"

    @property
    def signature_right(self) -> float:
        """How far the block of signature and date stands from the right, in characters: the date by four."""
        overhang = max(0.0, (len(self.issuer) - _width(self.date_words)) / 2)
        return max(0.0, round(4 - overhang, 2))


def _width(text) -> float:
    """The width of a text in characters: what is ASCII takes a little over half of one."""
    return sum(0.55 if one.isascii() else 1.0 for one in text)


def broken(title: str, after: int = 0, whole: tuple[str, ...] = ()) -> list[str]:
    """A title in lines of about the same length, no word of it torn as far as that can be seen: a number keeps its 年,
    no line begins with 的 or a closing mark, none of the names in `whole` is torn; best after `after` characters (the
    issuer) or before 关于.
    """
    if (count := ceil(_width(title) / TITLE_CHARACTERS)) < 2:
        return [title]
    starts = [(title.find(name), len(name)) for name in whole if name in title]
    inside = {place for start, length in starts for place in range(start + 1, start + length)}
    fitting = [
        place
        for place in range(2, len(title) - 1)
        if _width(title[:place]) <= TITLE_CHARACTERS
        and not TORN.match(title, place - 1)
        and place not in inside
    ]
    if not fitting:
        return [title]

    def best(lines):
        target = _width(title) / lines

        def cost(place):
            good = 3 if place == after or title.startswith("关于", place) else 0
            return abs(_width(title[:place]) - target) - good

        return min(fitting, key=cost)

    place = best(count)
    if _width(title[place:]) > TITLE_CHARACTERS * (count - 1):  # no even break between words: one line more
        place = best(count + 1)
    return [title[:place], *broken(title[place:], whole=whole)]


def html(document: Document, *, demo: bool = False) -> str:
    """The document as one HTML page; `demo` marks each sheet as no real one."""
    mark = f"{DEMONSTRATION}　{document.mark}" if demo else document.mark
    return render_to_string("paper/document.html", {"paper": document, "mark": mark})


def pdf(document: Document, *, demo: bool = False) -> bytes:
    """The document as PDF. Raises TooLarge for a list too long for one file."""
    return render(html(document, demo=demo))


def paragraphs(text: str, level: int = 0) -> list[Paragraph]:
    """What an officer typed, a paragraph for each of its lines."""
    return [Paragraph(line.strip(), level) for line in text.splitlines() if line.strip()]
