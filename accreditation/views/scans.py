"""What comes back stamped: a print beside its scans, uploading a scan, the scan itself, copies on paper."""

from csp.decorators import csp_replace
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from accreditation import uploads
from accreditation.forms.paper import CopiesForm, ScanForm
from accreditation.models import Application, Scan
from accreditation.paper import printing
from accreditation.views.files import stored
from accreditation.views.prints import opened, printed_page
from regions import clock

# The page shows PDFs of this site inside itself.
SHOWS_PDF = {"object-src": ["'self'"], "frame-src": ["'self'"]}


@csp_replace(SHOWS_PDF)
@require_safe
def printed(request, pk):
    """A print and its stamped scans side by side."""
    return printed_page(request, *opened(request, pk))


@csp_replace(SHOWS_PDF)
@require_POST
def attach_scan(request, pk):
    """Take in the stamped scan of a print."""
    row, application = opened(request, pk)
    form = ScanForm(request.POST, request.FILES)
    status = 400
    if form.is_valid():
        try:
            with uploads.kept(form.cleaned_data["file"], request.user) as checked:
                printing.attach_scan(row, checked, by=request.user, at=clock.now())
        except ValidationError as refusal:
            form.add_error("file", refusal)
            status = 409
        else:
            messages.success(request, "扫描件已上传，请对照打印件核对。")
            return redirect("accreditation:printed", pk=pk)
    return printed_page(request, row, application, status, scan_form=form)


@csp_replace(SHOWS_PDF)
@require_POST
def receive_copies(request, pk):
    """Record how many copies on paper have come in."""
    row, application = opened(request, pk)
    form = CopiesForm(request.POST)
    if form.is_valid():
        printing.receive_copies(row, form.cleaned_data["copies"], by=request.user, at=clock.now())
        messages.success(request, f"已登记收到纸质件 {form.cleaned_data['copies']} 份。")
        return redirect("accreditation:printed", pk=pk)
    return printed_page(request, row, application, 400, copies_form=form)


@require_safe
def scan(request, pk):
    """A stamped scan, for whoever sees what stands on it; `?inline=1` shows it in the page."""
    found = get_object_or_404(Scan.objects.visible_to(request.user).select_related("print"), pk=pk)
    application = printing.with_findings(Application.objects).get(pk=found.print.application_id)
    if not printing.may_open_scan(request.user, found, application):
        raise Http404
    response = stored(found, inline=request.GET.get("inline") == "1")
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
