"""The working-day calendar: everyone signed in reads it, system administrators keep it.

A change is one transaction with its event; open notices are recomputed after it, each in a transaction of its own.
"""

import datetime as dt
import hashlib
import json

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.events import record
from accounts.limits import client_ip
from accounts.listed import exported, wanted, workbook
from accounts.models import Role
from accreditation import list_columns, notices
from accreditation.refusals import NotYours
from accreditation.workday_forms import ChangeDay, ImportYear, Reckon
from regions import calendar_import
from regions.calendar_files import BadCalendar, load_dump, read_upload
from regions.clock import now, today
from regions.divisions import region_of_code
from regions.models import CalendarNotice, Region, SpecialDay
from regions.workdays import Calendar, CalendarRefused, UnknownYear, change_day

NATIONAL_KEEPERS = {Region.Level.NATION, Region.Level.PROVINCE}
KEEPERS = NATIONAL_KEEPERS | {Region.Level.CITY, Region.Level.COUNTY}
NATION_FIRST = F("region__position").asc(nulls_first=True)
PREVIEW_SECONDS = 24 * 60 * 60


@exported
def list_(request):
    """The days of one year that depart from Monday to Friday, nationally or for a region, with a reckoner."""
    region = _region(request.GET.get("region", ""))
    years = sorted(
        set(CalendarNotice.objects.filter(region__isnull=True).values_list("year", flat=True)), reverse=True
    )
    year = _year(request.GET.get("year"), years)
    calendar = Calendar.load(region)
    days = list(_days(year, region))
    if wanted(request):
        return workbook(request, list_columns.workdays(days, region, year))
    ahead = Reckon(request.GET) if "first" in request.GET else Reckon()
    context = {
        "year": year,
        "years": years,
        "region": region,
        "choices": _choices(request.user),
        "notices": [one for one in _notices(region) if one.year == year],
        "days": days,
        "months": _months(calendar, year) if year in calendar.years else [],
        "total": calendar.working_days_in(year) if year in calendar.years else None,
        "may_edit": _may_keep(request.user, region),
        "form": ahead,
        "place": region.code if region else "",
    }
    if ahead.is_bound and ahead.is_valid():
        try:
            context["ends"] = calendar.notice_end(**ahead.cleaned_data)
        except UnknownYear as error:
            ahead.add_error("first", str(error))
    return render(request, "regions/workdays.html", context)


def edit(request):
    """Declare one day worked or off, with a reason."""
    region = _region(request.GET.get("region", ""))
    if not _may_keep(request.user, region):
        raise NotYours(_whose(region))
    form = ChangeDay(request.POST or None, initial=_initial(request.GET.get("day", ""), region))
    status = 200
    if form.is_valid():
        at = now()
        try:
            _change(request, region, at, **form.cleaned_data)
        except CalendarRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            day, word = form.cleaned_data["day"], "上班" if form.cleaned_data["working"] else "放假"
            messages.success(request, f"{_name(region)} {day.isoformat()} 已改为{word}。")
            _tell_recomputed(request, notices.recompute(at, region))
            return redirect(_list_address(day.year, region))
    context = {"form": form, "region": region, "back": _list_address(None, region)}
    return render(request, "regions/workdays_edit.html", context, status=status)


def import_(request):
    """A year's calendar from a file: first a preview of every day, then all of it or nothing."""
    region = _region(request.GET.get("region", ""))
    if not _may_keep(request.user, region):
        raise NotYours(_whose(region))
    if "payload" in request.POST:
        return _carry_out(request, region)
    form = ImportYear(request.POST or None, request.FILES or None, initial={"year": today().year + 1})
    context = {"form": form, "region": region, "back": _list_address(None, region)}
    if form.is_valid():
        given = form.cleaned_data
        upload = given["file"]
        try:
            calendar = read_upload(
                upload.name,
                upload.read(),
                year=given["year"],
                number=given["number"],
                title=given["title"] or (f"{region.name}{given['year']}年节假日补充安排" if region else ""),
                published_on=given["published_on"],
                regional=region is not None,
            )
        except BadCalendar as error:
            for sentence in error.errors:
                form.add_error("file", sentence)
        else:
            plan = calendar_import.plan(calendar, region, overrule=given["overrule"])
            payload = {
                "calendar": calendar.dump(),
                "region": region.pk if region else None,
                "overrule": given["overrule"],
                "reason": given["reason"],
                "seen": _fingerprint(plan),
            }
            context |= {
                "plan": plan,
                "calendar": calendar,
                "payload": signing.dumps(payload, salt="workdays", compress=True),
            }
            return render(request, "regions/workdays_preview.html", context)
    return render(request, "regions/workdays_import.html", context)


