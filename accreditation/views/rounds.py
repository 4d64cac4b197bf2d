"""Rounds, quotas, progress, and the list of every application one may see, with its workbook."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import client_ip
from accounts.models import ADMINISTRATORS, Role
from accreditation import exports
from accreditation import rounds as running
from accreditation.disclosure import shown_total
from accreditation.forms.rounds import SIZES, ApplicationQuery, QuotaSize
from accreditation.models import Application, Quota, Round, State
from accreditation.refusals import NotYours
from regions import clock
from regions.models import Region

SHOWN = ("self", "county", "city", "province")


def _query(request):
    """The filter form of the request and the queryset it leaves, within what the reader may see."""
    posting = request.user.acting
    form = ApplicationQuery(request.GET, region=posting.region if posting else None)
    form.is_valid()
    return form, form.apply(Application.objects.visible_to(request.user), clock.today())


@require_safe
def applications(request):
    """Everything the acting posting may see: filtered, ordered, paged; three queries whatever its length."""
    form, found = _query(request)
    paginator = Paginator(found.with_round(), form.cleaned_data.get("size") or 25)
    page = paginator.get_page(request.GET.get("page"))
    for application in page:
        application.totals = {level: shown_total(request.user, application, level) for level in SHOWN}
    context = {
        "form": form,
        "page": page,
        "today": clock.today(),
        "may_export": _may_export(request.user),
        "sizes": SIZES,
    }
    return render(request, "accreditation/applications.html", context)


def _may_export(user):
    return user.acting is not None and user.acting.role not in (*ADMINISTRATORS, Role.FILER)


@require_safe
def export(request):
    """The same rows as a workbook; writing it is an event."""
    if not _may_export(request.user):
        raise NotYours("导出由各级单位的岗位办理。")
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


def _visible_rounds(user):
    """Rounds whose place holds the reader's, or lies below it."""
    posting = user.acting
    rows = Round.objects.select_related("version__programme", "region")
    if posting is None:
        return rows.none()
    if posting.community_id:
        return rows.over(posting.community.position)
    region = posting.region
    return rows.filter(region__position__lte=region.last, region__last__gte=region.position)


@require_safe
def rounds(request):
    """The rounds that concern the reader."""
    return render(request, "accreditation/rounds.html", {"rounds": _visible_rounds(request.user)})


@require_safe
def round_(request, pk):
    """One round: programme, route with dates, quotas, what is missing before it opens."""
    found = get_object_or_404(_visible_rounds(request.user), pk=pk)
    steps = [(step, State(step.state).label, found.due(step.state)) for step in found.route.steps]
    context = {
        "round": found,
        "source": found.version.data["source"],
        "steps": steps,
        "draft_until": found.due("draft"),
        "problems": running.problems(found) if found.status == Round.Status.PREPARING else [],
        "may_organise": running.may_organise(request.user, found.region),
        "totals": found.quotas.aggregate(size=Sum("size"), used=Sum("used")),
    }
    return render(request, "accreditation/round.html", context)


@require_http_methods(["POST"])
def open_round(request, pk):
    """Open the round for filing, or say everything that is missing."""
    found = get_object_or_404(_visible_rounds(request.user), pk=pk)
    try:
        running.open_round(found, by=request.user, at=clock.now())
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
    else:
        messages.success(request, "批次已开启，社区可以申报。")
    return redirect("accreditation:round", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def quotas(request, pk):
    """The places of each region, with what is used; the office above changes them."""
    found = get_object_or_404(_visible_rounds(request.user), pk=pk)
    status, wrong = 200, {}
    if request.method == "POST":
        quota = get_object_or_404(
            Quota.objects.select_related("region"), pk=_number(request.POST.get("quota")), round=found
        )
        form = QuotaSize(request.POST)
        if form.is_valid():
            try:
                running.set_quota(
                    found,
                    quota.tier,
                    quota.region,
                    form.cleaned_data["size"],
                    by=request.user,
                    at=clock.now(),
                )
            except ValidationError as refusal:
                status, wrong = 409, {quota.pk: refusal.messages[0]}
            else:
                messages.success(request, f"{quota.region.name}的名额已改为 {form.cleaned_data['size']} 个。")
                return redirect("accreditation:quotas", pk=pk)
        else:
            status, wrong = 400, {quota.pk: form.errors["size"][0]}
    rows = [
        (row, wrong.get(row.pk, ""), request.POST.get("size") if row.pk in wrong else row.size)
        for row in found.quotas.select_related("region")
    ]
    context = {
        "round": found,
        "rows": rows,
        "totals": found.quotas.aggregate(size=Sum("size"), used=Sum("used")),
        "may_organise": running.may_organise(request.user, found.region),
        "wrong": wrong,
    }
    return render(request, "accreditation/quotas.html", context, status=status)


def _number(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


STAGES = (
    ("street", ("street_review",)),
    ("county", ("county_review", "county_notice")),
    ("city", ("city_review", "city_notice")),
    ("province", ("province_review", "province_notice")),
    ("recognised", ("recognised",)),
    ("returned", ("returned",)),
    ("ended", ("declined", "withdrawn", "disqualified")),
)


@require_safe
def progress(request):
    """How far each region below has come in a round: one count a region and stage, each a link to its list."""
    posting = request.user.acting
    region = posting.region if posting else None
    open_rounds = list(_visible_rounds(request.user).exclude(status=Round.Status.PREPARING))
    chosen = next(
        (r for r in open_rounds if str(r.pk) == request.GET.get("round")),
        open_rounds[0] if open_rounds else None,
    )
    rows, total = [], None
    if region is not None and chosen is not None and posting.role not in ADMINISTRATORS:
        visible = Application.objects.visible_to(request.user).filter(round=chosen)
        rows, total = _progress_rows(visible, region)
    context = {"region": region, "rounds": open_rounds, "round": chosen, "rows": rows, "total": total}
    return render(request, "accreditation/progress.html", context)


def _progress_rows(visible, region):
    """Stage counts per child region from one grouped query, folded by position."""
    children = list(Region.objects.filter(parent=region).order_by("position"))
    counts = visible.order_by().values("position", "state").annotate(n=Count("pk"))
    table = {child.pk: dict.fromkeys((name for name, _ in STAGES), 0) for child in children}
    stage_of = {state: name for name, states in STAGES for state in states}
    for row in counts:
        child = next((c for c in children if c.contains(row["position"])), None)
        if child is not None and row["state"] in stage_of:
            table[child.pk][stage_of[row["state"]]] += row["n"]
    rows = [(child, list(table[child.pk].values()), sum(table[child.pk].values())) for child in children]
    rows = [row for row in rows if row[2]]
    return rows, [sum(row[1][n] for row in rows) for n in range(len(STAGES))]
