"""Private files: putting them into an application, taking them out, and reading them."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.private_files import served
from accreditation import filing, filing_content, uploads
from accreditation.disclosure import shows_visit
from accreditation.forms.filing import AttachForm
from accreditation.models import Application, Attachment
from accreditation.permissions import why_not
from accreditation.refusals import NotYours
from accreditation.views.filling import is_autosave, own, remarks_of
from accreditation.views.prints import print_address
from regions import clock

METHODS = ["GET", "HEAD", "POST"]
MOST_FILES = 200
LONGEST_WORDS = 60  # of a choice
# A PDF shown in the browser needs its viewer; everything else stands in a sandbox.
SANDBOX = "default-src 'none'; sandbox"
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@require_safe
def attachment(request, pk):
    """A file of an application the reader may see; anything else is the same 404. `?inline=1` shows pictures and PDF.

    A photo of a visit is for those who see the visit.
    """
    rows = Attachment.objects.filter(application__in=Application.objects.visible_to(request.user))
    found = get_object_or_404(rows.select_related("visit"), pk=pk)
    if found.visit:
        application = Application.objects.with_round().get(pk=found.application_id)
        if not shows_visit(request.user, application, found.visit):
            raise Http404
    return stored(found, inline=request.GET.get("inline") == "1")


def stored(found, *, inline):
    """A row's stored file (`file`, `name`, `content_type`) as an answer: a download, or (inline) shown where that is safe."""
    inline = inline and found.content_type in uploads.ENDINGS
    response = served(found.file.name, found.content_type)
    response["Content-Disposition"] = content_disposition_header(not inline, found.name)
    shown_pdf = inline and found.content_type == "application/pdf"
    response["Content-Security-Policy"] = VIEWER if shown_pdf else SANDBOX
    return response


@dataclass
class Group:
    """One material on the page of evidence."""

    material: dict
    files: list
    form: AttachForm
    open: bool
    remarks: list
    print_url: str

    @property
    def key(self):
        return self.material["key"]


def _indicators(application, open_places):
    """The indicators and conditions that files can be hung on: (code, words)."""
    everywhere = open_places is None or "material:evidence" in open_places
    return [
        (code, words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]}…")
        for code, words in filing_content.items(application).items()
        if everywhere or f"indicator:{code}" in open_places
    ]


def _groups(application, chosen="") -> list[Group]:
    open_places = filing_content.open_targets(application)
    indicators = _indicators(application, open_places)
    words = dict(_indicators(application, None))
    notes = remarks_of(application)
    found = []
    for material in filing_content.materials_wanted(application):
        key = material["key"]
        split = material.get("by_indicator", False)
        files = [a for a in filing_content.attachments(application) if a.material == key]
        for file in files:
            file.words = words.get(file.indicator, "")
            file.open = (
                open_places is None
                or f"material:{key}" in open_places
                or f"indicator:{file.indicator}" in open_places
            )
        may = open_places is None or f"material:{key}" in open_places or (split and bool(indicators))
        form = AttachForm(
            initial={"material": key, "indicator": chosen if split else ""},
            materials=[key],
            indicators=indicators if split else [],
            auto_id=f"id_{key}_%s",
        )
        if not split:
            del form.fields["indicator"]
        remarks = [(material["label"], text) for text in notes.get(f"material:{key}", [])]
        if split:
            remarks += [
                (words[code], text)
                for target, texts in notes.items()
                for code in [target.removeprefix("indicator:")]
                if target.startswith("indicator:") and code in words
                for text in texts
            ]
        found.append(Group(material, files, form, may, remarks, print_address(application, material)))
    return found


def _evidence_page(request, application, status=200, failures=()):
    context = {
        "application": application,
        "groups": _groups(application, request.GET.get("indicator", "")),
        "accept": uploads.ACCEPT,
        "most_bytes": settings.UPLOAD_MAX_BYTES,
        "failures": failures,
    }
    return render(request, "accreditation/evidence.html", context, status=status)


@require_safe
def evidence(request, pk):
    """The materials with their files, one box for each."""
    application = own(request, pk)
    if reason := why_not(request.user, application, "edit"):
        messages.info(request, reason)
        return redirect("accreditation:application", pk=pk)
    return _evidence_page(request, application)


@require_http_methods(METHODS)
def attach(request, pk):
    """Take files in. Each one that cannot be taken is named with its reason; the others are kept."""
    application = own(request, pk)
    if request.method != "POST":
        return redirect("accreditation:evidence", pk=pk)
    form = AttachForm(
        request.POST,
        request.FILES,
        materials=[m["key"] for m in filing_content.materials_wanted(application)],
        indicators=_indicators(application, None),
    )
    taken, failures, status = [], [], 400
    if form.is_valid():
        taken, failures, status = _take(request, application, form.cleaned_data)
    else:
        failures = [sentence for sentences in form.errors.values() for sentence in sentences]
    if is_autosave(request):
        return _told(taken, failures, status)
    if taken:
        messages.success(request, f"已上传 {len(taken)} 个文件。")
    if not failures:
        address = reverse("accreditation:evidence", args=[pk])
        return redirect(f"{address}#material-{form.cleaned_data['material']}")
    return _evidence_page(request, own(request, pk), status, failures)


def _take(request, application, cleaned):
    taken, failures, status = [], [], 400
    count = len(filing_content.attachments(application))
    for upload in cleaned["files"]:
        try:
            if count + len(taken) >= MOST_FILES:
                raise ValidationError(f"一份申报最多上传 {MOST_FILES} 个文件，请先移除不需要的文件。")
            if reason := why_not(request.user, application, "edit"):
                raise NotYours(reason)
            with uploads.kept(upload, request.user) as checked:
                taken.append(
                    filing.attach(
                        application,
                        checked,
                        material=cleaned["material"],
                        indicator=cleaned["indicator"],
                        by=request.user,
                        at=clock.now(),
                    )
                )
        except NotYours as refusal:
            failures.append(refusal.sentence)
            return taken, failures, 403
        except ValidationError as refusal:
            failures.append(f"{uploads.plain_name(upload.name)}：{refusal.messages[0]}")
    return taken, failures, status


def _told(taken, failures, status):
    if failures:
        return JsonResponse({"message": failures[0].rsplit("：", 1)[-1]}, status=status)
    file = taken[0]
    body = {
        "name": file.name,
        "size": filesizeformat(file.size),
        "url": reverse("accreditation:attachment", args=[file.pk]) + "?inline=1",
        "remove_url": reverse("accreditation:detach", args=[file.pk]),
    }
    return JsonResponse(body, status=201)


@require_http_methods(METHODS)
def detach(request, pk):
    """Take a file out, after asking; file and row stay on record."""
    rows = Attachment.objects.filter(
        application__in=Application.objects.visible_to(request.user), removed_at=None
    )
    file = get_object_or_404(rows, pk=pk)
    application = own(request, file.application_id)
    if reason := why_not(request.user, application, "edit"):
        messages.info(request, reason)
        return redirect("accreditation:application", pk=application.pk)
    address = reverse("accreditation:evidence", args=[application.pk]) + f"#material-{file.material}"
    if request.method == "POST":
        try:
            filing.detach(application, file, by=request.user, at=clock.now())
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, f"已移除 {file.name}。")
        return redirect(address)
    context = {"application": application, "file": file, "cancel_url": address, "form": None}
    return render(request, "accreditation/detach.html", context)
