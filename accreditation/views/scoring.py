"""The score desk of a handler, and the visits of the desk."""

import contextlib

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accreditation import assessing, case_file, filing_content, later_period, queries, sheets, uploads
from accreditation.disclosure import shows_later
from accreditation.forms import desk as forms
from accreditation.forms.sheet import Sheet
from accreditation.models import Attachment
from accreditation.permissions import verbs_for, why_not
from accreditation.refusals import AlreadyMoved, NotYours
from accreditation.views import sheet_boxes
from accreditation.views.moving import METHODS, carry_out, no_longer, refused, visible
from regions import clock
from regions.templatetags.portal import clock_time
from regions.wording import sentences
from regions.workdays import Calendar
from scoring.points import show_points

RELATED = ("round__rubric", "self_sheet", "community__street")


@require_http_methods(METHODS)
def sheet(request, pk):
    """The desk's own score sheet: the grid, saved while it is written, and on to the next application."""
    application = visible(request, pk, *RELATED)
    auto = request.method == "POST" and "application/json" in request.headers.get("Accept", "")
    step = application.step
    if sentence := why_not(request.user, application, "assess"):
        old = request.method == "POST" and request.POST.get("seen") != str(application.moves)
        if auto:
            return JsonResponse({"message": sentence}, status=409 if old else 403)
        return refused(request, application, sentence, 409 if old else 403)
    if not step.scores or filing_content.rubric(application) is None:
        return refused(request, application, "本环节不评分。", 409)
    assessments = list(application.assessments.select_related("sheet", "handler"))
    assessment = next((one for one in assessments if one.state == application.state), None)
    laid = sheets.read(application, assessment)
    form, status = Sheet(sheet=laid), 200
    if request.method == "POST":
        form, status = Sheet(request.POST, sheet=laid), 400
        valid = form.is_valid()
        if auto:
            return _autosaved(request, application, form)
        if valid:
            kept = {}
            status = carry_out(form, _keeping(request, application, form, kept))
            if status == 200 and request.POST.get("then") == "fill":
                status = carry_out(form, _filling(request, application, kept))
            if status == 200:
                return _go_on(request, application, kept["assessment"])
    context = _sheet_context(request, application, form, laid, assessment, assessments)
    return render(request, "accreditation/sheet.html", context, status=status)


def _keeping(request, application, form, kept):
    def act(**_):
        kept["assessment"] = assessing.save_sheet(
            application,
            form.lines,
            form.corrections,
            by=request.user,
            at=clock.now(),
            seen=form.cleaned_data["seen"],
            edition=form.cleaned_data["edition"],
        )

    return act


def _filling(request, application, kept):
    """符合 for every condition that is still open and that the figures show to be met."""

    def act(**_):
        lines = sheets.as_computed(sheets.read(application, kept["assessment"]))
        kept["assessment"] = assessing.save_sheet(
            application, lines, {}, by=request.user, at=clock.now(), seen=application.moves, edition=None
        )

    return act


def _autosaved(request, application, form):
    """What is right is kept, and what is wrong is said; a page that is old stops saving (409)."""
    if {"seen", "edition"} & form.errors.keys():
        return JsonResponse({"message": "这次没有保存，请重新打开本页。"}, status=400)
    kept = {}
    try:
        _keeping(request, application, form, kept)()
    except NotYours as refusal:
        return JsonResponse({"message": refusal.sentence}, status=403)
    except ValidationError as refusal:
        status = 409 if isinstance(refusal, AlreadyMoved) else 400
        return JsonResponse({"message": "".join(refusal.messages)}, status=status)
    laid = sheets.read(application, kept["assessment"])
    unsaved = [sentence for name in form.errors for sentence in sentences(form[name])]
    rows = laid.by_code.items()
    live = {f"because-{code}": _because(row) for code, row in rows}
    live |= {f"computed-{row.item.code}": sheets.FINDINGS.get(row.computed, "待填") for row in laid.checks}
    live["unsaved"] = f"没有保存：{'；'.join(unsaved)}" if unsaved else ""
    answer = {
        "edition": kept["assessment"].sheet.edition,
        "saved_at": clock_time(kept["assessment"].sheet.saved_at),
        "live": live,
        "basis": {code: _basis(row) for code, row in rows},
    }
    return JsonResponse(answer)


def _because(row):
    told = "" if row.basis is None else row.basis.because if isinstance(row, sheets.Check) else row.basis.told
    return f"更正后：{told}" if row.recomputed and told else told


def _basis(row):
    if isinstance(row, sheets.Check):
        return row.computed
    return show_points(row.basis.points) if row.basis and row.basis.points is not None else ""


