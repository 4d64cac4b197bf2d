"""Certificates and plaques of titles: full legal name, title, number, document, issuer, date, and a QR code to its check.

What is printed says what was granted; whether it still holds is read at the address of the QR code. No seal is drawn:
its place above the date stays empty. Many certificates are laid out a part at a time and joined, so that memory does
not grow with their number.
"""

import datetime as dt
import gc
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from django.db.models import Q
from django.template.loader import render_to_string

from accreditation.models import Recognition
from accreditation.paper.document_numbers import document_number
from accreditation.paper.legal_names import legal_name
from accreditation.paper.rendering import qr_svg, render

CERTIFICATE, PLAQUE = "certificate", "plaque"
NAMES = {CERTIFICATE: "证书", PLAQUE: "牌匾"}
PART = 40  # certificates laid out at once


@dataclass(frozen=True)
class Granted:
    """What stands on a certificate."""

    name: str
    tier_name: str
    number: str
    document: str
    issuer: str
    granted_on: dt.date
    valid_until: dt.date | None
    address: str  # where its state is read
    qr: str  # the same as a picture


def in_force(titles, day: dt.date):
    """The titles of a queryset that hold on a day: no others are printed."""
    return titles.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=day),
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        status=Recognition.Status.VALID,
    )


def granted(title: Recognition, address: Callable[[str], str]) -> Granted:
    """title with its community; address: a function of the number that gives the whole public address."""
    where = address(title.number)
    return Granted(
        name=legal_name(title.community),
        tier_name=title.tier_name,
        number=title.number,
        document=document_number(title.document_number),
        issuer=title.issuer_name,
        granted_on=title.granted_on,
        valid_until=title.valid_until,
        address=where,
        qr=qr_svg(where),
    )


def html(titles: list[Recognition], address, *, kind: str = CERTIFICATE, demo: bool = False) -> str:
    """The pages of these titles as one HTML document, a page each."""
    rows = [granted(title, address) for title in titles]
    name = rows[0].number if len(rows) == 1 else f"{len(rows)} 份"
    context = {"rows": rows, "title": f"{NAMES[kind]} {name}", "demo": demo}
    return render_to_string(f"paper/{kind}.html", context)


def pdf(titles: list[Recognition], address, *, kind: str = CERTIFICATE, demo: bool = False) -> bytes:
    """The certificates (or plaques) of a few titles."""
    return render(html(titles, address, kind=kind, demo=demo))


def parts(titles, address, folder: Path, *, demo: bool = False) -> Iterator[tuple[int, Path]]:
    """(certificates done so far, file) for each part of a queryset of titles. A part that lies there already, with the

    same contents, is not laid out again.
    """
    keys = list(titles.values_list("pk", flat=True))
    for start in range(0, len(keys), PART):
        found = titles.model.objects.select_related("community").in_bulk(keys[start : start + PART])
        text = html([found[key] for key in keys[start : start + PART]], address, demo=demo)
        path = folder / f"{start:06d}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.pdf"
        if not path.exists():
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(render(text))
            unfinished.rename(path)
            gc.collect()  # a laid-out document is a ring of boxes: the next part would come on top of it
        yield min(start + PART, len(keys)), path


def join(paths: list[Path], target: Path, title: str) -> None:
    """One PDF of many, in their order. Each source is let go once its pages are taken: what they hold is copied."""
    with pikepdf.new() as joined:
        for path in paths:
            source = pikepdf.open(path, access_mode=pikepdf.AccessMode.stream)
            joined.pages.extend(source.pages)
            del source
        joined.docinfo["/Title"] = title
        joined.Root.Lang = pikepdf.String("zh-CN")
        joined.save(target)
