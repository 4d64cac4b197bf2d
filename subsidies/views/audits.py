"""The audit desks: reports waiting for a department, signatures, findings, recoveries and stops."""

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accreditation.refusals import NotYours
from regions import clock
from subsidies import audits, permissions, recoveries, reports, rules
from subsidies.forms import offices
from subsidies.forms.fields import say
from subsidies.models import Entry, Finding, Recovery, Signature, SpendingReport, Stop
from subsidies.money import yuan
from subsidies.views.ledgers import reader, visible_community

METHODS = ["GET", "HEAD", "POST"]
PAGE = 25


@require_safe
def audit_queue(request):
    """Reports below the office: what waits for the acting department first, then all of a year."""
    region = reader(request)
    department = permissions.department_of(request.user.acting)
    rows = SpendingReport.objects.filter(position__range=(region.position, region.last)).select_related(
        "community"
    )
    group = request.GET.get("group", "waiting" if department else "all")
    if group == "waiting":
        own = Signature.objects.filter(report=OuterRef("pk"), level=OuterRef("level"), department=department)
        rows = rows.filter(~Exists(own), level=request.user.acting.level)
    page = Paginator(rows.prefetch_related("signatures").order_by("due_on", "position", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    for report in page:
        report.late = reports.is_late(report)
    context = {"region": region, "department": department, "group": group, "page": page}
    return render(request, "subsidies/audits.html", context)


def visible_report(request, pk):
    """A report of a visible community; anything else is the same 404."""
    rows = permissions.reports_visible_to(request.user).select_related("community", "filed_by")
    return get_object_or_404(rows, pk=pk)


def _report_context(request, report, **more):
    held = rules.of_year(report.programme, report.year)
    told = json.loads(report.content)
    gone = set(
        Entry.objects.filter(reverses__in=[row["entry"] for row in told["expenses"]]).values_list(
            "reverses", flat=True
        )
    )
    for row in told["expenses"]:
        row["gone"] = row["entry"] in gone
        row["use_name"] = held.uses[row["use"]].name if row["use"] in held.uses else row["use"]
    for grant in told["grants"]:
        grant["rows"] = [
            (use, grant["uses"].get(use.key, 0), use.cap(grant["accrued"])) for use in held.uses.values()
        ]
    signatures = {(s.level, s.department): s for s in report.signatures.select_related("by")}
    desks = [
        (level, department, signatures.get((level, department)))
        for level in held.audit_levels
        for department in held.audit_by
    ]
    return {
        "report": report,
        "community": report.community,
        "rules": held,
        "told": told,
        "late": reports.is_late(report),
        "desks": desks,
        "findings": [
            (
                finding,
                getattr(finding, "recovery", None),
                not permissions.why_not_decide(request.user, report.community),
            )
            for finding in report.findings.select_related("entry__expense", "recovery")
        ],
        "may_sign": not audits.why_not_sign(request.user, report, held),
        "may_find": not permissions.why_not_audit(request.user, report.community, held),
        "sign_form": offices.Sign(),
        **more,
    }


@require_safe
def report(request, pk):
    """A report as filed, the signatures it has and wants, and what was found."""
    return render(request, "subsidies/report.html", _report_context(request, visible_report(request, pk)))


@require_http_methods(METHODS)
def sign_report(request, pk):
    """Pass or return, for the acting department."""
    found = visible_report(request, pk)
    held = rules.of_year(found.programme, found.year)
    if sentence := permissions.why_not_audit(request.user, found.community, held):
        raise NotYours(sentence)
    if request.method != "POST":
        return redirect("subsidies:report", pk=found.pk)
    form, status = offices.Sign(request.POST), 400
    if form.is_valid():
        passed = form.cleaned_data["passed"] == "yes"
        try:
            audits.sign(
                found, passed=passed, remarks=form.cleaned_data["remarks"], by=request.user, at=clock.now()
            )
        except ValidationError as refusal:
            say(form, refusal)
            status = 409
        else:
            messages.success(request, "已签署审核通过。" if passed else "已退回社区补正。")
            return redirect("subsidies:report", pk=found.pk)
    found.refresh_from_db()
    return render(
        request,
        "subsidies/report.html",
        _report_context(request, found, sign_form=form, form=form),
        status=status,
    )


@require_http_methods(METHODS)
def find(request, pk):
    """Register what is wrong with a report's money."""
    found = visible_report(request, pk)
    held = rules.of_year(found.programme, found.year)
    if sentence := permissions.why_not_audit(request.user, found.community, held):
        raise NotYours(sentence)
    told = json.loads(found.content)
    choices = [(row["entry"], f"{row['on']} {row['item']} {yuan(row['fen'])} 元") for row in told["expenses"]]
    form, status = offices.Find(expenses=choices), 200
    if request.method == "POST":
        form, status = offices.Find(request.POST, expenses=choices), 400
        if form.is_valid():
            said = {**form.cleaned_data}
            said["entry"] = Entry.objects.filter(pk=said["entry"]).first() if said["entry"] else None
            try:
                audits.find(found, **said, by=request.user, at=clock.now())
            except ValidationError as refusal:
                say(form, refusal)
                status = 409
            else:
                messages.success(request, "问题已登记，可以据此作出收回决定。")
                return redirect("subsidies:report", pk=found.pk)
    context = {"report": found, "community": found.community, "form": form}
    return render(request, "subsidies/find.html", context, status=status)


def _decided(request, form, call, template, context, success):
    """A decision's form: shown, refused with its sentences, or done."""
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                done = call(form.cleaned_data)
            except ValidationError as refusal:
                say(form, refusal)
                status = 409
            else:
                messages.success(request, success(done))
                return redirect("subsidies:community", pk=context["community"].pk)
    return render(request, template, {**context, "form": form}, status=status)


def _posted(request, form, **extra):
    return form(request.POST, **extra) if request.method == "POST" else form(**extra)


@require_http_methods(METHODS)
def order_recovery(request, pk):
    """Decide that a finding's money comes back."""
    rows = Finding.objects.filter(report__in=permissions.reports_visible_to(request.user))
    finding = get_object_or_404(rows.select_related("report__community", "entry__expense"), pk=pk)
    community = finding.report.community
    if sentence := permissions.why_not_decide(request.user, community):
        raise NotYours(sentence)
    return _decided(
        request,
        _posted(request, offices.OrderRecovery, today=clock.today()),
        lambda said: recoveries.order_recovery(finding, **said, by=request.user, at=clock.now()),
        "subsidies/order_recovery.html",
        {"community": community, "finding": finding},
        lambda recovery: (
            f"已决定收回 {yuan(recovery.fen)} 元，自 {recovery.stop.first_year} 年度起停发补助。"
        ),
    )


@require_http_methods(METHODS)
def repay(request, pk):
    """Register what came back."""
    rows = Recovery.objects.filter(community__in=permissions.communities_visible_to(request.user))
    recovery = get_object_or_404(rows.select_related("community", "finding"), pk=pk)
    if sentence := permissions.why_not_register(request.user, recovery.community):
        raise NotYours(sentence)
    back = recoveries.back(recovery)
    return _decided(
        request,
        _posted(request, offices.Repay, today=clock.today()),
        lambda said: recoveries.repay(recovery, **said, by=request.user, at=clock.now()),
        "subsidies/repay.html",
        {"community": recovery.community, "recovery": recovery, "back": back, "left": recovery.fen - back},
        lambda entry: f"已登记收回 {yuan(entry.fen)} 元。",
    )


@require_http_methods(METHODS)
def order_stop(request, pk):
    """No further subsidy for a community."""
    community = visible_community(request, pk)
    if sentence := permissions.why_not_decide(request.user, community):
        raise NotYours(sentence)
    held = next(
        (one for one in rules.current() if one.yearly and one.region.contains(community.position)), None
    )
    if held is None:
        raise NotYours("该社区所在地区没有按年补助的方案。")
    return _decided(
        request,
        _posted(request, offices.OrderStop),
        lambda said: recoveries.order_stop(
            community, held.programme, **said, by=request.user, at=clock.now()
        ),
        "subsidies/order_stop.html",
        {"community": community, "rules": held},
        lambda stop: f"已决定自 {stop.first_year} 年度起停发补助。",
    )


@require_http_methods(METHODS)
def lift_stop(request, pk):
    """Decide from which year subsidies are given again."""
    rows = Stop.objects.filter(community__in=permissions.communities_visible_to(request.user))
    stop = get_object_or_404(rows.select_related("community", "recovery"), pk=pk)
    if sentence := permissions.why_not_decide(request.user, stop.community):
        raise NotYours(sentence)
    return _decided(
        request,
        _posted(request, offices.LiftStop, today=clock.today()),
        lambda said: recoveries.lift_stop(stop, **said, by=request.user, at=clock.now()),
        "subsidies/lift_stop.html",
        {"community": stop.community, "stop": stop},
        lambda done: f"已决定自 {done.resumes_year} 年度起恢复补助。",
    )
