"""Checking the code of a print, for everyone: is it genuine, of which form and community, and does the data still hold."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import limits
from accreditation.forms.paper import PaperQuery
from accreditation.models import Application
from accreditation.paper import forms, printing
from accreditation.views.public import too_many
from regions import clock

HOUR, WRONG_PER_PLACE = 3600, 30


def _guesses(request):
    return limits.key_of("paper", limits.place_of(limits.client_ip(request)))


@login_not_required
@require_safe
@never_cache
def paper_check(request):
    """The box to type a code into."""
    if "code" not in request.GET:
        return render(request, "public/paper_check.html", {"form": PaperQuery()})
    form = PaperQuery(request.GET)
    if form.is_valid():
        return redirect("paper", code=form.cleaned_data["code"])
    return render(request, "public/paper_check.html", {"form": form}, status=400)


@login_not_required
@require_safe
@never_cache
def paper(request, code):
    """What a code tells: the form, the community, when it was printed, whether the data changed since. Nothing else."""
    if limits.peek(_guesses(request), timezone.now()) >= WRONG_PER_PLACE:
        return too_many(request, 60)
    found = printing.by_code(code)
    context = {"code": code[:40], "at": clock.now(), "form": PaperQuery(), "print": None}
    if found is None or found.form not in forms.FORMS:
        limits.count(_guesses(request), HOUR, timezone.now())
        return render(request, "public/paper.html", context, status=404)
    application = printing.with_findings(Application.objects).get(pk=found.application_id)
    context |= {
        "print": {
            "code": found.shown_code,
            "title": forms.FORMS[found.form].title,
            "community": application.community.name,
            "printed_at": found.printed_at,
        },
        "stale": printing.is_stale(found, application, clock.now()),
    }
    return render(request, "public/paper.html", context)
