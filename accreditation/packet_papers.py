"""All papers of one application that a reader may see: printed forms, materials, stamped scans, photos, findings, certificate."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse

from accounts.models import Role
from accreditation import filing_content, round_book
from accreditation.disclosure import shows
from accreditation.models import Attachment, NoticeEntry, Print, Recognition
from accreditation.paper import certificates, document_texts, documents, facts, forms, printing
from accreditation.public import published
from regions.clock import day_of

FORMS, MATERIALS, SCANS, VISITS, FINDINGS, NOTICES, TITLE = (
    "1 申报表格", "2 申报材料", "3 盖章扫描件", "4 实地考察", "5 评审记录", "6 公示", "7 证书",
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """One paper: its folder, its name, and either the text that makes it or where it is stored (with what it must be)."""

    folder: str
    name: str
    make: Callable[[], bytes] | None = None
    stored: str = ""
    size: int = 0
    checksum: str = ""


def everything(applications):
    """A queryset of applications with all that their papers read."""
    return printing.with_findings(applications).prefetch_related(
        Prefetch("attachments", Attachment.objects.filter(removed_at__isnull=True).select_related("visit")),
        "prints__scans",
    )


def papers(application, *, by, at, site: str, notices: bool) -> Iterator[Paper]:
    """The papers of an application (of `everything`) in the order of their folders.

    site: "https://host", for the addresses in check codes. notices: whether the notices it stood on come along.
    """
    yield from _forms(application, by, at, site)
    yield from _materials(application, by)
    yield from _scans(application, by, at)
    yield Paper(FINDINGS, "评分、意见和办理记录.xlsx", lambda: _findings(application, by, at))
    if notices:
        for key in notice_keys([application.pk]):
            yield notice_paper(key, at)
    yield from _title(application, at, site)


def _forms(application, by, at, site):
    def address(code):
        return site + reverse("paper", args=[printing.shown(code)])

    for form, _ in forms.of(application):
        yield Paper(
            FORMS, f"{form.title}.pdf", lambda form=form: _form(application, form, by, at, address)
        )  # fmt: skip


def _form(application, form, by, at, address) -> bytes:
    """The print of exactly this data where there is one, else a new one with its code."""
    data = facts.of(application, form, facts.levels_of(application, form, by), at)
    found = Print.objects.filter(
        application=application, form=form.key, fingerprint=facts.fingerprint(data)
    ).first()
    if found is None:
        found = printing.print_paper(
            application, form, by=by, at=at, address=address, demo=settings.DEMO
        )  # fmt: skip
    return printing.pdf_of(found, address=address, demo=settings.DEMO)


def _materials(application, by):
    labels = {one["key"]: one["label"] for one in filing_content.materials_wanted(application)}
    for file in application.attachments.all():
        if file.visit_id is None:
            label = labels.get(file.material, "其他")
            folder = f"{MATERIALS}/{label}"
            name = f"{file.indicator} {file.name}" if file.indicator else file.name
            yield Paper(folder, name, None, file.file.name, file.size, file.checksum)
    for file in application.attachments.all():
        if (
            file.visit_id
            and by.acting.role != Role.FILER
            and shows(by, application, round_book.level_of(file.visit.state))
        ):
            name = f"{file.visit.on} {file.name}"
            yield Paper(VISITS, name, None, file.file.name, file.size, file.checksum)


def _scans(application, by, at):
    known: dict = {}
    for row in application.prints.all():
        if row.form not in forms.FORMS or not printing.may_open(by, row, application):
            continue
        stale = "（打印后数据有改动）" if printing.is_stale(row, application, at, known) else ""
        for scan in row.scans.all():
            scan.print = row
            if printing.may_open_scan(by, scan, application):
                stem, dot, ending = scan.name.rpartition(".")
                title = (
                    f"{forms.FORMS[row.form].title} {scan.get_stamper_display()}盖章 {row.shown_code}{stale}"
                )
                name = f"{title}.{ending}" if dot and stem else title
                yield Paper(SCANS, name, None, scan.file.name, scan.size, scan.checksum)


def _findings(application, by, at) -> bytes:
    target = io.BytesIO()
    told = [("申报编号", application.number or ""), ("社区", application.community.full_name)]
    round_book.write(target, [application.pk], by=by, at=at, facts=told)
    return target.getvalue()


def notice_keys(applications: list[int]) -> list[int]:
    """The notices that any of these applications stood on, oldest first."""
    found = NoticeEntry.objects.filter(application__in=applications).order_by("notice")
    return list(found.values_list("notice", flat=True).distinct())


def notice_paper(key: int, at) -> Paper:
    """One notice as the official document that everyone may read."""
    shown = published.notice(key, at)
    day = day_of(shown.published_at)
    return Paper(NOTICES, f"{shown.title}.pdf", lambda: documents.pdf(document_texts.notice(shown, day)))


def _title(application, at, site):
    def address(number):
        return site + reverse("certificate", args=[number])

    titles = Recognition.objects.filter(application=application).select_related("community")
    for title in certificates.in_force(titles, day_of(at)):
        yield Paper(
            TITLE, f"证书 {title.number}.pdf",
            lambda title=title: certificates.pdf([title], address, demo=settings.DEMO),
        )  # fmt: skip
