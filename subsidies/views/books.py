"""What a community enters of its money: receipts, expenses, money given back, the yearly report."""

import contextlib
import hashlib

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.events import canonical
from accreditation import uploads
from accreditation.refusals import NotYours
from accreditation.views.files import stored
from regions import clock
from subsidies import ledger, payments, permissions, reports, rules, spending
from subsidies.forms.books import FileReport, Receive, Refund, Reverse, Spend
from subsidies.forms.fields import say
from subsidies.models import Accrual, Entry, Expense, ExpenseFile, Kind
from subsidies.money import yuan
from subsidies.views.ledgers import visible_community

METHODS = ["GET", "HEAD", "POST"]


def own_community(request, pk):
    """A visible community whose books the user keeps; NotYours for who may only look."""
    found = visible_community(request, pk)
    if sentence := permissions.why_not_keep_books(request.user, found):
        raise NotYours(sentence)
    return found


def spendable(community, year):
    """(grant, rules) of the year's money with uses; 404 where there is none."""
    for (programme, of), grant in ledger.read(community.pk).items():
        if of == year:
            held = rules.of_year(programme, year)
            if held.uses:
                return grant, held
    raise Http404


def visible_entry(request, pk):
    """An entry of a visible community; anything else is the same 404."""
    rows = Entry.objects.filter(community__in=permissions.communities_visible_to(request.user))
    return get_object_or_404(rows.select_related("community"), pk=pk)


@require_http_methods(METHODS)
def spend(request, pk, year):
    """Record an expense, with what may still be spent under each use beside it; hints are shown once, then gone past."""
    community = own_community(request, pk)
    grant, held = spendable(community, year)
    today, status, hints = clock.today(), 200, {}
    if request.method == "POST":
        form = Spend(request.POST, request.FILES, today=today, uses=held.uses.values())
        if form.is_valid():
            expense, status, hints = _spent(request, form, community, grant)
            if expense:
                messages.success(request, f"已记支出 {yuan(expense.entry.fen)} 元。")
                return redirect("subsidies:community", pk=community.pk)
        else:
            status = 400
    else:
        form = Spend(today=today, uses=held.uses.values(), initial={"on": today})
    context = {
        "community": community,
        "grant": grant,
        "rules": held,
        "form": form,
        "hints": hints,
        "closed": spending.why_closed(community, grant.programme, today.year),
        "remaining": spending.remaining(ledger.read(community.pk)[grant.programme, year], held),
    }
    return render(request, "subsidies/spend.html", context, status=status)


def _spent(request, form, community, grant):
    """(the expense, status, hints): a refusal leaves no file behind and stands on the form."""
    said = {**form.cleaned_data}
    sent = said.pop("files")
    try:
        with contextlib.ExitStack() as kept:
            try:
                files = [kept.enter_context(uploads.kept(upload, request.user)) for upload in sent]
            except ValidationError as refusal:
                form.add_error("files", refusal.messages)
                return None, 400, {}
            expense = spending.spend(
                community,
                grant.programme,
                grant.fiscal_year,
                **said,
                files=files,
                confirmed=request.POST.getlist("confirmed"),
                by=request.user,
                at=clock.now(),
            )
            return expense, 302, {}
    except spending.Warned as warned:
        return None, 409, warned.hints
    except ValidationError as refusal:
        say(form, refusal)
        return None, 409, {}


@require_http_methods(METHODS)
def confirm_receipt(request, pk):
    """The payment has arrived: on which day."""
    payment = visible_entry(request, pk)
    if payment.kind != Kind.PAYMENT:
        raise Http404
    if sentence := permissions.why_not_keep_books(request.user, payment.community):
        raise NotYours(sentence)
    form, status = Receive(request.POST or None, today=clock.today()), 200
    if request.method == "POST":
        form, status = Receive(request.POST, today=clock.today()), 400
        if form.is_valid():
            try:
                payments.confirm_receipt(payment, **form.cleaned_data, by=request.user, at=clock.now())
            except ValidationError as refusal:
                say(form, refusal)
                status = 409
            else:
                messages.success(request, f"已确认到账 {yuan(payment.fen)} 元，可以开始记支出。")
                return redirect("subsidies:community", pk=payment.community_id)
    context = {"community": payment.community, "payment": payment, "form": form}
    return render(request, "subsidies/receive.html", context, status=status)


