"""A desk's list: who is on it, in what order, within which places; and letting the whole list go."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.listed import exported, wanted, workbook
from accounts.models import Role
from accreditation import list_columns, needs, notices, transitions
from accreditation import lists as ranking
from accreditation.forms.lists import Move, NoticeText, PassOver, SeenList
from accreditation.models import Application, Notice, Round, State
from accreditation.paper import document_texts, documents
from accreditation.permissions import reasons_against
from accreditation.queries import by_points
from accreditation.refusals import NotYours
from accreditation.views.notice_words import notice_period, official_words
from accreditation.views.pdf_answers import pdf_answer
from regions import clock
from regions.templatetags.portal import zh_end

PAGE = 100


def office_region(user):
    """The region whose desk this person works at; NotYours for everyone else."""
    posting = user.acting
    if posting is None or not posting.has_desk:
        raise NotYours("推荐名单由各级单位的经办、审核和发布岗位办理。")
    return posting.office.region


def rounds_over(region):
    """The rounds that concern a region: of organisers above it, its own, and of those below that pass through its desk."""
    rounds = Round.objects.filter(region__position__lte=region.last, region__last__gte=region.position)
    return rounds.select_related("version__programme", "rubric", "region")


def place_of(user, round_pk, tier):
    """(round, tier's entry, state, region) of this person's own list; 404 where the round has none for them."""
    region = office_region(user)
    round_ = get_object_or_404(rounds_over(region), pk=round_pk)
    state = f"{region.level}_review"
    if state not in round_.route or not round_.route.step(state).listing:
        raise Http404
    try:
        return round_, round_.version.tier(tier), state, region
    except KeyError as error:
        raise Http404 from error


@exported
@require_safe
def lists(request):
    """My desk's lists, one a round and tier."""
    region = office_region(request.user)
    state, notice_state = f"{region.level}_review", f"{region.level}_notice"
    rounds = [
        round_
        for round_ in rounds_over(region)
        .exclude(status=Round.Status.PREPARING)
        .prefetch_related("quotas__region")
        if state in round_.route and round_.route.step(state).listing
    ]
    counts = _counts(rounds, region, state, notice_state)
    running = _running(request.user.acting.office, rounds)
    rows = []
    for round_ in rounds:
        for tier in round_.version.data["tiers"]:
            key = (round_.pk, tier["key"])
            quota = next(
                (q for q in round_.quotas.all() if q.tier == tier["key"] and q.region_id == region.pk), None
            )
            rows.append(
                {"round": round_, "tier": tier, "quota": quota, "running": running.get(key, 0)}
                | counts.get(key, {"waiting": 0, "listed": 0, "cleared": 0})
                | {"recognises": round_.route.steps[-1].level == region.level}
                | {"panel": round_.route.step(state).panel}
            )
    if wanted(request):
        return workbook(request, list_columns.lists(rows))
    return render(
        request,
        "accreditation/lists.html",
        {
            "rows": rows,
            "region": region,
            "recognising": any(row["recognises"] for row in rows),
            "this_year": clock.today().year,
        },
    )


def _counts(rounds, region, state, notice_state):
    """{(round, tier): counts} of one grouped query."""
    rows = (
        Application.objects.filter(round__in=rounds, position__range=(region.position, region.last))
        .filter(state__in=(state, notice_state))
        .order_by()
        .values("round", "tier")
        .annotate(
            waiting=Count("pk", filter=Q(state=state)),
            listed=Count("pk", filter=Q(state=state, listed_at__isnull=False)),
            cleared=Count("pk", filter=Q(state=notice_state, cleared_at__isnull=False)),
        )
    )
    return {(row.pop("round"), row.pop("tier")): row for row in rows}


def _running(office, rounds):
    rows = (
        Notice.objects.filter(office=office, round__in=rounds, last_day__gte=clock.today())
        .order_by()
        .values_list("round", "tier")
        .annotate(n=Count("pk"))
    )
    return {(round_, tier): n for round_, tier, n in rows}


# One list


@exported
@require_safe
def desk_list(request, round_pk, tier):
    """Rank, totals, cut line, who is on, who cannot be and why."""
    return _desk_list_page(request, *place_of(request.user, round_pk, tier))


def _desk_list_page(request, round_, tier, state, region, *, form=None, status=200, wrong=None):
    """`form`: a refused one; `wrong`: the application it was about."""
    step, following = round_.route.step(state), round_.route.after(state)
    desk = ranking.desk_list(round_, tier["key"], state, region, day=clock.today())
    approver = request.user.acting.role == Role.APPROVER
    ranked = by_points(round_) or step.panel
    own_title = "考核评分" if step.panel else "本级评分" if step.scores else "自评分"

    def rows_of(candidates, first=1):
        barred = reasons_against(request.user, [c.application for c in desk.read(candidates)], "shortlist")
        return [
            {
                "candidate": candidate,
                "application": candidate.application,
                "total": candidate.application.total(ranking.ranked_by(step)),
                "unmet": [] if candidate.listed else needs.unmet(candidate.application, step),
                "barred": barred.get(candidate.application.pk, "") if approver else "",
                "typed": form.data.get("reason", "") if form and wrong == candidate.application.pk else None,
                "cut": number == desk.cut < len(desk.candidates),
                "why_due": ranking.why_due(candidate),
            }
            for number, candidate in enumerate(candidates, first)
        ]

    if wanted(request) and request.method != "POST":
        told = {
            "ranked": ranked,
            "own_title": own_title,
            "by_points": by_points(round_),
            "scores": step.scores,
        }
        return workbook(
            request, list_columns.desk_list(rows_of(desk.candidates), round_=round_, tier=tier, **told)
        )
    page = Paginator(desk.candidates, PAGE).get_page(_page_of(request, desk.candidates, wrong))
    context = {
        "round": round_,
        "tier": tier,
        "step": step,
        "points": by_points(round_),
        "ranked": ranked,
        "own_title": own_title,
        "desk": desk,
        "page": page,
        "rows": rows_of(page.object_list, page.start_index()),
        "level": State(state).label,
        "documents": round_.route.steps[-1].level == region.level or (following and following.is_notice),
        "approver": approver,
        "form": form,
        "going": _going(round_, tier, following),
        "findings": ranking.findings(desk, step),
    }
    return render(request, "accreditation/desk_list.html", context, status=status)


def _page_of(request, candidates, wrong):
    """The page asked for: of the application named by ?at= or just refused, else ?page=."""
    asked = str(wrong or ("" if "page" in request.GET else request.GET.get("at", "")))
    for number, candidate in enumerate(candidates):
        if str(candidate.application.pk) == asked:
            return number // PAGE + 1
    return request.GET.get("page")


def _going(round_, tier, following):
    """Where the whole list goes from here: (words, address)."""
    if following is None:
        return "认定", reverse("accreditation:recognise", args=[round_.pk, tier["key"]])
    words = "发布公示" if following.is_notice else f"整体上报“{State(following.state).label}”"
    return words, reverse("accreditation:publish", args=[round_.pk, tier["key"]])


def _listing_move(request, pk, transition, form_class, done):
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("community"), pk=pk
    )
    round_, tier, state, region = place_of(request.user, application.round_id, application.tier)
    form = form_class(request.POST)
    status = 400
    if form.is_valid():
        try:
            transition(application, by=request.user, at=clock.now(), **form.cleaned_data)
        except NotYours as refusal:
            form.add_error(None, f"{application.community.name}：{refusal.sentence}")
            status = 403
        except ValidationError as refusal:
            form.add_error(
                None, [f"{application.community.name}：{sentence}" for sentence in refusal.messages]
            )
            status = 409
        else:
            messages.success(request, done.format(application.community.name))
            address = reverse("accreditation:desk_list", args=[round_.pk, tier["key"]])
            return redirect(f"{address}?at={application.pk}#a{application.pk}")
    return _desk_list_page(
        request, round_, tier, state, region, form=form, status=status, wrong=application.pk
    )


