"""Ledgers to look at: a region's years and parts, down to a community's grants and entries."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.models import Role
from accreditation.models import Programme
from accreditation.paper.rendering import TooLarge
from accreditation.refusals import NotYours
from regions import clock
from regions.models import Region
from subsidies import accrual, audits, exports, figures, ledger, permissions, rules, spending, statements
from subsidies.models import Accrual, Entry, Kind, Recovery, SpendingReport, Stop

PAGE = 25
READERS = "补助资金由经办、审核、发布、财政和审计岗位以及社区申报员查看。"


def reader(request):
    """The acting region of an office that reads money; NotYours for everybody else."""
    if not permissions.reads_below(request.user):
        raise NotYours(READERS)
    return request.user.acting.region


def chosen(request, offered, name):
    """What ?name= asks for among the offered keys, else the first; None where nothing is offered."""
    asked = request.GET.get(name, "")
    return next((key for key in offered if str(key) == asked), offered[0] if offered else None)


@require_safe
def ledger_home(request):
    """Where money begins for the acting role: the own region's ledger, or the own community's."""
    posting = request.user.acting
    if posting is not None and posting.role == Role.FILER:
        return redirect("subsidies:community", pk=posting.community_id)
    return region_page(request, reader(request))


@require_safe
def region_ledger(request, pk):
    """The ledger of a region at or below the office; anything else is the same 404."""
    if request.user.acting is None or not permissions.reads_below(request.user):
        raise Http404
    return region_page(request, get_object_or_404(Region.objects.within(request.user.acting.region), pk=pk))


def region_page(request, region):
    """Ten years of a region, and the parts of one of them."""
    offered = figures.programmes()
    programme = chosen(request, offered, "programme")
    years = figures.years(region, programme) if programme else []
    year = chosen(request, [line.key for line in years], "year")
    line = next((one for one in years if one.key == year), None)
    context = {"region": region, "programme": programme, "years": years, "year": year, "line": line}
    if line is not None:
        held = rules.of_year(programme, year)
        parts = figures.parts(region, programme, year)
        context |= {
            "rules": held,
            "parts": parts,
            "agrees": not parts or figures.total(parts).same(line),
            "uses": figures.by_use(line, held),
            "chart": figures.drawn(years),
            "own": request.user.acting.region.pk == region.pk,
        }
        if region.level in (Region.Level.COUNTY, Region.Level.STREET):
            page = Paginator(figures.grants_of(region, programme, year), PAGE).get_page(
                request.GET.get("page")
            )
            context |= {"page": page, "lines": figures.communities(page, programme, year)}
    context["programmes"] = Programme.objects.filter(key__in=offered)
    context["above"] = (
        Region.objects.above(region)
        .filter(position__gte=request.user.acting.region.position)
        .exclude(pk=region.pk)
    )
    return render(request, "subsidies/region.html", context)


@require_safe
def export_region(request, pk):
    """A region's year as a workbook; the export is an event."""
    if request.user.acting is None or not permissions.reads_below(request.user):
        raise Http404
    region = get_object_or_404(Region.objects.within(request.user.acting.region), pk=pk)
    offered = figures.programmes()
    programme = chosen(request, offered, "programme")
    years = [line.key for line in figures.years(region, programme)] if programme else []
    year = chosen(request, years, "year")
    if year is None:
        raise Http404
    return exports.region_year(request, region, programme, year, at=clock.now())


@require_safe
def region_statement(request, pk):
    """资金使用情况表 of a region's year: ?as=pdf or xlsx."""
    if request.user.acting is None or not permissions.reads_below(request.user):
        raise Http404
    region = get_object_or_404(Region.objects.within(request.user.acting.region), pk=pk)
    offered = figures.programmes()
    programme = chosen(request, offered, "programme")
    years = [line.key for line in figures.years(region, programme)] if programme else []
    year = chosen(request, years, "year")
    if year is None or not rules.of_year(programme, year).uses:
        raise Http404
    found = statements.of_region(region, programme, year)
    return _statement(request, region, found, programme, year, url_back=("subsidies:region", region.pk))


@require_safe
def community_statement(request, pk, year):
    """The same of one community."""
    found = visible_community(request, pk)
    for programme, of in ledger.read(found.pk):
        if of == year and rules.of_year(programme, of).uses:
            return _statement(
                request, found, [found.pk], programme, year, url_back=("subsidies:community", found.pk)
            )
    raise Http404


def _statement(request, place, communities, programme, year, *, url_back):
    paper = request.GET.get("as") == "pdf"
    try:
        return exports.statement(request, place, communities, programme, year, paper=paper, at=clock.now())
    except TooLarge as refusal:
        messages.error(request, f"{refusal}也可以导出 Excel。")
        return redirect(url_back[0], pk=url_back[1])


