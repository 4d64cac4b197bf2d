"""The demonstration's own page: switch the role, move the date. Not there on a real site."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.demonstration import by_programme
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
    return render(request, "accounts/demo.html", {"form": form, "groups": by_programme()}, status=status)


@require_POST
def demo_clock(request):
    """Move the demonstration to ten o'clock of a day."""
    if not settings.DEMO:
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
            subject="演示日期",
            before={"日期": clock.day_of(before).isoformat()},
            after={"日期": day.isoformat()},
            ip=client_ip(request),
        )
    messages.success(request, f"已把演示日期调到 {zh_date(day)}。")
    return redirect(safe_next(request, "/home/" if request.user.is_authenticated else "/"))
