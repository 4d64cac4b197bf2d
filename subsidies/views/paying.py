"""The finance desk: a year's accrual, payment batches, and the reconciliation of the ledger."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.events import record
from accounts.models import Role
from accreditation.refusals import NotYours
from regions import clock
from regions.models import Region
from subsidies import accrual, invariants, ledger, lineage, payments, permissions, rules
from subsidies.forms import offices
from subsidies.forms.books import Reverse
from subsidies.forms.fields import say
from subsidies.models import Accrual, Entry
from subsidies.money import yuan
from subsidies.views.ledgers import reader

METHODS = ["GET", "HEAD", "POST"]
PAGE = 25


def _accruing(user):
    """The programmes whose year the acting finance office accrues: those of its own region."""
    posting = user.acting
    if not permissions.is_finance(posting):
        return []
    return [
        held for held in rules.current() if held.region is not None and held.region.pk == posting.region.pk
    ]


@require_http_methods(METHODS)
def accruals(request):
    """The years accrued so far; the finance office of the programme's own region runs one more."""
    region = reader(request)
    own = _accruing(request.user)
    form = offices.Accrue(initial={"year": clock.today().year})
    status = 200
    if request.method == "POST":
        if not own:
            raise NotYours("计提由方案主办地区财政部门的财政岗位办理。")
        form, status = offices.Accrue(request.POST), 400
        if form.is_valid() and form.cleaned_data["year"] > clock.today().year:
            form.add_error("year", "不能计提尚未开始的年度。")
        if form.is_valid():
            year = form.cleaned_data["year"]
            for held in own:
                for ran in accrual.accrue(year, by=request.user, at=clock.now(), programme=held.programme):
                    messages.success(
                        request,
                        f"{held.title} {year} 年度：新增 {ran.added} 笔，累计 {ran.accrual.count} 笔。",
                    )
                    if ran.warning:
                        messages.warning(request, ran.warning)
            return redirect("subsidies:accruals")
    rows = [
        (run, rules.Rules(run.version)) for run in Accrual.objects.select_related("version").order_by("-fiscal_year", "programme")
    ]  # fmt: skip
    rows = [
        (run, held) for run, held in rows if held.region and (held.region.contains(region.position) or region.contains(held.region.position))
    ]  # fmt: skip
    context = {"region": region, "rows": rows, "own": own, "form": form}
    return render(request, "subsidies/accruals.html", context, status=status)


@require_http_methods(METHODS)
def correct_accrual(request, pk):
    """Replace a year's accrual that went by the wrong title, by the titles as they are now."""
    rows = Entry.objects.filter(
        community__in=permissions.communities_visible_to(request.user), kind__in=ledger.OPENING
    )
    entry = get_object_or_404(rows.select_related("community", "recognition"), pk=pk)
    if sentence := permissions.why_not_register(request.user, entry.community):
        raise NotYours(sentence)
    form, status = Reverse(), 200
    if request.method == "POST":
        form, status = Reverse(request.POST), 400
        if form.is_valid():
            try:
                fresh = accrual.correct(
                    entry, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"]
                )
            except ValidationError as refusal:
                say(form, refusal)
                status = 409
            else:
                messages.success(request, f"已更正为 {yuan(fresh.fen)} 元（{fresh.recognition.tier_name}）。")
                return redirect("subsidies:community", pk=entry.community_id)
    form.fields["reason"].label = "更正理由"
    context = {"community": entry.community, "entry": entry, "form": form}
    return render(request, "subsidies/correct.html", context, status=status)


@require_http_methods(METHODS)
def release_grant(request, pk):
    """A merged community's unpaid grant goes on with its successor, by decision."""
    rows = Entry.objects.filter(
        community__in=permissions.communities_visible_to(request.user), kind__in=ledger.OPENING, reverses__isnull=True
    )  # fmt: skip
    entry = get_object_or_404(rows.filter(community__until__isnull=False).select_related("community"), pk=pk)
    if sentence := lineage.why_not_release(request.user, entry):
        raise NotYours(sentence)
    form, status = offices.Release(), 200
    if request.method == "POST":
        form, status = offices.Release(request.POST), 400
        if form.is_valid():
            try:
                made = lineage.release(entry, **form.cleaned_data, by=request.user, at=clock.now())
            except ValidationError as refusal:
                say(form, refusal)
                status = 409
            else:
                messages.success(request, f"已决定续拨，由{made.successor.name}承接，列入下一批次。")
                return redirect("subsidies:community", pk=entry.community_id)
    context = {
        "community": entry.community, "entry": entry, "form": form, "successor": lineage.successor_of(entry.community),
    }  # fmt: skip
    return render(request, "subsidies/release.html", context, status=status)


