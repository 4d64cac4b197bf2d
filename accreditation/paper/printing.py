"""Printing a form, checking its code, and what comes back stamped.

A print keeps the data it shows; the same data printed again is the same print with the same code. When the data behind
it changes, the print and its scans are stale (reliability of 8.4: fill, lock, print, stamp, scan, compare). Whose
findings stand on a print decides who may open it: the reader must see those of every level on it.
"""

import io
import json
import secrets
from dataclasses import dataclass, field

import pikepdf
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.events import canonical, record
from accounts.models import Role
from accreditation import filing, filing_content
from accreditation.disclosure import shows_self
from accreditation.models import Application, ApplicationEvent, PaperCopies, Print, Scan
from accreditation.models.paper import COMMUNITY, STAMPERS
from accreditation.paper import facts, forms, rendering
from accreditation.permissions import why_not
from accreditation.recognitions import ALPHABET
from accreditation.refusals import NotYours
from accreditation.routes import LEVELS

MOST_SCANS = 20  # of one print
MOST_COPIES = 99
STALE = "已过期：数据在打印后有改动"
NOT_PRINTED = "这份申报不打印这张表。"


def form_of(application, key) -> forms.Form | None:
    """The form of that name among those the application prints."""
    return next((form for form, _ in forms.of(application) if form.key == key), None)


def with_findings(applications):
    """A queryset of applications with all that a form shows at hand."""
    return (
        applications.with_round()
        .select_related("self_sheet", "community__street")
        .prefetch_related("assessments__sheet")
    )


def print_paper(application, form, *, by, at, address, demo=False) -> Print:
    """Lock the data as this person sees it now and give it its code; the print of the same data where there is one.

    address: a function of the code that gives the address where it can be checked. Writes an event each time.
    """
    levels = facts.levels_of(application, form, by)
    data = facts.of(application, form, levels, at)
    same = {"application": application, "form": form.key, "fingerprint": facts.fingerprint(data)}
    found = Print.objects.filter(**same).first()
    if found is None:
        code = new_code()
        made = forms.pdf(form, data, code=shown(code), qr=rendering.qr_svg(address(code)), demo=demo)
        with pikepdf.open(io.BytesIO(made)) as pdf:
            pages = len(pdf.pages)
    with transaction.atomic():
        if found is None:
            details = {"levels": " ".join(levels), "data": canonical(data), "code": code, "pages": pages}
            found = _create(same, {**details, "printed_by": by, "posting": by.acting, "printed_at": at})
        told = {"form": form.title, "print_code": found.shown_code}
        _record(application, "print_paper", by=by, at=at, data=told)
    return found


def _create(same, details):
    try:
        with transaction.atomic():
            return Print.objects.create(**same, **details)
    except IntegrityError:  # two presses at the same moment
        return Print.objects.get(**same)


