"""The plans of a round's streets: filed by each, read by those above."""

import contextlib

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import client_ip
from accreditation import plans, uploads
from accreditation.forms.plans import FilePlan
from accreditation.models import StreetPlan
from accreditation.permissions import may_read_inside
from accreditation.refusals import NotYours
from accreditation.views.files import stored
from accreditation.views.organising import visible_rounds
from regions import clock

METHODS = ["GET", "HEAD", "POST"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(file, name):
    """A finished workbook as a download."""
    response = FileResponse(file, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


def _reader(request, pk):
    """(round, region looked down from) for desks from the organiser down and auditors; 404 where no plans are asked for."""
    round_ = get_object_or_404(visible_rounds(request.user), pk=pk)
    if plans.wanted(round_) is None:
        raise Http404
    if not may_read_inside(request.user, round_.region):
        raise NotYours("实施方案由主办单位、所辖各级单位的经办、审核、发布岗位和审计岗位查看。")
    return round_, request.user.acting.region


@require_safe
def street_plans(request, pk):
    """Which street has filed, which has not, and which was late; a street sees its own."""
    round_, region = _reader(request, pk)
    rows = plans.overview(round_, region, day=clock.today())
    context = {
        "round": round_,
        "section": plans.wanted(round_),
        "due": plans.due(round_),
        "rows": rows,
        "filed": sum(1 for row in rows if row.drafts),
        "late": sum(1 for row in rows if row.drafts and row.late),
        "unfiled": sum(1 for row in rows if not row.drafts),
        "goals": [sum(getattr(r.plan, n) for r in rows if r.plan) for n in ("urban_goal", "village_goal")],
        "why_not": plans.why_not(request.user, round_),
    }
    return render(request, "accreditation/street_plans.html", context)


@require_safe
def export_plans(request, pk):
    """The same rows as a workbook."""
    round_, region = _reader(request, pk)
    at = clock.now()
    rows = plans.overview(round_, region, day=clock.day_of(at))
    file = plans.book(round_, rows, by=request.user, at=at, ip=client_ip(request))
    return workbook(file, f"实施方案{clock.day_of(at):%Y%m%d}.xlsx")


@require_http_methods(METHODS)
def file_plan(request, pk):
    """File the own street's plan; an earlier one stays."""
    round_, region = _reader(request, pk)
    if reason := plans.why_not(request.user, round_):
        raise NotYours(reason)
    today = clock.today()
    drafts = list(round_.plans.filter(region=region).order_by("-number"))
    status = 200
    if request.method == "POST":
        form = FilePlan(request.POST, request.FILES, today=today)
        plan, status = _filed(request, round_, region, form) if form.is_valid() else (None, 400)
        if plan:
            messages.success(request, f"《{plan.title}》已报送，为第 {plan.number} 稿。")
            return redirect("accreditation:street_plan", pk=plan.pk)
    else:
        form = FilePlan(initial=_initial(round_, region, drafts, today), today=today)
    due = plans.due(round_)
    context = {
        "round": round_,
        "region": region,
        "section": plans.wanted(round_),
        "form": form,
        "drafts": drafts,
        "due": due,
        "late": today > due,
        # After a conflict the page may be sent again: the reader was told.
        "seen": len(drafts) if status == 409 or request.method != "POST" else form["seen"].value(),
    }
    return render(request, "accreditation/file_plan.html", context, status=status)


def _initial(round_, region, drafts, today):
    """The last draft's words to start from, else the title the programme gives."""
    if drafts:
        return {name: getattr(drafts[0], name) for name in ("title", "text", "urban_goal", "village_goal")}
    return {"title": f"{region.name}{plans.wanted(round_)['title']}"[:120], "dated_on": today}


def _filed(request, round_, region, form):
    """(the plan, 302) or (None, status); a refusal leaves no file behind and says why on the form."""
    said = {**form.cleaned_data}
    upload = said.pop("file")
    try:
        with contextlib.ExitStack() as files:
            checked = None
            if upload:
                try:
                    checked = files.enter_context(uploads.kept(upload, request.user))
                except ValidationError as refusal:
                    form.add_error("file", refusal.messages)
                    return None, 400
            at = clock.now()
            return plans.file_plan(round_, region, by=request.user, at=at, file=checked, **said), 302
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return None, 409


def _plan(request, pk):
    """A plan inside the reader's place; anything else is the same 404."""
    rows = StreetPlan.objects.visible_to(request.user).filter(round__in=visible_rounds(request.user))
    joined = rows.select_related("round__version__programme", "region", "filed_by")
    return get_object_or_404(joined, pk=pk)


@require_safe
def street_plan(request, pk):
    """One plan with its other drafts."""
    plan = _plan(request, pk)
    drafts = StreetPlan.objects.filter(round=plan.round_id, region=plan.region_id).order_by("-number")
    due = plans.due(plan.round)
    told = [(draft, clock.day_of(draft.filed_at) > due) for draft in drafts]
    context = {
        "plan": plan,
        "round": plan.round,
        "late": plans.is_late(plan.round, plan),
        "due": due,
        "drafts": told,
        "newest": told[0][0],
        "may_file": plan.region_id == request.user.acting.region.pk
        and not plans.why_not(request.user, plan.round),
    }
    return render(request, "accreditation/street_plan.html", context)


@require_safe
def street_plan_file(request, pk):
    """The paper of a plan."""
    plan = _plan(request, pk)
    if not plan.file:
        raise Http404
    return stored(plan, inline=request.GET.get("inline") == "1")