@require_safe
def batches(request):
    """Payment orders that touch the office's region, the newest first."""
    region = reader(request)
    page = Paginator(permissions.batches_visible_to(request.user).select_related("region"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {"region": region, "page": page, "may_pay": permissions.is_finance(request.user.acting)}
    return render(request, "subsidies/batches.html", context)


@require_http_methods(METHODS)
def pay_batch(request):
    """Choose what to pay, see whom and how much, then pay it all under one document number."""
    region = reader(request)
    if sentence := permissions.why_not_pay(request.user, region):
        raise NotYours(sentence)
    runs = list(Accrual.objects.select_related("version").order_by("-fiscal_year", "programme"))
    below = Region.objects.within(region).filter(level__in=permissions.PAYING_LEVELS).order_by("position")
    asked = request.POST if request.method == "POST" else request.GET
    chosen = offices.ChooseBatch(asked if "year" in asked else None, runs=runs, regions=below)
    form, shown, status, what = offices.Pay(today=clock.today()), None, 200, None
    if chosen.is_bound and chosen.is_valid():
        said = chosen.cleaned_data
        what = said["programme"], said["year"], next((r for r in below if r.pk == said["region"]), region)
        if not Accrual.objects.filter(programme=what[0], fiscal_year=what[1]).exists():
            chosen.add_error("year", "这一年度尚未计提。")
        else:
            if request.method == "POST":
                form, status = offices.Pay(request.POST, today=clock.today()), 400
                if form.is_valid():
                    try:
                        batch = payments.pay(*what, **form.cleaned_data, by=request.user, at=clock.now())
                    except ValidationError as refusal:
                        say(form, refusal)
                        status = 409
                    else:
                        messages.success(request, f"{batch.document}：已拨付 {batch.count} 个社区。")
                        return redirect("subsidies:batch", pk=batch.pk)
            shown = payments.preview(*what)
    context = {"region": region, "chosen": chosen, "what": what, "shown": shown, "form": form, "runs": runs}
    return render(request, "subsidies/pay.html", context, status=status)


@require_safe
def batch(request, pk):
    """One payment order with the communities it pays in the office's region."""
    found = get_object_or_404(
        permissions.batches_visible_to(request.user).select_related("region", "by"), pk=pk
    )
    region = request.user.acting.region
    rows = found.entries.filter(reverses__isnull=True, position__range=(region.position, region.last))
    page = Paginator(rows.select_related("community").order_by("position", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    gone = set(found.entries.filter(reverses__in=[e.pk for e in page]).values_list("reverses", flat=True))
    context = {"batch": found, "page": page, "rows": [(entry, entry.pk in gone) for entry in page]}
    return render(request, "subsidies/batch.html", context)


@require_http_methods(METHODS)
def reconcile(request):
    """The finance officer's own check of the whole ledger: what check_invariants checks of money, and what it found."""
    posting = request.user.acting
    if not (permissions.is_finance(posting) or (posting is not None and posting.role == Role.AUDITOR)):
        raise NotYours("核对台账由财政岗位和审计岗位办理。")
    found = None
    if request.method == "POST":
        at = clock.now()
        found = [(words, list(check(at))) for check, words in invariants.WORDS.items()]
        with transaction.atomic():
            record(
                "reconcile",
                by=request.user,
                at=at,
                subject="补助资金台账",
                data={"breaches": sum(len(said) for _, said in found)},
            )
    context = {
        "found": found,
        "checks": invariants.WORDS.values(),
        "wrong": sum(len(said) for _, said in found or []),
        # A breach names communities wherever they lie: told in words to the highest office alone.
        "told": posting.level == Region.Level.PROVINCE,
    }
    return render(request, "subsidies/reconcile.html", context)