def _carry_out(request, region):
    """The second step of an import: what the preview showed, unless the calendar has changed since."""
    back = reverse("workdays:import_") + _query(region)
    try:
        payload = signing.loads(request.POST["payload"], salt="workdays", max_age=PREVIEW_SECONDS)
    except signing.BadSignature:
        messages.error(request, "预览已失效，请重新选择文件。")
        return redirect(back)
    if payload["region"] != (region.pk if region else None):
        raise Http404
    calendar, at = load_dump(payload["calendar"]), now()
    with transaction.atomic():
        done = calendar_import.apply(calendar, region, overrule=payload["overrule"])
        stale = _fingerprint(done) != payload["seen"]
        if stale:
            transaction.set_rollback(True)
        elif done.changes:
            record(
                "import_workdays",
                by=request.user,
                at=at,
                subject=f"{calendar.year}年节假日安排（{_name(region)}）",
                after=_summary(done),
                data={"number": calendar.number, "title": calendar.title, "reason": payload["reason"]},
                ip=client_ip(request),
            )
    if stale:
        context = {"form": ImportYear(), "region": region, "back": _list_address(None, region), "stale": True}
        return render(request, "regions/workdays_import.html", context, status=409)
    if done.changes:
        messages.success(
            request,
            f"{calendar.year} 年的安排已导入：新增 {len(done.new)} 天，修改 {len(done.changed)} 天，"
            f"删除 {len(done.dropped)} 天。",
        )
        _tell_recomputed(request, notices.recompute(at, region))
    else:
        messages.info(request, f"{calendar.year} 年的安排与文件一致，没有变化。")
    return redirect(_list_address(calendar.year, region))


@transaction.atomic
def _change(request, region, at, *, day, working, name, reason):
    before, after = change_day(day, working, region=region, name=name, reason=reason)
    record(
        "change_workday",
        by=request.user,
        at=at,
        subject=f"{day.isoformat()}（{_name(region)}）",
        before=before,
        after=after,
        data={"day": day.isoformat(), "region": region.code if region else "", "reason": reason},
        ip=client_ip(request),
    )


def _tell_recomputed(request, changed):
    for notice in changed:
        messages.info(
            request,
            f"公示“{notice.title}”原定 {notice.original_last_day.isoformat()} 截止，"
            f"调整为 {notice.last_day.isoformat()}。",
        )


def _may_keep(user, region):
    """Whether the acting posting keeps this calendar: system administrators, their own region and those below it."""
    posting = user.acting
    if posting is None or posting.role != Role.SYSADMIN or posting.level not in KEEPERS:
        return False
    if region is None or region.level == Region.Level.NATION:
        return posting.level in NATIONAL_KEEPERS
    return region.level in KEEPERS and posting.region.contains(region.position)


def _whose(region):
    if region is None:
        return "全国的节假日安排由省级以上系统管理员维护。"
    return f"{region.name}的放假安排由本级或上级的系统管理员维护。"


def _region(code):
    """The region of a code in the address, None for the nation; 404 where there is none."""
    if not code:
        return None
    try:
        return region_of_code(code)
    except Region.DoesNotExist:
        raise Http404 from None


def _year(text, years):
    """The year asked for; else this year, or the latest one there is."""
    if text and text.isascii() and text.isdigit() and 1949 <= int(text) <= 2200:
        return int(text)
    return today().year if not years or today().year in years else years[0]


def _notices(region):
    """The notices whose days hold in a region: the nation's and those of the regions above it."""
    above = Region.objects.above(region).values("pk") if region else []
    mine = CalendarNotice.objects.filter(region__isnull=True)
    if region:
        mine = mine | CalendarNotice.objects.filter(region__in=above)
    return mine.select_related("region").order_by(NATION_FIRST, "pk")


def _days(year, region):
    return (
        SpecialDay.objects.filter(day__year=year, notice__in=_notices(region).order_by().values("pk"))
        .select_related("region", "notice")
        .order_by("day", NATION_FIRST)
    )


def _months(calendar, year):
    """The working days of each month, half a year beside the other: ((month, days), (month, days))."""
    ends = [dt.date(year, month, 1) - dt.timedelta(days=1) for month in range(1, 13)]
    ends.append(dt.date(year, 12, 31))
    counts = [(month, calendar.working_days_between(ends[month - 1], ends[month])) for month in range(1, 13)]
    return list(zip(counts[:6], counts[6:], strict=True))


def _choices(user):
    """Regions to choose from: those above the acting office, itself, the next ones below, and any with days of its own."""
    found = {one.region for one in CalendarNotice.objects.exclude(region=None).select_related("region")}
    posting = user.acting
    home = posting and (posting.region or posting.community.street)
    if home:
        found |= set(Region.objects.above(home)) | set(Region.objects.standing().filter(parent=home))
    kept = [one for one in found if one.level in KEEPERS and one.level != Region.Level.NATION and one.code]
    return sorted(kept, key=lambda one: one.position)


def _initial(text, region):
    """The form for a day as it stands: the other state is proposed."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return {}
    held = SpecialDay.objects.filter(day=day, region=region).first()
    working = held.working if held else day.weekday() < 5
    return {"day": text, "working": "0" if working else "1", "name": held.name if held else ""}


def _fingerprint(plan):
    """A short digest of what a plan would do, to notice that the calendar changed after the preview."""
    return hashlib.sha256(json.dumps(_summary(plan), ensure_ascii=False).encode()).hexdigest()[:16]


def _summary(plan):
    return {
        "new": [f"{one.day} {one.working:d} {one.name}" for one in plan.new],
        "changed": [
            f"{held.day} {held.working:d}>{one.working:d} {held.name}>{one.name}"
            for held, one in plan.changed
        ],
        "dropped": [f"{held.day} {held.working:d}" for held in plan.dropped],
        "kept": [f"{held.day} {held.working:d}" for held in plan.kept],
    }


def _name(region):
    return region.name if region else "全国"


def _query(region):
    return f"?{urlencode({'region': region.code})}" if region else ""


def _list_address(year, region):
    asked = {"year": year, "region": region.code if region else None}
    query = urlencode({key: value for key, value in asked.items() if value})
    return reverse("workdays:list") + (f"?{query}" if query else "")