@require_POST
def shortlist(request, pk):
    """Onto the list."""
    return _listing_move(request, pk, transitions.shortlist, Move, "{}已列入推荐名单。")


@require_POST
def unlist(request, pk):
    """Off the list."""
    return _listing_move(request, pk, transitions.unlist, Move, "{}已移出推荐名单，名额已空出。")


@require_POST
def pass_over(request, pk):
    """Keep why a better-ranked one is left off."""
    return _listing_move(request, pk, transitions.pass_over, PassOver, "{}未列入的理由已保存。")


# The whole list


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request, round_pk, tier):
    """What is ready, what is not, what will happen; then publish the notice, or pass the whole list on."""
    round_, tier, state, region = place_of(request.user, round_pk, tier)
    following = round_.route.after(state)
    if following is None:
        return redirect("accreditation:recognise", round_.pk, tier["key"])
    act = _publish if following.is_notice else _pass_on
    return act(request, round_, tier, state, region, following)


def _publish(request, round_, tier, state, region, following):
    at, status, published = clock.now(), 200, None
    form = NoticeText(initial=official_words(request.user.acting.office, round_, tier, following))
    if request.method == "POST":
        form = NoticeText(request.POST)
        valid = form.is_valid()
        if "preview" in request.POST or "paper" in request.POST:
            status = 200 if valid else 400
        elif valid:
            published, status = _carry_out(
                form,
                lambda seen: notices.publish(
                    round_, tier["key"], state, by=request.user, at=at, seen=seen, text=form.words()
                ),
            )
        else:
            status = 400
    if published:
        messages.success(request, f"《{published.title}》已发布，公示到 {zh_end(published.last_day)} 截止。")
        return redirect("accreditation:notice_desk")
    context = _whole_list(request, round_, tier, state, region, following)
    context |= {"form": form, "period": notice_period(region, at, following), "seen_words": _words_of(form)}
    context["may"] = request.user.acting.role == Role.PUBLISHER
    context["preview"] = request.method == "POST" and status == 200
    if isinstance(context["period"], str):
        context["findings"] = [*context["findings"], (context["period"], None, reverse("workdays:list"))]
    elif "paper" in request.POST and status == 200:
        listed = [candidate.application for candidate in context["desk"].listed]
        document = document_texts.draft_notice(
            form.words(), context["office"].name, listed, context["period"]
        )
        return pdf_answer(documents.pdf(document, demo=settings.DEMO), document.title)
    return render(request, "accreditation/publish.html", context, status=status)


