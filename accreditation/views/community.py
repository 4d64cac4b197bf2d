"""The community's own file: before it starts, the task list, checking, filing, taking back, and what changed."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role
from accreditation import (
    eligibility,
    filing,
    filing_changes,
    filing_content,
    journey,
    later_period,
    transitions,
)
from accreditation.forms.filing import Seen, Withdrawal
from accreditation.models import Application, Recognition, Round, State
from accreditation.permissions import may_act
from accreditation.refusals import NotReady, NotYours
from accreditation.views.filling import own, remarks_of
from accreditation.views.moving import carry_out
from accreditation.views.prints import prints
from regions import clock
from regions.workdays import Calendar
from scoring.engine import score_partial

METHODS = ["GET", "HEAD", "POST"]
# Task key → the page that does it.
PAGES = {
    "basics": "basics",
    "evidence": "evidence",
    "narrative": "narrative",
    "exception": "exception",
    "statements": "statements",
    later_period.TARGET: "later_figures",
}
TEXT_TASKS = ("narrative", "exception")


def page_of(application, task, anchor=""):
    """The address of the page where a task is done, at the very place of a gap."""
    if task == "figures":
        number = _figures_page(application, anchor)
        address = reverse("accreditation:figures", args=[application.pk, number])
    else:
        address = reverse(f"accreditation:{PAGES[task]}", args=[application.pk])
    if not anchor:
        return address
    if task == "evidence":
        return f"{address}#material-{anchor}"
    return f"{address}#id_{'text' if task in TEXT_TASKS else anchor}"


def _figures_page(application, anchor):
    """The number of the page that asks for a figure or a reason; the first unfinished one without an anchor."""
    pages = filing_content.rubric(application).pages_for(application.tier)
    if not anchor:
        return next((page.number for page, done, every in _progress(application) if done < every), 1)
    for page in pages:
        names = {f.key for f in page.figures} | {f"reason_{i.code}" for i in page.indicators}
        if anchor in names:
            return page.number
    return 1


def _progress(application):
    """The pages of the sheet with how many of their items are scored or checked, and how many there are."""
    sheet = filing_content.rubric(application)
    if sheet is None:
        return []
    values = filing_content.figures_now(application, clock.now())
    result = score_partial(sheet, values, tier=application.tier)
    done = {code for code, line in result.lines.items() if line is not None}
    done |= {code for code, verdict in result.criteria.items() if verdict.met is not None}
    return [
        (page, sum(1 for item in page.items if item.code in done), len(page.items))
        for page in sheet.pages_for(application.tier)
    ]


@require_http_methods(METHODS)
def start(request, pk, tier):
    """申报前须知: the conditions, the papers, the time it takes; pressing 开始 makes the draft."""
    posting = request.user.acting
    if posting.role != Role.FILER:
        raise NotYours("申报由社区申报员办理。")
    community = posting.community
    rounds = Round.objects.over(community.position).exclude(status=Round.Status.PREPARING)
    round_ = get_object_or_404(rounds.select_related("version__programme", "rubric"), pk=pk)
    if tier not in {t["key"] for t in round_.version.data["tiers"]}:
        raise Http404
    at = clock.now()
    existing = Application.objects.filter(round=round_, tier=tier, community=community).first()
    if existing:
        return redirect("accreditation:application", pk=existing.pk)
    status, sentences = 200, []
    if request.method == "POST":
        try:
            application = filing.start(round_, tier, community, by=request.user, at=at)
        except NotReady as refusal:
            status, sentences = 409, refusal.messages
        else:
            return redirect("accreditation:application", pk=application.pk)
    today = clock.day_of(at)
    asked = Application(round=round_, tier=tier, community=community, position=community.position)
    context = {
        "round": round_,
        "tier": round_.version.tier(tier),
        "source": round_.version.data["source"],
        "conditions": eligibility.conditions(asked, at),
        "asked": len(filing_content.asked(asked)),
        "materials": filing_content.materials_wanted(asked),
        "sheet": filing_content.rubric(asked),
        "deadline": journey.deadline(round_, today, Calendar.load(None)),
        "sentences": sentences,
    }
    return render(request, "accreditation/start.html", context, status=status)


def task_list(request, application):
    """The application as its community sees it: what is to be done while it writes, how it stands afterwards."""
    at = clock.now()
    today = clock.day_of(at)
    writing = may_act(request.user, application, "edit")
    calendar = Calendar.load(None)
    tasks = filing_content.tasks(application, at) if writing else []
    remarks = remarks_of(application)
    names = filing_content.targets(application) if remarks else {}
    context = {
        "application": application,
        "writing": writing,
        "returned": application.state == State.RETURNED,
        "tasks": [(task, page_of(application, task.key)) for task in tasks],
        "all_done": all(task.done for task in tasks),
        "pages": _progress(application) if writing else [],
        "remarks": [(names.get(t, t), texts, place_of(application, t)) for t, texts in remarks.items()],
        "phases": journey.phases(application),
        "events": journey.timeline(application),
        "holder": journey.holder(application),
        "next": journey.next_step(application),
        "deadline": journey.deadline(application.round, today, calendar, application.returned_from or application.state),
        "may_withdraw": may_act(request.user, application, "withdraw"),
        "filings": application.filings.count(),
        "recognition": Recognition.objects.filter(application=application).first(),
    }  # fmt: skip
    return render(request, "accreditation/task_list.html", context)


def place_of(application, target):
    """The address of the place a remark names."""
    kind, _, key = target.partition(":")
    if kind == "basics":
        return page_of(application, "basics", key)
    if kind == "figure":
        return page_of(application, "figures", key)
    if kind == "indicator":
        pages = filing_content.rubric(application).pages_for(application.tier)
        number = next((p.number for p in pages if key in {i.code for i in p.items}), 1)
        return reverse("accreditation:figures", args=[application.pk, number]) + f"#item-{key}"
    if kind == "material":
        return page_of(application, "evidence", key)
    return page_of(application, {"exception_reason": "exception"}.get(kind, kind))


def _answers(application, at):
    """Everything that is filed, by task: (task, address, rows of (label, text, address or "" where closed, gap))."""
    found = []
    open_places = filing_content.open_targets(application)
    known = filing_content.known(application, at)
    for task in filing_content.tasks(application, at):
        gaps = {anchor for _, anchor in task.missing}
        rows = [
            (
                label,
                text,
                page_of(application, task.key, anchor)
                if anchor not in known
                and (open_places is None or open_places & _targets(application, task.key, anchor))
                else "",
                anchor in gaps,
            )
            for label, text, anchor in _rows_of(application, task.key)
        ]
        found.append((task, page_of(application, task.key), rows))
    return found


def _targets(application, task, anchor) -> set:
    """The targets of remarks that open one row of the form."""
    if task == "basics":
        return {f"basics:{anchor}"}
    if task == "figures":
        if anchor.startswith("reason_"):
            return {f"indicator:{anchor.removeprefix('reason_')}"}
        return filing_content.places_of_figure(application, anchor)
    if task == "evidence":
        material = next(m for m in filing_content.materials_wanted(application) if m["key"] == anchor)
        codes = filing_content.items(application) if material.get("by_indicator") else ()
        return {f"material:{anchor}"} | {f"indicator:{code}" for code in codes}
    return {task} if task in ("statements", later_period.TARGET) else {anchor}


def _rows_of(application, key):
    """(label, text, anchor) of one task."""
    content = filing_content.content(application)
    if key == "basics":
        for wanted in filing_content.basics_fields(application):
            text = content["basics"].get(wanted["key"], "")
            unit = wanted.get("unit", "")
            yield wanted["label"], f"{text} {unit}".strip() if text else "", wanted["key"]
    elif key == "figures":
        sheet = filing_content.rubric(application)
        for page in sheet.pages_for(application.tier):
            for figure in (*page.figures, *page.known):
                value = content["figures"].get(figure.key)
                yield figure.label, filing_changes.figure_text(figure, value), figure.key
            for item in page.indicators:
                reason = content["reasons"].get(item.code, {}).get("reason", "")
                if item.judged:
                    yield f"第 {item.number} 项自评理由", reason, f"reason_{item.code}"
    elif key == later_period.TARGET:
        for figure in later_period.asked(application).values():
            text = filing_changes.figure_text(figure, content["later"].get(figure.key))
            if text:
                yield figure.label, text, figure.key
    elif key == "evidence":
        for material in filing_content.materials_wanted(application):
            names = [a["name"] for a in content["attachments"] if a["material"] == material["key"]]
            yield material["label"], "、".join(names), material["key"]
    elif key == "narrative":
        yield filing_content.narrative_rule(application)["label"], content["narrative"], "narrative"
    elif key == "exception":
        yield application.reason_title, content["exception_reason"], "exception_reason"
    elif key == "statements":
        for statement in filing_content.statements_wanted(application):
            given = content["statements"].get(statement["key"])
            yield statement["label"], "已确认" if given else "", statement["key"]


def _check_page(request, application, form, status=200):
    at = clock.now()
    answers = _answers(application, at)
    for task, _, _ in answers:
        task.gaps = [(sentence, page_of(application, task.key, anchor)) for sentence, anchor in task.missing]
    gaps = [gap for task, _, _ in answers for gap in task.gaps]
    exception = {task.key for task, _, _ in answers} & {"exception"}
    against = [
        (sentence, page_of(application, "exception") if exception and "理由" in sentence else "")
        for sentence in eligibility.reasons_against(application, at)
    ]
    old = filing_changes.last_filed(application)
    new = filing_content.content(application)
    first = application.route.first if application.state == State.DRAFT else None
    to = first.state if first else application.returned_from
    context = {
        "application": application,
        "form": form,
        "answers": answers,
        "against": against,
        "lacking": len(gaps) + len(against),
        "apart": [s for s in form.non_field_errors() if s not in {t for t, _ in gaps + against}],
        "changes": filing_changes.changes(application, old, new) if old else [],
        "returned": application.state == State.RETURNED,
        "verb": "resubmit" if application.state == State.RETURNED else "submit",
        "to": State(to).label if to else "",
        "mark": application.round.pass_mark,
    }
    return render(request, "accreditation/check.html", context, status=status)


@require_safe
def check(request, pk):
    """All answers, all gaps as links, and the button that files."""
    application = own(request, pk)
    if not may_act(request.user, application, "edit"):
        return redirect("accreditation:application", pk=pk)
    return _check_page(request, application, Seen(initial={"seen": application.moves}))


def _file(request, pk, transition):
    application = own(request, pk)
    if request.method != "POST":
        return redirect("accreditation:check", pk=pk)
    form = Seen(request.POST)
    status = 400
    if form.is_valid():

        def act(seen):
            transition(application, by=request.user, at=clock.now(), seen=seen)

        status = carry_out(form, act)
        if status == 200:
            return redirect("accreditation:receipt", pk=pk)
    application = own(request, pk)
    if not may_act(request.user, application, "edit"):  # pressed twice, or withdrawn meanwhile
        for sentence in form.non_field_errors():
            messages.info(request, sentence)
        return redirect("accreditation:application", pk=pk)
    form.data = {"seen": application.moves}
    return _check_page(request, application, form, status)


@require_http_methods(METHODS)
def submit(request, pk):
    return _file(request, pk, transitions.submit)


@require_http_methods(METHODS)
def resubmit(request, pk):
    return _file(request, pk, transitions.resubmit)


@require_safe
def receipt(request, pk):
    """What was filed and when, who has it now, what is next: to print or keep."""
    application = own(request, pk)
    filed = application.filings.order_by("-number").first()
    if filed is None:
        raise Http404
    context = {
        "application": application,
        "filing": filed,
        "holder": journey.holder(application),
        "next": journey.next_step(application),
        "prints": prints(application),
    }
    return render(request, "accreditation/receipt.html", context)


@require_http_methods(METHODS)
def withdraw(request, pk):
    """Take the application back; it ends."""
    application = own(request, pk)
    form = Withdrawal(request.POST if request.method == "POST" else None, initial={"seen": application.moves})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():

            def act(**cleaned):
                transitions.withdraw(application, by=request.user, at=clock.now(), **cleaned)

            status = carry_out(form, act)
            if status == 200:
                messages.success(request, f"已撤回申报 {application.number}。")
                return redirect("accreditation:application", pk=pk)
    elif not may_act(request.user, application, "withdraw"):
        messages.info(request, "这份申报已经结束，不能撤回。")
        return redirect("accreditation:application", pk=pk)
    context = {
        "application": application,
        "form": form,
        "effects": [
            "这份申报立即停止办理，本批次不能再次申报。",
            "已占用的推荐名额空出；正在公示的，从公示名单中移出。",
            "填写的内容和材料保留在系统中，可以查看，不能再修改。",
        ],
        "cancel_url": reverse("accreditation:application", args=[pk]),
    }
    return render(request, "accreditation/withdraw.html", context, status=status)


@require_safe
def changes(request, pk):
    """What differs between the last two filings, or between the last filing and what is written now."""
    application = own(request, pk)
    filings = list(application.filings.order_by("-number")[:2])
    if not filings:
        raise Http404
    if may_act(request.user, application, "edit"):
        old, new, against = filings[0], None, "现在填写的内容"
    elif len(filings) == 2:
        old, new, against = filings[1], filings[0], "最后一次提交"
    else:
        raise Http404
    contents = filing_changes.contents(old, new, application)
    context = {
        "application": application,
        "old": old,
        "new": new,
        "against": against,
        "changes": filing_changes.changes(application, *contents),
    }
    return render(request, "accreditation/changes.html", context)
