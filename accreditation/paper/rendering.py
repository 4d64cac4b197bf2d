"""From HTML to PDF, and from a text to its QR picture. The only place that knows WeasyPrint and segno.

WeasyPrint hangs when threads share a font configuration and leaks when each document makes its own, so a process has one
thread that prints, with one font configuration for its life; whoever asks waits for it. Documents fetch nothing but
`data:` addresses: no file, no network, whatever the text of a field says.
"""

import hashlib
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Waited
from threading import Lock

import segno
from django.conf import settings
from PIL import ImageFile
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

# Its lines quote the document, and documents hold personal data.
logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
# WeasyPrint lets the whole process take half a picture for a whole one; uploads must refuse those.
ImageFile.LOAD_TRUNCATED_IMAGES = False

# A document above this is refused before it is laid out; 34 rows of a score sheet are about 400 tags, a list of 1,000
# rows with 9 columns about 10,000. Measured: time and memory grow with the tags.
MOST_TAGS = 25_000
MOST_CHARACTERS = 3_000_000
MOST_SECONDS = 60

_lock = Lock()
_printers = {}  # process id → its printing thread: a forked worker makes its own


class TooLarge(ValueError):
    """The document is too large to print in one piece; the text says what to do instead."""


class OnlyData(URLFetcher):
    """Opens `data:` addresses and nothing else: neither files nor the network, directly or by a redirect."""

    def __init__(self):
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url, headers=None):
        if not url.lower().startswith("data:"):
            raise ValueError("only data: addresses are opened")
        return super().fetch(url, headers)


def stylesheet_path():
    """The stylesheet of all paper: pages, fonts, the parts that forms and documents share."""
    return settings.BASE_DIR / "templates" / "paper" / "paper.css"


class _Printer:
    """What one printing thread keeps: its fonts, its fetcher, the parsed stylesheet. Used on that thread only."""

    def __init__(self):
        self.fonts = FontConfiguration()
        self.fetcher = OnlyData()
        text = stylesheet_path().read_text(encoding="utf-8")
        self.css = CSS(string=text, url_fetcher=self.fetcher, font_config=self.fonts)

    def pages(self, html):
        found = self._document(html).render(self.fonts, stylesheets=[self.css]).pages
        return {name: number for number, page in enumerate(found, 1) for name in page.anchors}

    def print(self, html):
        return self._document(html).write_pdf(
            stylesheets=[self.css],
            font_config=self.fonts,
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
            pdf_tags=True,
        )

    def _document(self, html):
        return HTML(string=html, url_fetcher=self.fetcher, media_type="print")


class _Thread:
    """The printing thread of this process. Its printer is made on it, with the first document."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="paper")
        self.printer = None

    def run(self, what, html):
        if self.printer is None:
            self.printer = _Printer()
        return getattr(self.printer, what)(html)


def render(html: str) -> bytes:
    """The PDF of one whole HTML document (with <title> and lang), laid out by templates/paper/paper.css.

    The same HTML gives the same bytes. Tagged, with title and language from the document. TooLarge above MOST_TAGS or
    MOST_CHARACTERS, where it nests too deep, and after MOST_SECONDS.
    """
    return _wait("print", html)


def pages_of(html: str) -> dict[str, int]:
    """On which page each element with an id begins, from 1, when the document is printed. Refuses as `render` does."""
    return _wait("pages", html)


def _wait(what, html):
    if len(html) > MOST_CHARACTERS or html.count("<") > MOST_TAGS:
        raise TooLarge("这份文件太大，不能一次打印，请分成几份。")
    thread = _thread()
    waiting = thread.pool.submit(thread.run, what, html)
    try:
        return waiting.result(timeout=MOST_SECONDS)
    except RecursionError:
        raise TooLarge("这份文件的层次太深，不能打印。") from None
    except Waited:
        waiting.cancel()
        raise TooLarge("这份文件打印的时间太长，请稍后再试，或分成几份打印。") from None


def _thread():
    with _lock:
        return _printers.setdefault(os.getpid(), _Thread())


def qr_svg(text: str) -> str:
    """A QR code of the text as a data: address of an SVG picture, for <img src>; error correction M, no border of its own."""
    return segno.make(text, error="m", micro=False).svg_data_uri(border=0, scale=4, omitsize=False)