def new_code() -> str:
    """Twelve characters, 60 bits, without letters that are misread."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


def shown(code: str) -> str:
    return Print(code=code).shown_code


def read_code(text: str) -> str:
    """A code as it was typed: case, blanks and hyphens do not matter, O is 0, I and L are 1."""
    plain = "".join(c for c in text.upper() if c.isalnum())
    return plain.translate(str.maketrans("OIL", "011"))[:40]


def by_code(text) -> Print | None:
    return Print.objects.select_related("application__community").filter(code=read_code(text)).first()


def pdf_of(printed: Print, *, address, demo=False) -> bytes:
    """The print again, from the data it was made of; the same bytes."""
    qr = rendering.qr_svg(address(printed.code))
    form = forms.FORMS[printed.form]
    return forms.pdf(form, json.loads(printed.data), code=printed.shown_code, qr=qr, demo=demo)


def is_stale(printed: Print, application, at, known=None) -> bool:
    """Whether the form would show other data now. `known` keeps the answers for prints of the same form and levels."""
    known = {} if known is None else known
    key = (printed.form, printed.levels)
    if key not in known:
        form = forms.FORMS[printed.form]
        known[key] = facts.fingerprint(facts.of(application, form, printed.level_list, at))
    return known[key] != printed.fingerprint


# Who


def may_open(user, printed, application) -> bool:
    """Whether this reader sees the findings of every level on the print, and the self score where it shows one."""
    form = forms.FORMS[printed.form]
    if form.is_sheet and not shows_self(user, application):
        return False
    return all(forms.may_show(user, application, form, level) for level in printed.level_list)


def may_open_scan(user, scan, application) -> bool:
    """The community's stamp is for whoever may open the print; an office's for those who see what it found."""
    if not may_open(user, scan.print, application):
        return False
    form = forms.FORMS[scan.print.form]
    return scan.stamper == COMMUNITY or forms.may_show(user, application, form, scan.stamper)


def stamper_of(user, form, application) -> str:
    """Whose stamp this person may upload on the form: "community", a level, or "" for none."""
    posting = user.acting
    if posting is None:
        return ""
    if posting.role == Role.FILER:
        return COMMUNITY if posting.community_id == application.community_id else ""
    if not may_receive(user, application):
        return ""
    return posting.level if posting.level in forms.stampers(form, application) else ""


def may_receive(user, application) -> bool:
    """Whether this person takes in paper for the application: handlers and approvers of a desk it came to."""
    posting = user.acting
    return (
        posting is not None
        and posting.role in (Role.HANDLER, Role.APPROVER)
        and posting.has_desk
        and posting.level in LEVELS
        and LEVELS.index(posting.level) + 1 <= application.reached
        and posting.region.contains(application.position)
    )


# What comes back


@transaction.atomic
def attach_scan(printed, upload, *, by, at) -> Scan:
    """Keep a checked upload (accreditation.uploads.Checked) as the stamped scan of a print.

    The community's scan of a print that still holds becomes the material the form stands for, while that is open.
    """
    application = _held(printed)
    form = forms.FORMS[printed.form]
    stamper = stamper_of(by, form, application)
    if not stamper:
        raise NotYours("这张表由盖章的单位上传扫描件。")
    if printed.scans.count() >= MOST_SCANS:
        raise ValidationError(f"一份打印件最多上传 {MOST_SCANS} 份扫描件。")
    if printed.scans.filter(stamper=stamper, checksum=upload.checksum).exists():
        raise ValidationError("这份扫描件已经上传过，不用再传。")
    scan = Scan.objects.create(
        print=printed,
        stamper=stamper,
        file=upload.stored_name,
        name=upload.name,
        size=upload.size,
        content_type=upload.content_type,
        checksum=upload.checksum,
        uploaded_by=by,
        uploaded_at=at,
    )
    if stamper == COMMUNITY:
        _as_material(printed, form, application, upload, by, at)
    told = {
        "print_code": printed.shown_code,
        "stamper": scan.get_stamper_display(),
        "checksum": upload.checksum,
    }
    _record(application, "attach_scan", by=by, at=at, data=told)
    return scan


def _as_material(printed, form, application, upload, by, at):
    material = next((key for one, key in forms.of(application) if one.key == form.key), "")
    open_places = filing_content.open_targets(application)
    may = not why_not(by, application, "edit") and (
        open_places is None or f"material:{material}" in open_places
    )
    if may and not is_stale(printed, application, at):
        filing.attach(application, upload, material=material, by=by, at=at)


@transaction.atomic
def receive_copies(printed, copies: int, *, by, at) -> PaperCopies:
    """Record that so many stamped copies on paper have come to this person's office."""
    application = _held(printed)
    if not may_receive(by, application):
        raise NotYours("纸质件由收件单位的经办或审核岗位登记。")
    row = PaperCopies.objects.create(
        print=printed, level=by.acting.level, posting=by.acting, copies=copies, noted_by=by, noted_at=at
    )
    told = {"print_code": printed.shown_code, "copies": copies}
    _record(application, "receive_copies", by=by, at=at, data=told)
    return row


def _held(printed):
    """The application with all that a form shows, locked."""
    Application.objects.select_for_update().get(pk=printed.application_id)
    return with_findings(Application.objects).get(pk=printed.application_id)


def _record(application, action, *, by, at, data):
    subject = f"{application.number} {application.community.name}"
    event = record(action, by=by, at=at, subject=subject, data=data)
    ApplicationEvent.objects.create(event=event, application=application)


# How it stands


@dataclass
class Printed:
    """One print as a reader sees it: the newest scan of each stamp, older ones, and the copies on paper."""

    row: Print
    stale: bool
    scans: list[Scan] = field(default_factory=list)
    replaced: list[Scan] = field(default_factory=list)
    copies: list[PaperCopies] = field(default_factory=list)
    stamper: str = ""  # whose stamp this reader may upload
    receives: bool = False

    @property
    def stamper_name(self) -> str:
        return dict(STAMPERS).get(self.stamper, "")


@dataclass
class Standing:
    """One form of an application with its prints, the newest first."""

    form: forms.Form
    material: str
    prints: list[Printed]

    @property
    def scans(self) -> list[tuple[Scan, bool]]:
        """(scan, stale) of the newest print that has any."""
        return next(([(scan, one.stale) for scan in one.scans] for one in self.prints if one.scans), [])


def standing(application, user, at) -> list[Standing]:
    """The forms of an application (from `with_findings`) as this reader may see them. Three queries, however many prints."""
    known, by_form = {}, {}
    rows = application.prints.select_related("printed_by", "posting__office", "posting__community")
    for row in rows.prefetch_related("scans__uploaded_by", "copies__posting__office"):
        if row.form in forms.FORMS and may_open(user, row, application):
            by_form.setdefault(row.form, []).append(seen(row, application, user, at, known))
    return [Standing(form, material, by_form.get(form.key, [])) for form, material in forms.of(application)]


def seen(row, application, user, at, known=None) -> Printed:
    """One print with its scans and copies as this reader may see them."""
    form = forms.FORMS[row.form]
    found = Printed(row, is_stale(row, application, at, known))
    stamped = set()
    for scan in row.scans.all():
        scan.print = row
        if may_open_scan(user, scan, application):
            (found.replaced if scan.stamper in stamped else found.scans).append(scan)
            stamped.add(scan.stamper)
    levels = set()
    for one in row.copies.all():
        if one.level not in levels:
            levels.add(one.level)
            found.copies.append(one)
    found.stamper = stamper_of(user, form, application)
    found.receives = may_receive(user, application)
    return found
