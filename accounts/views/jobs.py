"""The pages of work behind the pages: what I asked for, how far it is, its file."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts import jobs as work
from accounts.private_files import served
from regions import clock

PAGE = 25
REFRESH_SECONDS = 2


@require_safe
def jobs(request):
    """The jobs of the acting posting, the newest first."""
    page = Paginator(work.of(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/jobs.html", {"page": page})


@require_safe
def job(request, key):
    """How far one job is; while it runs the page loads itself anew, without script."""
    found = get_object_or_404(work.of(request.user), key=key)
    running = found.state in work.OPEN
    context = {"job": found, "running": running, "ahead": _ahead(found) if running else 0}
    response = render(request, "accounts/job.html", context)
    if running:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _ahead(found):
    if found.state != found.State.WAITING:
        return 0
    return type(found).objects.filter(state__in=work.OPEN, pk__lt=found.pk).count()


@require_safe
def job_file(request, key):
    """The result, for the person who asked, under the posting it was asked with."""
    found = get_object_or_404(work.of(request.user).exclude(stored_name=""), key=key)
    if not work.may_download(found, request.user):
        raise Http404
    response = served(found.stored_name, "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.file_name)
    return response


@require_POST
def cancel_job(request, key):
    """Stop what waits or runs."""
    found = get_object_or_404(work.of(request.user), key=key)
    if work.cancel(found):
        messages.success(request, "已取消这项任务。")
    else:
        messages.warning(request, "这项任务已经结束，无须取消。")
    return redirect("accounts:job", key=key)


@require_POST
def renew_job(request, key):
    """Ask for the same anew, with today's data."""
    found = get_object_or_404(work.of(request.user), key=key)
    try:
        fresh = work.renew(found, by=request.user, at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("accounts:job", key=key)
    return redirect("accounts:job", key=fresh.key)
