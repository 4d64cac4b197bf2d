"""Standing and coverage of a region, with the places below it, and the rechecks that are due there."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.listed import CHUNK, Listed, exported, wanted, words_of, workbook
from accreditation import coverage as targets_of
from accreditation import recheck_due
from accreditation.forms.titles import DueQuery
from accreditation.kept import until_changed
from accreditation.models import Round
from accreditation.refusals import NotYours
from accreditation.standing import standing as count
from regions import clock
from regions.models import Region

PAGE = 50
counted = until_changed(count)
DUE_COLUMNS = [
    ("社区", 18), ("所在地", 36), ("称号", 24), ("证书编号", 24), ("认定年度", 10), ("上次复查", 18), ("缺少的年度", 20), ("下次复查年度", 14),
]  # fmt: skip


def _region(request, pk):
    """The region asked for, or the reader's own; 404 outside it, and for who sees nothing below."""
    posting = request.user.acting
    if posting is None or not posting.sees_below:
        raise NotYours("称号分布和复查安排由各级人社部门和审计岗位查看。")
    if pk is None:
        return posting.region
    return get_object_or_404(Region.objects.standing().within(posting.region), pk=pk)


def _above(request, region):
    """The regions between the reader's own and this one, the reader's first."""
    own = request.user.acting.region
    return [
        one for one in Region.objects.above(region) if own.contains(one.position) and one.last <= own.last
    ][:-1]


@exported
@require_safe
def standing(request, pk=None):
    """Levels by place and by year, targets with their gap, and how far this year's rechecks have come."""
    region, today = _region(request, pk), clock.today()
    told = counted(region, today)
    if wanted(request):
        return workbook(request, _listed(region, told))
    rules = recheck_due.rules(region)
    context = {
        "region": region, "own": region == request.user.acting.region, "above": _above(request, region), "told": told,
        "today": today, "heads": told.levels, "targets": _targets(region, today), "rules": rules,
        "counts": _due_counts(region, today, tuple(rules)) if rules else None,
        "years": [{"label": str(row.day.year), "value": row.cells[0].held} for row in told.years],
        "places": [{"label": row.region.name, "value": row.cells[0].held} for row in told.rows],
    }  # fmt: skip
    return render(request, "titles/standing.html", context)


@until_changed
def _due_counts(region, today, rules):
    return recheck_due.counts(recheck_due.titles(region, today, rules), today)


def _listed(region, told):
    columns = [("地区或截至日期", 20), ("社区（村）数", 12)]
    columns += [one for level in told.levels for one in ((level, 12), (f"{level}占比", 12))]
    rows = [*((row.region.name, row) for row in told.rows), (f"{region.name}合计", told.total)]
    rows += [(f"截至 {row.day:%Y-%m-%d}", row) for row in told.years]

    def line(name, row):
        return (name, row.total, *(value for cell in row.cells for value in (cell.held, cell.share)))

    return Listed(
        "称号分布", columns, len(rows), (line(name, row) for name, row in rows), f"地区：{region.full_name}"
    )


def _targets(region, today):
    """(round, its targets' cells) of every programme that states targets and holds here, by its latest round."""
    latest = {}
    for round_ in (
        Round.objects.exclude(status=Round.Status.PREPARING)
        .select_related("version__programme", "region")
        .order_by("pk")
    ):
        if round_.region.contains(region.position) or region.contains(round_.region.position):
            latest[round_.version.programme_id] = round_
    found = []
    for round_ in latest.values():
        if targets_of.section(round_) is not None:
            cells = targets_of.coverage(round_, region, today).total.cells
            found.append((round_, [(cell, cell.target.by < today) for cell in cells]))
    return found


@exported
@require_safe
def recheck_due_list(request, pk):
    """The titles of a region that are rechecked every year: the last outcome, what is missing, when the next is due."""
    region, today = _region(request, pk), clock.today()
    rules = recheck_due.rules(region)
    if not rules:
        raise Http404
    form = DueQuery(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = recheck_due.titles(region, today, rules)
    rows = recheck_due.with_rechecks(recheck_due.wanted(rows, asked.get("state", ""), today))
    if wanted(request):
        lines = (_line(recheck_due.due(one, today)) for one in rows.iterator(CHUNK))
        return workbook(request, Listed("复查安排", DUE_COLUMNS, rows.count(), lines, words_of(form)))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "region": region, "own": region == request.user.acting.region, "form": form, "page": page, "today": today,
        "rows": [recheck_due.due(one, today) for one in page], "rules": rules,
    }  # fmt: skip
    return render(request, "titles/recheck_due.html", context)


def _line(one):
    title = one.title
    return (
        title.community.name, title.community.place, title.tier_name, title.number, title.year, one.last_words,
        one.missing_words, one.next,
    )  # fmt: skip
