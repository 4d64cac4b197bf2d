"""A member's own pages: the communities to assess, each with its material and the score, one after the other."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import posted
from accounts.listed import exported, wanted, workbook
from accounts.models import ADMINISTRATORS
from accreditation import case_file, list_columns, panel_scores, panel_table, panels
from accreditation.disclosure import shows_self
from accreditation.forms import panels as forms
from accreditation.models import Panel, PanelScore
from accreditation.permissions import why_not_score
from accreditation.refusals import NotYours
from accreditation.routes import LEVELS
from accreditation.views.moving import METHODS, carry_out, visible
from regions import clock
from scoring.points import show_points


@exported
@require_safe
def tasks(request):
    """The communities to assess, those not done first."""
    posting = request.user.acting
    if posting is None or posting.office_id is None or posting.role in ADMINISTRATORS:
        raise NotYours("考核评分由受聘的考核人员办理。")
    rows = panel_table.tasks(request.user)
    if wanted(request):
        return workbook(request, list_columns.panel_tasks(rows))
    here = [row for row in rows if row.here]
    context = {
        "rows": rows,
        "here": len(here),
        "done": sum(row.finished for row in here),
        "first": next((row for row in here if not row.finished), None),
        "several": len({row.assessor.panel.round_id for row in rows}) > 1,
    }
    return render(request, "accreditation/panel_tasks.html", context)


def _own(request, pk):
    """(application, the reader's task for it); 404 for what they may not see, refused where it is not theirs."""
    application = visible(request, pk, "self_sheet")
    rows = PanelScore.objects.tasks_of(request.user).filter(
        application=application, assessor__panel__status=Panel.Status.DRAWN
    )
    joined = rows.select_related("assessor__panel__region", "assessor__panel__round", "assessor__user")
    score = (
        next((row for row in joined if row.assessor.panel.state == application.state), None) or joined.first()
    )
    if score is None:
        raise NotYours("这一社区不由您考核。")
    score.application = application
    return application, score


@require_http_methods(METHODS)
def task(request, pk):
    """One community: what it filed, what the lower desks saw on their visits, and the score."""
    application, score = _own(request, pk)
    form, status = forms.Score.of(score), 200
    if request.method == "POST":
        form, status = forms.Score(request.POST), 400
        if form.is_valid():
            status = carry_out(form, _giving(request, score))
            if status == 200:
                return _go_on(request, application, form.cleaned_data["points"])
    refusal = why_not_score(request.user, score)
    files = list(application.attachments.all())
    kept = [one for one in files if one.removed_at is None and one.material != "visit"]
    filed = application.filings.order_by("-number").first()
    run = [one for one in panel_table.tasks(request.user) if one.here]
    places = sorted(run, key=lambda one: (one.application.position, one.application_id))
    place = next((n for n, one in enumerate(places) if one.application_id == application.pk), None)
    context = {
        "application": application,
        "score": score,
        "form": form,
        "refusal": refusal if request.method != "POST" or status == 200 else "",
        "outdated": bool(score.given_at and filed and score.given_at < filed.filed_at),
        "filed": filed,
        "source": application.round.version.data["source"],
        "facts": case_file.facts(application),
        "statements": case_file.statements(application),
        "materials": case_file.materials(application, kept),
        "conditions": case_file.conditions(application, [], kept),
        "figures": case_file.figures(application, request.user, []),
        "projects": case_file.projects(application, [], kept),
        "self_shown": shows_self(request.user, application),
        "visits": _visits(application, score, files),
        "place": place,
        "run": places,
        "done": sum(one.finished for one in places),
        "previous": places[place - 1] if place else None,
        "following": places[place + 1] if place is not None and place + 1 < len(places) else None,
    }
    return render(request, "accreditation/panel_task.html", context, status=status)


def _giving(request, score):
    def act(points, comment, edition):
        panel_scores.give(score, points, comment, by=request.user, at=clock.now(), edition=edition)

    return act


def _go_on(request, application, points):
    """After a press: the next community that is not done, or the list."""
    messages.success(request, f"{application.community.name}：已保存 {show_points(points)} 分。")
    if request.POST.get("then") != "next":
        return redirect("accreditation:panel_task", pk=application.pk)
    rows = panel_table.tasks(request.user)
    left = [row for row in rows if row.here and not row.finished]
    after = [
        row
        for row in left
        if (row.application.position, row.application_id) > (application.position, application.pk)
    ]
    if not left:
        return redirect("accreditation:panel_tasks")
    return redirect("accreditation:panel_task", pk=(after or left)[0].application_id)


def _visits(application, score, files):
    """(visit, level's name, photos) of the desks below the panel's."""
    own = LEVELS.index(score.assessor.panel.region.level)
    found = []
    for visit in application.visits.all():
        level = visit.state.rsplit("_", 1)[0]
        if LEVELS.index(level) < own:
            photos = [one for one in files if one.visit_id == visit.pk and one.removed_at is None]
            found.append((visit, case_file.LEVEL_NAMES[level], photos))
    return found


@require_http_methods(METHODS)
def recuse_own(request, pk):
    """Give a community back, with the reason."""
    application, score = _own(request, pk)
    form = forms.Reason(posted(request))
    status = 200

    def act(reason):
        panels.recuse(score, by=request.user, at=clock.now(), reason=reason)

    if request.method == "POST":
        status = carry_out(form, act) if form.is_valid() else 400
        if status == 200:
            messages.success(request, f"您已回避{application.community.name}，该社区改由他人考核。")
            return redirect("accreditation:panel_tasks")
    context = {
        "application": application,
        "form": form,
        "cancel_url": reverse("accreditation:panel_task", args=[pk]),
        "effects": [
            f"您不再考核{application.community.name}，也看不到它的材料。",
            "已经保存的评分留存，不计入平均分。",
            "由可以考核的其他人员接替。这一决定不能自行撤销。",
        ],
    }
    return render(request, "accreditation/recuse_own.html", context, status=status)
