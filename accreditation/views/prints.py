"""Printing the programme's own forms: what can be printed, a press that prints, the PDF itself."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accreditation.forms.paper import CopiesForm, ScanForm
from accreditation.models import Application, Print, Scan
from accreditation.models.paper import COMMUNITY
from accreditation.paper import forms, printing, rendering
from regions import clock

# A PDF shown in the browser needs its viewer, also inside the page that compares it with its scan.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def print_address(application, material) -> str:
    """Where a material's own form is printed from, "" where the portal prints none for it."""
    keys = {key for _, key in forms.of(application)}
    if material["key"] not in keys:
        return ""
    return f"{reverse('accreditation:papers', args=[application.pk])}#{material['form']}"


def prints(application, scanned=True):
    """The forms that this portal prints for the application: (title, address, how its stamped scan stands, or "").

    scanned: whether a stamped scan can have come in at all; else nobody is asked.
    """
    found = forms.of(application)
    scans = {}
    if found and scanned:
        rows = Scan.objects.filter(print__application=application, stamper=COMMUNITY).select_related("print")
        for scan in rows.order_by("id"):
            scans[scan.print.form] = scan
    words, at = {}, clock.now()
    if scans:
        whole = printing.with_findings(Application.objects).get(pk=application.pk)
        for key, scan in scans.items():
            stale = printing.is_stale(scan.print, whole, at)
            words[key] = printing.STALE if stale else "盖章扫描件已上传"
    address = reverse("accreditation:papers", args=[application.pk])
    return [(form.title, f"{address}#{form.key}", words.get(form.key, "")) for form, _ in found]


def code_address(request):
    """A function of a code that gives the public address where it is checked."""
    return lambda code: request.build_absolute_uri(reverse("paper", args=[printing.shown(code)]))


@require_safe
def papers(request, pk):
    """The forms of an application: printing, what was printed, the stamped scans and the copies on paper."""
    application = _application(request, pk)
    context = {
        "application": application,
        "standing": printing.standing(application, request.user, clock.now()),
        "stale_words": printing.STALE,
    }
    return render(request, "accreditation/papers.html", context)


@require_POST
def print_paper(request, pk, form):
    """Lock what the form shows to this reader, and lead to the print."""
    application = _application(request, pk)
    wanted = printing.form_of(application, form)
    if wanted is None:
        raise Http404
    try:
        made = printing.print_paper(
            application,
            wanted,
            by=request.user,
            at=clock.now(),
            address=code_address(request),
            demo=settings.DEMO,
        )
    except rendering.TooLarge as refusal:
        context = {
            "application": application,
            "standing": printing.standing(application, request.user, clock.now()),
            "stale_words": printing.STALE,
            "refusal": str(refusal),
        }
        return render(request, "accreditation/papers.html", context, status=409)
    return redirect("accreditation:printed", pk=made.pk)


def _application(request, pk):
    rows = printing.with_findings(Application.objects.in_line_of(request.user))
    return get_object_or_404(rows, pk=pk)


def opened(request, pk):
    """(print, application) for whoever may open it; the same 404 for everyone else."""
    rows = Print.objects.visible_to(request.user).select_related("printed_by", "posting__office")
    printed = get_object_or_404(rows.prefetch_related("scans__uploaded_by", "copies__posting__office"), pk=pk)
    application = printing.with_findings(Application.objects).get(pk=printed.application_id)
    if printed.form not in forms.FORMS or not printing.may_open(request.user, printed, application):
        raise Http404
    return printed, application


@require_safe
def print_pdf(request, pk):
    """The print as a PDF, from the data that was locked."""
    printed, application = opened(request, pk)
    made = printing.pdf_of(printed, address=code_address(request), demo=settings.DEMO)
    response = HttpResponse(made, content_type="application/pdf")
    name = f"{forms.FORMS[printed.form].title}-{application.community.name}-{printed.shown_code}.pdf"
    response["Content-Disposition"] = content_disposition_header(request.GET.get("download") == "1", name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = VIEWER
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def printed_page(request, printed, application, status=200, **bound):
    """The print beside its scans, with the boxes for a scan and for the copies; `bound` forms replace fresh ones."""
    seen = printing.seen(printed, application, request.user, clock.now())
    context = {
        "application": application,
        "one": seen,
        "form_title": forms.FORMS[printed.form].title,
        "scan_form": bound.get("scan_form", ScanForm()),
        "copies_form": bound.get("copies_form", CopiesForm()),
        "stale_words": printing.STALE,
        "forms": list(bound.values()),
    }
    return render(request, "accreditation/printed.html", context, status=status)
