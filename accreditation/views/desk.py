"""A desk's queue, one application's file, and one move for many."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch, prefetch_related_objects
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.listed import exported, wanted, workbook
from accounts.models import Role
from accreditation import (
    case_file,
    elsewhere,
    filing_content,
    journey,
    later_period,
    list_columns,
    needs,
    queries,
    transitions,
)
from accreditation.disclosure import sheet_is_in, shows, shows_visit
from accreditation.forms import desk as forms
from accreditation.hints import hints
from accreditation.models import Application, Assessment, State
from accreditation.permissions import reasons_against, verbs_for
from accreditation.refusals import NotYours
from accreditation.routes import LEVELS
from accreditation.score_columns import SELF, titles
from accreditation.views.decisions import taken_here
from accreditation.views.moving import METHODS
from accreditation.views.prints import prints
from regions import clock
from regions.models import Region
from regions.workdays import Calendar

MOST_AT_ONCE = 200
RESULT = "batch_result"  # the session's key of what the last batch did
EMPTY = "申报到达本单位后会出现在这里，快到期的排在前面。"
BATCH_VERBS = {Role.HANDLER: "propose", Role.APPROVER: "pass_on"}
BATCH_WORDS = {"propose": "提出意见", "pass_on": "上报"}


def _calendar(user, today):
    return Calendar.load(user.acting.region, years=(today.year - 1, today.year + 1))


def _only_desks(user):
    if user.acting is None or not user.acting.has_desk or user.acting.level not in LEVELS:
        raise NotYours("待办由街道、县、市、省各级单位的经办、审核和发布岗位办理。")


class _Queue:
    """The queue of one request: its groups with their counts, the filters, and the rows they leave."""

    def __init__(self, user, data):
        acting = user.acting
        self.user, self.today = user, clock.today()
        self.rounds = list(queries.desk_rounds(user))
        self.calendar = _calendar(user, self.today)
        below = Region.objects.filter(parent=acting.region).order_by("position")
        self.form = forms.QueueQuery(
            data,
            rounds=self.rounds,
            groups=queries.GROUPS,
            regions=list(below) if acting.level != "street" else [],
        )
        self.form.is_valid()
        asked = self.form.cleaned_data.get("group")
        found = (asked or "all", self._narrow) if self.form.narrowed else None
        self.groups, counts = queries.queue_groups(
            user, self.rounds, self.today, self.calendar, found, elsewhere.columns(user)
        )
        self.elsewhere = elsewhere.waiting(counts)
        chosen = self.groups.pop("found", None)
        busy = "all" if chosen else next((key for key, one in self.groups.items() if one.count), "all")
        self.group = self.groups.get(asked, self.groups[busy])
        self.count = chosen.count if chosen else self.group.count
        self.found = self._narrow(self.group.rows)

    def _narrow(self, rows):
        return self.form.apply(rows, self.user.acting.level)

    def rows(self, start, stop):
        return queries.queue_rows(self.found[start:stop], self.user, self.rounds, self.today, self.calendar)

    @property
    def batch_verb(self) -> str:
        """What this role can do to many at once, or ""."""
        if self.group.key in ("returned", "gone"):
            return ""
        if self.user.acting.role == Role.HANDLER:
            return "propose"
        steps = [(r.route, r.route.step(queries.desk_of(self.user))) for r in self.rounds]
        single = [
            route
            for route, step in steps
            if not step.listing and (after := route.after(step.state)) and not after.is_notice
        ]
        return "pass_on" if self.user.acting.role == Role.APPROVER and single else ""


class _Counted(Paginator):
    """Pages of rows whose number is already known."""

    def __init__(self, count, per_page):
        super().__init__(range(count), per_page)


@exported
@require_safe
def queue(request):
    """What waits at the acting office's desk: groups, filters, and a dense table to work from."""
    _only_desks(request.user)
    waiting = _Queue(request.user, request.GET)
    request.waiting = waiting.groups["all"].count  # the menu shows it too
    steps = [r.route.step(queries.desk_of(request.user)) for r in waiting.rounds]
    columns = {
        "scores": any(step.scores for step in steps),
        "points": any(queries.by_points(r) for r in waiting.rounds),
        "visits": any(step.needs.get("site_visit") for step in steps),
        "level_name": case_file.LEVEL_NAMES[request.user.acting.level],
    }
    if wanted(request):
        chosen = "；".join(words for words, _ in waiting.form.chips())
        return workbook(
            request,
            list_columns.queue(waiting.group.label, waiting.count, waiting.rows, filters=chosen, **columns),
        )
    size = waiting.form.cleaned_data.get("size") or forms.SIZES[0]
    page = _Counted(waiting.count, size).get_page(request.GET.get("page"))
    rows = waiting.rows(page.start_index() - 1, page.end_index()) if waiting.count else []
    acting = request.user.acting
    context = columns | {
        "form": waiting.form,
        "groups": list(waiting.groups.values()),
        "group": waiting.group,
        "page": page,
        "rows": rows,
        "sizes": forms.SIZES,
        "rounds": waiting.rounds,
        "several": len({(row.application.round_id, row.application.tier) for row in rows}) > 1,
        "listing": any(step.listing for step in steps) and acting.role != Role.HANDLER,
        "batch_verb": waiting.batch_verb,
        "batch_word": BATCH_WORDS.get(waiting.batch_verb, ""),
        "first": rows[0].application if rows and rows[0].here else None,
        "start_here": _start(acting.role, waiting.group.key, waiting.group.label),
        "empty_title": f"目前没有“{waiting.group.label}”的申报"
        if waiting.groups["all"].count
        else "目前没有待办事项",
        "elsewhere": waiting.elsewhere,
        "empty_text": "可以看看其他分类。" if waiting.groups["all"].count else EMPTY,
    }
    return render(request, "accreditation/queue.html", context)