def _pass_on(request, round_, tier, state, region, following):
    status = 200
    form = SeenList()
    if request.method == "POST":
        form = SeenList(request.POST)
        status = 400
        if form.is_valid():
            moved, status = _carry_out(
                form,
                lambda seen: transitions.pass_on_list(
                    round_, tier["key"], state, by=request.user, at=clock.now(), seen=seen
                ),
            )
            if moved:
                messages.success(
                    request, f"名单上的 {len(moved)} 个社区已上报“{State(following.state).label}”。"
                )
                return redirect("accreditation:lists")
    context = _whole_list(request, round_, tier, state, region, following) | {"form": form}
    context["may"] = request.user.acting.role == Role.APPROVER
    return render(request, "accreditation/pass_on_list.html", context, status=status)


def _carry_out(form, act):
    """(what the verb returned or None, status); its refusal lands on the form."""
    try:
        return act(form.cleaned_data["seen"]), 200
    except NotYours as refusal:
        form.add_error(None, refusal.sentence)
        return None, 403
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return None, 409


def _whole_list(request, round_, tier, state, region, following):
    step = round_.route.step(state)
    desk = ranking.desk_list(round_, tier["key"], state, region, day=clock.today())
    here = reverse("accreditation:desk_list", args=[round_.pk, tier["key"]])
    found = [
        (sentence, application, f"{here}?at={application.pk}#a{application.pk}" if application else here)
        for sentence, application in ranking.findings(desk, step)
    ]
    return {
        "round": round_,
        "tier": tier,
        "desk": desk,
        "findings": found,
        "left_off": len(desk.candidates) - len(desk.listed),
        "following": State(following.state).label,
        "office": request.user.acting.office,
        "today": clock.today(),
    }


def _words_of(form):
    """The words for the preview: as typed, or as offered."""
    return {name: form[name].value() or "" for name in form.fields}
