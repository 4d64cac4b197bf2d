"""The notices of my office."""

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.listed import exported, wanted, workbook
from accreditation import list_columns
from accreditation.models import Notice, NoticeEntry, Objection
from accreditation.refusals import NotYours
from regions import clock
from regions.workdays import Calendar, UnknownYear

SIZES = (25, 50, 100)


def publishing_office(user):
    """The office this person works for; NotYours for whoever has no desk."""
    posting = user.acting
    if posting is None or not posting.has_desk:
        raise NotYours("公示和异议由各级单位的经办、审核和发布岗位办理。")
    return posting.office


@exported
@require_safe
def notice_desk(request):
    """Every notice of the office, the running ones first, with its entries' states and open objections."""
    office = publishing_office(request.user)
    today = clock.today()
    held = Objection.objects.filter(entry=OuterRef("pk"), admitted_at__isnull=False, settled_at__isnull=True)
    statuses = {
        status: Count("entries", filter=Q(entries__status=status)) for status in NoticeEntry.Status.values
    }
    rows = (
        Notice.objects.filter(office=office)
        .annotate(**statuses)
        .select_related("round")
        .order_by("-last_day", "-pk")
    )
    if wanted(request):
        return workbook(request, list_columns.notices(rows, lambda few: _disputes(few, held), today))
    size = request.GET.get("size", "")
    paginator = Paginator(rows, int(size) if size in map(str, SIZES) else SIZES[0])
    page = paginator.get_page(request.GET.get("page"))
    disputes = _disputes(page.object_list, held)
    calendar = Calendar.load(office.region)
    lines = [
        {
            "notice": notice,
            "left": _left(calendar, today, notice.last_day),
            "over": notice.last_day < today,
            "open": disputes.get(notice.pk, (0, 0))[0],
            "held": disputes.get(notice.pk, (0, 0))[1],
        }
        for notice in page.object_list
    ]
    context = {"office": office, "lines": lines, "page": page, "sizes": SIZES}
    return render(request, "accreditation/notice_desk.html", context)


def _disputes(notices, held):
    """{notice pk: (open objections, entries held by one)} of one query."""
    rows = (
        NoticeEntry.objects.filter(notice__in=[notice.pk for notice in notices])
        .order_by()
        .values("notice")
        .annotate(
            open=Count("objections", filter=Q(objections__settled_at__isnull=True)),
            held=Count("pk", filter=Exists(held), distinct=True),
        )
    )
    return {row["notice"]: (row["open"], row["held"]) for row in rows}


def _left(calendar, today, last_day):
    """Working days left, or None where it is over or the calendar is missing."""
    try:
        return calendar.working_days_between(today, last_day) if last_day >= today else None
    except UnknownYear:
        return None