def _start(role, group, label):
    """Where "从第一件开始" leads: (name of the address, words); a publisher works from the lists."""
    if role == Role.PUBLISHER:
        return None
    if role == Role.HANDLER:
        return {
            "score": ("accreditation:sheet", f"从第一件开始{label.removeprefix('待')}"),
            "visit": ("accreditation:visit", "从第一件开始登记考察"),
            "propose": ("accreditation:propose", "从第一件开始提意见"),
        }.get(group, ("accreditation:application", "从第一件开始"))
    return ("accreditation:application", "从第一件开始")


# The file


def file_view(request, application):
    """One application as an officer reads it, with the moves this officer can make (called by views.application)."""
    user = request.user
    prefetch_related_objects(
        [application],
        Prefetch("assessments", Assessment.objects.select_related("sheet", "handler", "approver")),
        "attachments",
        "visits",
    )
    assessments, files = list(application.assessments.all()), list(application.attachments.all())
    told = case_file.events(application)
    done = {event.action for event, _ in told}
    filings = list(application.filings.order_by("-number")[:2]) if "resubmit" in done else []
    own = next((one for one in assessments if one.state == application.state), None)
    kept = [one for one in files if one.removed_at is None and one.material != "visit"]
    columns = case_file.columns(application, user, assessments)
    sheet = filing_content.rubric(application)
    today = clock.today()
    due = application.due_on if application.step else None
    late = due is not None and due < today
    days = queries.days_left(_calendar(user, today), today, due) if due else None
    context = {
        "application": application,
        "source": application.round.version.data["source"],
        "tier": application.round.version.tier(application.tier),
        "assessments": assessments,
        "own": own if own and shows(user, application, own.level) else None,
        "columns": columns,
        "combined": case_file.combined(application, user),
        "self_title": titles(sheet).get(SELF, "自评"),
        "projects": case_file.projects(application, columns, kept),
        "work": "评分" if sheet is None or sheet.has_points else "核对",
        "own_in": bool(application.step) and sheet_is_in(application, application.state),
        "conditions": case_file.conditions(application, columns, kept),
        "later": case_file.later(application, user),
        "later_name": later_period.name(period) if (period := later_period.period(application)) else "",
        "figures": case_file.figures(application, user, assessments),
        "facts": case_file.facts(application),
        "statements": case_file.statements(application),
        "materials": case_file.materials(application, kept),
        "opinions": case_file.opinions(application, user, assessments),
        "visits": [
            (visit, case_file.LEVEL_NAMES[visit.state.rsplit("_", 1)[0]], _photos(files, visit))
            for visit in application.visits.all()
            if shows_visit(user, application, visit)
        ],
        "changes": case_file.changes(application, user, filings),
        "asked": case_file.asked(application, told),
        "hints": hints([application], today)[application.pk],
        "events": case_file.timeline(application, user, told),
        "prints": prints(application, scanned="attach_scan" in done),
        "decided_here": taken_here(user, told) is not None,
        "phases": journey.phases(application),
        "due": due,
        "due_words": queries.due_words(days, late),
        "late": late,
        **_buttons(user, application, own),
    }
    return render(request, "accreditation/file.html", context)


def _photos(files, visit):
    return [one for one in files if one.visit_id == visit.pk and one.removed_at is None]


def _buttons(user, application, own):
    """What can be done here: the verbs the permission rule allows, less those the present step has no use for."""
    verbs = set(verbs_for(user, application))
    step = application.step
    following = application.route.after(step.state) if step else None
    if step is not None:
        if not step.scores:
            verbs.discard("assess")
        if following is None or following.is_notice or (step.listing and not application.listed_at):
            verbs.discard("pass_on")
        if not step.listing:
            verbs -= {"shortlist", "unlist", "pass_over", "publish"}
        ready = application.cleared_at if step.is_notice else application.listed_at
        if following is not None or ready is None:
            verbs.discard("recognise")
        if application.listed_at:
            verbs -= {"assess", "visit", "propose", "shortlist", "pass_over"}
        else:
            verbs.discard("unlist")
    unmet = needs.unmet(application, step) if verbs & {"pass_on", "shortlist"} else []
    return {
        "verbs": verbs,
        "lists": bool(verbs & {"shortlist", "unlist", "pass_over", "publish"}),
        "recognises": "recognise" in verbs,
        "following": State(following.state).label if following else "",
        "unmet": unmet,
        "proposed": bool(own and own.proposed_at),
    }