def visible_community(request, pk):
    """A community whose money the reader may see; anything else is the same 404."""
    return get_object_or_404(permissions.communities_visible_to(request.user), pk=pk)


@require_safe
def community(request, pk):
    """A community's money: what it got, what it may still spend, what was reported, found and recovered."""
    found = visible_community(request, pk)
    today = clock.today()
    grants = ledger.read(found.pk)
    known = {
        (run.programme, run.fiscal_year): rules.Rules(run.version)
        for run in Accrual.objects.filter(programme__in={p for p, _ in grants}).select_related("version")
    }
    own = not permissions.why_not_keep_books(request.user, found)
    shown = [_grant(grant, known[key], found, today, own) for key, grant in grants.items() if key in known]
    entries = Entry.objects.filter(community=found).select_related("expense", "reverses").order_by("-pk")
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    gone = set(Entry.objects.filter(reverses__in=[e.pk for e in page]).values_list("reverses", flat=True))
    closed = set(
        SpendingReport.objects.filter(community=found)
        .exclude(stage=SpendingReport.Stage.RETURNED)
        .values_list("programme", "year")
    )
    rows = [
        (entry, entry.pk in gone, _may_reverse(request.user, entry, found, gone, closed)) for entry in page
    ]
    context = {
        "community": found,
        "own": own,
        "grants": shown,
        "page": page,
        "rows": rows,
        "waiting": _unconfirmed(found) if own else [],
        "reports": SpendingReport.objects.filter(community=found),
        "recoveries": [(row, back, row.fen - back) for row, back in ledger.owed([found.pk])],
        "stops": Stop.objects.filter(community=found),
        "may_stop": not permissions.why_not_decide(request.user, found),
        "may_correct": not permissions.why_not_register(request.user, found),
        "taken_in": permissions.taken_in(found.pk),
        "today": today,
    }
    return render(request, "subsidies/community.html", context)


def _may_reverse(user, entry, found, gone, closed):
    if entry.pk in gone or (entry.kind == Kind.SPENDING and (entry.programme, entry.on.year) in closed):
        return False
    entry.community = found
    return not permissions.why_not_reverse(user, entry)


def _grant(grant, held, found, today, own):
    """One year's block on the community's page."""
    year = grant.fiscal_year
    open_ = bool(held.uses) and year <= today.year <= year + held.carry_years
    closed = spending.why_closed(found, grant.programme, today.year) if held.uses else ""
    due = held.report_by(year) if held.uses else None
    filing = (
        own
        and bool(held.uses)
        and year <= today.year
        and not spending.why_closed(found, grant.programme, year)
    )
    return {
        "grant": grant,
        "rules": held,
        "remaining": spending.remaining(grant, held),
        "suppressed": accrual.suppressed(found, held, year) if held.yearly else [],
        "may_spend": own and open_ and not closed and grant.free > 0,
        "closed": closed if own and open_ else "",
        "may_file": filing,
        "due": due,
        "late": bool(due and today > due and filing),
        "carried": bool(grant.unspent) and year < today.year,
        "open": open_,
    }


def _unconfirmed(found):
    """Payments that stand and have not been confirmed as arrived."""
    rows = list(Entry.objects.filter(community=found, kind__in=(Kind.PAYMENT, Kind.RECEIPT)).order_by("pk"))
    gone = {row.reverses_id for row in rows if row.reverses_id}
    arrived = {
        row.key.split("/")[1]
        for row in rows
        if row.kind == Kind.RECEIPT and row.pk not in gone and not row.reverses_id
    }
    return [
        row
        for row in rows
        if row.kind == Kind.PAYMENT
        and not row.reverses_id
        and row.pk not in gone
        and str(row.pk) not in arrived
    ]


@require_safe
def money_recoveries(request):
    """What was found wrong below the office: orders to give back, what came back, and stops."""
    region = reader(request)
    place = {"community__position__range": (region.position, region.last)}
    found = (
        Recovery.objects.filter(**place).select_related("community", "finding", "stop").order_by("-at", "-pk")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    back = {row.pk: fen for row, fen in ledger.owed({row.community_id for row in page})}
    rows = [(row, back[row.pk], row.fen - back[row.pk]) for row in page]
    open_findings = audits.undecided().filter(
        report__community__position__range=place["community__position__range"]
    )
    context = {
        "region": region,
        "page": page,
        "rows": rows,
        "findings": [
            (finding, not permissions.why_not_decide(request.user, finding.report.community))
            for finding in open_findings.select_related("report__community", "entry__expense")[:100]
        ],
        "stops": Stop.objects.filter(**place, recovery=None).select_related("community")[:100],
        "may_register": permissions.is_finance(request.user.acting),
        "may_decide": bool(permissions.department_of(request.user.acting)),
        "today": clock.today(),
    }
    return render(request, "subsidies/recoveries.html", context)
