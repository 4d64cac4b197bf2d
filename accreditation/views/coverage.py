"""How far a programme has come by place and year, the communities behind each number, and both as a workbook."""

import datetime as dt

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.limits import client_ip
from accounts.listed import exported, wanted, words_of
from accounts.listed import workbook as listed_workbook
from accreditation import coverage as counting
from accreditation import list_columns
from accreditation.coverage_book import book
from accreditation.forms.coverage import SIZES, CoverageQuery
from accreditation.permissions import may_read_inside
from accreditation.refusals import NotYours
from accreditation.views.organising import visible_rounds
from accreditation.views.plans import workbook
from regions import clock


def _round(request, pk):
    """A round whose programme has targets, for the organiser, the offices below it and auditors; 404 where it has none."""
    found = get_object_or_404(visible_rounds(request.user), pk=pk)
    if counting.section(found) is None:
        raise Http404
    if not may_read_inside(request.user, found.region):
        raise NotYours("覆盖情况由主办单位、所辖各级单位的经办、审核、发布岗位和审计岗位查看。")
    return found


def _context(found):
    tier = found.version.tier(counting.section(found)["tier"])
    return {
        "round": found,
        "source": found.version.data["source"],
        "section": counting.section(found),
        "tier_name": tier["name"],
    }


@require_safe
def coverage(request, pk):
    """Targets, shares and what is missing, together and by place, and the end of each year."""
    found, today = _round(request, pk), clock.today()
    told = counting.coverage(found, request.user.acting.region, today, user=request.user)
    parts = [
        {
            "target": target,
            "over": target.by < today,
            "cell": told.total.cells[number],
            "rows": [(row.region, row.cells[number]) for row in told.rows],
        }
        for number, target in enumerate(told.targets)
    ]
    context = _context(found) | {"told": told, "parts": parts, "several": len(told.rows) > 1, "today": today}
    context["planned"] = any(cell.planned is not None for cell in told.total.cells)
    context["above"] = any(cell.above for cell in told.total.cells)
    return render(request, "accreditation/coverage.html", context)


@exported
@require_safe
def coverage_communities(request, pk):
    """The communities behind a number: those there are, those with the title, those without; today or at a year's end."""
    found, today = _round(request, pk), clock.today()
    own = request.user.acting.region
    years = range(min(counting.began(found), today.year), today.year + 1)
    form = CoverageQuery(
        request.GET,
        targets=counting.targets(found),
        places=counting.places(found, own),
        years=years,
        today=today,
    )
    form.is_valid()
    year = form.cleaned_data.get("year")
    day = dt.date(year, 12, 31) if year else today
    rows = counting.communities(found, form.cleaned_data.get("region") or own, day, **form.wanted())
    titles = counting.titles(found).held_on(day).order_by("-granted_on", "-pk")
    rows = rows.prefetch_related(Prefetch("recognitions", titles, to_attr="own_titles"))
    rows = rows.order_by("position", "kind", "pk")
    if wanted(request):
        return listed_workbook(request, list_columns.coverage_communities(rows, words_of(form)))
    paginator = Paginator(rows, form.cleaned_data.get("size") or SIZES[0])
    context = _context(found) | {
        "form": form,
        "page": paginator.get_page(request.GET.get("page")),
        "day": day,
        "sizes": SIZES,
    }
    return render(request, "accreditation/coverage_communities.html", context)


@require_safe
def export_coverage(request, pk):
    """The numbers, the years and every community as a workbook; writing it is an event."""
    found, at = _round(request, pk), clock.now()
    day = clock.day_of(at)
    file = book(found, request.user.acting.region, day, by=request.user, at=at, ip=client_ip(request))
    return workbook(file, f"覆盖情况{day:%Y%m%d}.xlsx")