# Many at once


@require_http_methods(METHODS)
def batch(request):
    """One move for a selection: a preview of who goes and who cannot, the doing, and the result, failures first."""
    _only_desks(request.user)
    if request.method != "POST":
        result = request.session.get(RESULT)
        return (
            render(request, "accreditation/batch_result.html", result)
            if result
            else redirect("accreditation:queue")
        )
    verb = BATCH_VERBS.get(request.user.acting.role)
    if verb is None:
        raise NotYours("批量办理由经办和审核岗位进行。")
    picked = _picked(request)
    if not picked:
        messages.warning(request, "请先勾选要办理的申报。")
        return redirect("accreditation:queue")
    if len(picked) > MOST_AT_ONCE:
        messages.warning(request, f"一次最多办理 {MOST_AT_ONCE} 件，请用查询条件缩小范围。")
        return redirect("accreditation:queue")
    applications = list(
        Application.objects.in_line_of(request.user)
        .with_round()
        .filter(pk__in=picked)
        .prefetch_related("assessments__sheet", "visits")
        .order_by("position", "pk")
    )
    doing = "do" in request.POST
    form = None
    if verb == "propose":
        phrases = queries.phrases(request.user, applications[0]) if applications else []
        form = forms.BatchOpinion(request.POST if doing else None, phrases=phrases)
    if doing and (form is None or form.is_valid()):
        request.session[RESULT] = _do(request, verb, applications, picked, form)
        return redirect("accreditation:batch")
    can, cannot = _preview(request.user, verb, applications)
    context = {
        "form": form,
        "verb": verb,
        "word": BATCH_WORDS[verb],
        "can": can,
        "cannot": cannot,
        "missing": len(picked) - len(applications),
        "target": _targets(can),
    }
    return render(request, "accreditation/batch.html", context, status=400 if doing else 200)


def _picked(request):
    """Key → moves as the page knew them, of the ticked rows or of the whole query."""
    choice = forms.BatchChoice(request.POST)
    if choice.is_valid() and choice.cleaned_data["everything"]:
        waiting = _Queue(request.user, QueryDict(choice.cleaned_data["query"]))
        keys = waiting.found.values_list("pk", "moves")[: MOST_AT_ONCE + 1]
        return dict(keys)
    return choice.picked()


def _preview(user, verb, applications):
    """(those that can go, [(application, reason)] of those that cannot)."""
    refusals = reasons_against(user, applications, verb)
    can, cannot = [], []
    for application in applications:
        reason = refusals.get(application.pk) or _not_ready(application, verb)
        if reason:
            cannot.append((application, reason))
        else:
            can.append(application)
    return can, cannot


def _not_ready(application, verb):
    step = application.step
    if verb == "pass_on":
        following = application.route.after(step.state)
        if step.listing or following is None or following.is_notice:
            return "本环节按推荐名单办理，不能逐件上报。"
        return "".join(needs.unmet(application, step))
    if application.listed_at:
        return "该申报已列入推荐名单。"
    if (own := application.assessment_at(application.state)) and own.proposed_at:
        return "已经提出意见，等待审核。如需更改，请打开该申报单独办理。"
    return "".join(needs.unmet(application, step, apart=needs.AFTER_PROPOSAL))


def _targets(applications):
    """Where they go, for the words of the preview."""
    following = [application.route.after(application.state) for application in applications]
    return "、".join(dict.fromkeys(State(step.state).label for step in following if step))


def _do(request, verb, applications, picked, form):
    """Carry the move out one by one; what the session keeps for the result page."""
    done, failed = [], []
    for application in applications:
        seen = picked[application.pk]
        try:
            if seen is None:
                raise ValidationError("页面上的内容不完整，请重新勾选。")
            if verb == "propose":
                transitions.propose(
                    application,
                    by=request.user,
                    at=clock.now(),
                    seen=seen,
                    verdict=Assessment.Verdict.RECOMMEND,
                    opinion=form.cleaned_data["opinion"],
                )
            else:
                transitions.pass_on(application, by=request.user, at=clock.now(), seen=seen)
        except NotYours as refusal:
            failed.append([application.pk, application.community.name, refusal.sentence])
        except ValidationError as refusal:
            failed.append([application.pk, application.community.name, "".join(refusal.messages)])
        else:
            done.append([application.pk, application.community.name])
    return {
        "word": BATCH_WORDS[verb],
        "done": done,
        "failed": failed,
        "missing": len(picked) - len(applications),
    }