@require_http_methods(METHODS)
def refund(request, pk, year):
    """Give unspent money back."""
    community = own_community(request, pk)
    grant, held = spendable(community, year)
    form, status = Refund(today=clock.today(), initial={"on": clock.today()}), 200
    if request.method == "POST":
        form, status = Refund(request.POST, today=clock.today()), 400
        if form.is_valid():
            try:
                row = payments.refund(
                    grant, **form.cleaned_data, by=request.user, at=clock.now(), community=community
                )
            except ValidationError as refusal:
                say(form, refusal)
                status = 409
            else:
                messages.success(request, f"已登记缴回 {yuan(row.fen)} 元。")
                return redirect("subsidies:community", pk=community.pk)
    context = {"community": community, "grant": grant, "rules": held, "form": form}
    return render(request, "subsidies/refund.html", context, status=status)


@require_http_methods(METHODS)
def reverse_entry(request, pk):
    """Take an entry back by its opposite: the community its own, the finance office the rest."""
    entry = visible_entry(request, pk)
    if sentence := permissions.why_not_reverse(request.user, entry):
        raise NotYours(sentence)
    form, status = Reverse(), 200
    if request.method == "POST":
        form, status = Reverse(request.POST), 400
        if form.is_valid():
            try:
                spending.take_back(entry, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
            except ValidationError as refusal:
                say(form, refusal)
                status = 409
            else:
                messages.success(request, f"已冲正{entry.get_kind_display()} {yuan(entry.fen)} 元。")
                return redirect("subsidies:community", pk=entry.community_id)
    context = {"community": entry.community, "entry": entry, "form": form}
    return render(request, "subsidies/reverse.html", context, status=status)


@require_http_methods(METHODS)
def file_spending_report(request, pk, year):
    """The year's report: its figures as the ledger has them, and the community's words."""
    community = own_community(request, pk)
    grant, held = spendable(community, year)
    if sentence := reports.why_not_file(request.user, community, grant.programme, year):
        messages.warning(request, sentence)
        return redirect("subsidies:community", pk=community.pk)
    told = reports.content(community, grant.programme, year)
    digest = hashlib.sha256(canonical(told).encode()).hexdigest()
    form, status = FileReport(initial={"seen": digest}), 200
    if request.method == "POST":
        form, status = FileReport(request.POST), 400
        if form.is_valid():
            try:
                report = reports.file_spending_report(
                    community, grant.programme, year, **form.cleaned_data, by=request.user, at=clock.now()
                )
            except ValidationError as refusal:
                say(form, refusal)
                status = 409
            else:
                messages.success(request, f"{year} 年度资金使用情况已上报。")
                return redirect("subsidies:report", pk=report.pk)
    due = held.report_by(year)
    context = {
        "community": community, "grant": grant, "rules": held, "form": form, "told": told, "due": due,
        "late": clock.today() > due, "seen": digest,
    }  # fmt: skip
    return render(request, "subsidies/file_report.html", context, status=status)


def visible_expense(request, pk):
    """The expense, or 404; its key is another table's, whose largest Django does not look at by itself."""
    if pk >= 2**63:
        raise Http404
    rows = Expense.objects.filter(entry__community__in=permissions.communities_visible_to(request.user))
    return get_object_or_404(rows.select_related("entry__community", "by"), pk=pk)


@require_safe
def expense(request, pk):
    """One expense with its papers, its hints, and others with its invoice number."""
    found = visible_expense(request, pk)
    held = rules.Rules(
        Accrual.objects.select_related("version")
        .get(programme=found.entry.programme, fiscal_year=found.entry.fiscal_year)
        .version
    )
    same = spending.standing_expenses().filter(invoice_plain=found.invoice_plain).exclude(pk=found.pk)
    mine = same.filter(entry__community__in=permissions.communities_visible_to(request.user))
    context = {
        "expense": found,
        "community": found.entry.community,
        "use": held.uses.get(found.entry.use),
        "gone": found.entry.reversals.exists(),
        "same": mine.select_related("entry__community")[:20],
        "elsewhere": max(same.count() - mine.count(), 0) if found.invoice_plain else 0,
        "may_reverse": not permissions.why_not_reverse(request.user, found.entry)
        and not spending.why_closed(found.entry.community, found.entry.programme, found.entry.on.year),
        "findings": found.entry.findings.all(),
    }
    return render(request, "subsidies/expense.html", context)


@require_safe
def expense_file(request, pk):
    """A paper of an expense of a visible community."""
    rows = ExpenseFile.objects.filter(
        expense__entry__community__in=permissions.communities_visible_to(request.user)
    )
    return stored(get_object_or_404(rows, pk=pk), inline=request.GET.get("inline") == "1")