def _go_on(request, application, assessment):
    """After a press: stay, or go to the next application that still needs scores."""
    laid = sheets.read(application, assessment)
    name = application.community.name
    if laid.complete:
        messages.success(request, f"{name}：{_work(laid)}已填完并保存，{laid.outcome}。")
    else:
        messages.warning(request, f"{name}：已保存。{''.join(laid.gaps)}")
    then = request.POST.get("then", "")
    if then in ("propose", "send_back"):
        verdict = "?verdict=send_back" if then == "send_back" else ""
        return redirect(reverse("accreditation:propose", args=[application.pk]) + verdict)
    if then != "next":
        return redirect("accreditation:sheet", pk=application.pk)
    following = _following(queries.scoring_run(request.user, application), application.pk)
    if following is None:
        messages.success(request, f"本批次在办的申报都已{'评' if laid.rows else '核对'}完。")
        return redirect("accreditation:queue")
    return redirect("accreditation:sheet", pk=following)


def _work(laid):
    return "评分" if laid.rows else "核对"


def _following(run, pk):
    """The next application without a complete sheet, going round; None when there is none."""
    at = next((n for n, (key, _) in enumerate(run) if key == pk), -1)
    return next((key for key, done in run[at + 1 :] + run[: at + 1] if not done and key != pk), None)


def _sheet_context(request, application, form, laid, assessment, assessments):
    lower = [
        column
        for column in case_file.columns(application, request.user, assessments)
        if column.level != application.step.level
    ]
    attachments = Attachment.objects.filter(application=application, removed_at=None).exclude(
        material="visit"
    )
    evidence = {}
    for attachment in attachments:
        evidence.setdefault(attachment.indicator, []).append(attachment)
    boxes = sheet_boxes.boxes(request.user, application, form, laid, lower, evidence, clock.now())
    run = queries.scoring_run(request.user, application)
    place = next((n for n, (pk, _) in enumerate(run, 1) if pk == application.pk), None)
    today = clock.today()
    calendar = Calendar.load(request.user.acting.region, years=(today.year - 1, today.year + 1))
    late = application.due_on is not None and application.due_on < today
    first_open = next((box for box in boxes if box.errors), None) or next(
        (box for box in boxes if not box.row.done), boxes[0]
    )
    later = later_period.period(application)
    return {
        "application": application,
        "form": form,
        "laid": laid,
        "edition": assessment.sheet.edition if assessment and assessment.sheet_id else 0,
        "assessment": assessment,
        "work": _work(laid),
        "projects": sheet_boxes.projects(laid.rubric, boxes),
        "groups": sheet_boxes.groups(boxes),
        "boxes": boxes,
        "later": later_period.name(later)
        if later and application.state == later.desk and shows_later(request.user, application)
        else "",
        "later_filled": any(box.later for box in boxes),
        "lower": lower,
        "first_open": first_open.first_id,
        "general": [one for one in evidence.get("", []) if one.material != "evidence"],
        "place": place,
        "run_length": len(run),
        "run_done": sum(1 for _, done in run if done),
        "previous": run[place - 2][0] if place and place > 1 else None,
        "due_words": queries.due_words(queries.days_left(calendar, today, application.due_on), late),
        "late": late,
        "source": application.round.version.data["source"],
        "verbs": verbs_for(request.user, application),
        "proposed": bool(assessment and assessment.proposed_at),
        "today": today,
        "queue_url": reverse("accreditation:queue"),
    }


@require_http_methods(METHODS)
def visit(request, pk):
    """Record a visit of the desk; earlier ones stay."""
    application = visible(request, pk)
    today = clock.today()
    if request.method == "POST":
        form = forms.Visit(request.POST, request.FILES, today=today)
        status = _visited(request, application, form) if form.is_valid() else 400
        if status == 200:
            messages.success(request, f"已登记{application.community.name}的实地考察。")
            return redirect("accreditation:application", pk=application.pk)
        if page := no_longer(request, application, "visit", form, status):
            return page
    else:
        if reason := why_not(request.user, application, "visit"):
            return refused(request, application, reason)
        form, status = forms.Visit(initial={"seen": application.moves, "on": today}, today=today), 200
    context = {
        "application": application,
        "form": form,
        "visits": application.visits.filter(state=application.state).select_related("recorded_by"),
        "cancel_url": reverse("accreditation:application", args=[application.pk]),
    }
    return render(request, "accreditation/visit.html", context, status=status)


def _visited(request, application, form):
    """Store the photos, then the visit; a refusal of either leaves no file behind."""
    try:
        with contextlib.ExitStack() as files:
            photos = _photos(form, files, request.user)
            cleaned = {**form.cleaned_data, "photos": photos}
            assessing.save_visit(application, by=request.user, at=clock.now(), **cleaned)
    except NotYours as refusal:
        form.add_error(None, refusal.sentence)
        return 403
    except ValidationError as refusal:
        if form.has_error("photos"):
            return 400
        form.add_error(None, refusal.messages)
        return 409
    return 200


def _photos(form, files, by):
    """The checked photos; those that cannot be taken are said at the box, and then none is kept."""
    photos = []
    for photo in form.cleaned_data["photos"]:
        try:
            photos.append(files.enter_context(uploads.kept(photo, by)))
        except ValidationError as refusal:
            form.add_error("photos", [f"{photo.name[:60]}：{sentence}" for sentence in refusal.messages])
    if form.has_error("photos"):
        raise ValidationError("照片没有存下。")
    return photos
