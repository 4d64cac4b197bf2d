"""The list of every application one may see, with its workbook, and the progress of a round by region and stage."""

from django.db.models import Count, Prefetch, prefetch_related_objects
from django.http import FileResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.limits import client_ip
from accounts.listed import exported, wanted, workbook
from accounts.models import ADMINISTRATORS
from accreditation import exports, list_columns
from accreditation.disclosure import shown_passed, shown_total
from accreditation.forms.rounds import SIZES, ApplicationQuery
from accreditation.models import Application, Assessment, Round
from accreditation.permissions import may_read_inside
from accreditation.queries import ByKeys, by_points
from accreditation.refusals import NotYours
from accreditation.routes import LEVELS
from accreditation.views.organising import visible_rounds
from regions import clock
from regions.models import Region
from scoring.models import outcome

SHOWN = ("self", "county", "city", "province")


def _query(request):
    """The filter form of the request and the queryset it leaves, within what the reader may see."""
    posting = request.user.acting
    form = ApplicationQuery(request.GET, region=posting.region if posting else None)
    form.is_valid()
    return form, form.apply(Application.objects.in_line_of(request.user), clock.today())


# What a page of the list never shows and every row would bring along.
LONG_TEXTS = (
    "basics", "narrative", "exception_reason", "later_figures", "statements", "self_sheet__figures", "self_sheet__lines",
)  # fmt: skip


@exported
@require_safe
def applications(request):
    """Everything the acting posting may see: filtered, ordered, paged; two queries or three whatever its length."""
    form, found = _query(request)
    sheets = Prefetch("assessments", Assessment.objects.select_related("sheet"))
    wide = Application.objects.with_round().select_related("self_sheet").defer(*LONG_TEXTS)
    if wanted(request):
        _only_exporters(request.user)
        rows = found.with_round().select_related("self_sheet").prefetch_related(sheets)
        return workbook(request, list_columns.applications(rows, request.user, clock.today(), form.words()))
    paginator = ByKeys(found, wide, form.cleaned_data.get("size") or 25)
    page = paginator.get_page(request.GET.get("page"))
    prefetch_related_objects([a for a in page if not by_points(a.round)], sheets)  # nobody reads the others'
    for application in page:
        application.found = {level: _found(request.user, application, level) for level in SHOWN}
    context = {
        "form": form,
        "page": page,
        "several": len({(a.round_id, a.tier) for a in page}) > 1,
        "today": clock.today(),
        "may_export": _may_export(request.user),
        "sizes": SIZES,
    }
    return render(request, "accreditation/applications.html", context)


def _found(user, application, level):
    """What a sheet comes to as this reader may see it: points, or without points whether the conditions are met."""
    total = shown_total(user, application, level)
    return outcome(total, shown_passed(user, application, level))


def _may_export(user):
    return user.acting is not None and user.acting.sees_below


def _only_exporters(user):
    if not _may_export(user):
        raise NotYours("导出由各级单位的岗位办理。")


@require_safe
def export(request):
    """The same rows as a workbook; writing it is an event."""
    _only_exporters(request.user)
    form, found = _query(request)
    at = clock.now()
    file, _ = exports.applications_book(
        found, by=request.user, at=at, filters=form.words(), ip=client_ip(request)
    )
    response = FileResponse(
        file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = content_disposition_header(
        True, f"申报情况{clock.day_of(at):%Y%m%d}.xlsx"
    )
    response["Cache-Control"] = "no-store"
    return response


# Name of a column, its head, the states it counts. Those of a level stand only where the round's route comes by there.
STAGES = (
    ("street", "街道", ("street_review",)),
    ("county", "县级", ("county_review", "county_notice")),
    ("city", "市级", ("city_review", "city_notice")),
    ("province", "省级", ("province_review", "province_notice")),
    ("recognised", "已认定", ("recognised",)),
    ("returned", "退回补正", ("returned",)),
    ("ended", "未入选等", ("declined", "withdrawn", "disqualified")),
)


@exported
@require_safe
def progress(request):
    """How far each region below has come in a round: one count a region and stage, each a link to its list."""
    posting = request.user.acting
    region = posting.region if posting else None
    open_rounds = list(visible_rounds(request.user).exclude(status=Round.Status.PREPARING))
    chosen = next(
        (r for r in open_rounds if str(r.pk) == request.GET.get("round")),
        open_rounds[0] if open_rounds else None,
    )
    stages, rows, total = [], [], None
    if region is not None and chosen is not None and posting.role not in ADMINISTRATORS:
        visible = Application.objects.in_line_of(request.user).filter(round=chosen)
        levels = {step.level for step in chosen.route.steps}
        stages = [stage for stage in STAGES if stage[0] in levels or stage[0] not in LEVELS]
        rows, total = _progress_rows(visible, region, stages)
    heads = [head for _, head, _ in stages]
    if wanted(request):
        return workbook(request, list_columns.progress(rows, total, heads, chosen))
    context = {
        "region": region,
        "rounds": open_rounds,
        "round": chosen,
        "sections": chosen.version.data if chosen and may_read_inside(request.user, chosen.region) else {},
        "heads": heads,
        "rows": rows,
        "total": total,
    }
    return render(request, "accreditation/progress.html", context)


def _progress_rows(visible, region, stages):
    """Stage counts per child region from one grouped query, folded by position."""
    children = list(Region.objects.filter(parent=region).order_by("position"))
    counts = visible.order_by().values("position", "state").annotate(n=Count("*"))
    table = {child.pk: dict.fromkeys((name for name, _, _ in stages), 0) for child in children}
    stage_of = {state: name for name, _, states in stages for state in states}
    for row in counts:
        child = next((c for c in children if c.contains(row["position"])), None)
        if child is not None and row["state"] in stage_of:
            table[child.pk][stage_of[row["state"]]] += row["n"]
    rows = [(child, list(table[child.pk].values()), sum(table[child.pk].values())) for child in children]
    rows = [row for row in rows if row[2]]
    return rows, [sum(row[1][n] for row in rows) for n in range(len(stages))]
