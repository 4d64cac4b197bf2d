"""The demonstration's own page: switch the role, move the date. Not there on a real site."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.demonstration import PLACE, by_programme, places
from accounts.events import record
from accounts.forms import DemonstrationDay
from accounts.limits import client_ip
from accounts.sign_in import safe_next
from regions import clock
from regions.templatetags.portal import zh_date


@login_not_required
@require_safe
def demo(request):
    """All accounts by programme, and the date."""
    if not settings.DEMO:
        raise Http404
    return _page(request, DemonstrationDay(initial={"day": clock.today()}))


def _page(request, form, status=200):
    context = {"form": form, "groups": by_programme(), "places": places(), "playing": clock.playing()}
    return render(request, "accounts/demo.html", context, status=status)


@login_not_required
@login_not_required
@require_POST
def demo_place(request):
    """Look at another demonstration without signing in: its day is the day of the public pages."""
    chosen = next((p for p in places() if str(p.pk) == request.POST.get("place")), None)
    if not settings.DEMO or chosen is None:
        raise Http404
    response = redirect(safe_next(request, "/"))
    response.set_cookie(PLACE, str(chosen.pk), samesite="Lax", httponly=True, secure=request.is_secure())
    return response


@require_POST
def demo_clock(request):
    """Move the demonstration to ten o'clock of a day."""
    playing = clock.playing() if settings.DEMO else None
    if playing is None:
        raise Http404
    form = DemonstrationDay(request.POST)
    if not form.is_valid():
        return _page(request, form)
    day = form.cleaned_data["day"]
    moment = clock.start_of(day) + dt.timedelta(hours=10)
    before = clock.now()
    with transaction.atomic():
        clock.move(moment)
        record(
            "move_clock",
            by=request.user,
            at=moment,
            subject=f"演示日期（{playing.title}）",
            before={"日期": clock.day_of(before).isoformat()},
            after={"日期": day.isoformat()},
            ip=client_ip(request),
        )
    messages.success(request, f"已把演示日期调到 {zh_date(day)}。")
    return redirect(safe_next(request, "/home/" if request.user.is_authenticated else "/"))
