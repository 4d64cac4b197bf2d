"""Yearly rechecks of titles: opened by the organiser, filled in and confirmed level by level, failures approved above.

Which titles, how often, by whom and who approves an end is data of the programme document (`recheck`, reading A35). The
lowest level named looks at each title (its handler finds, its approver confirms: two people); every further level
confirms; a title that failed goes to the level that may end it. The outcome is a row of Recheck, once a title and year;
a year left out breaks a run of passes unless it was authorised with a reason (A22).
"""

import datetime as dt
import json

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count

from accounts.events import canonical, record
from accounts.models import Role
from accreditation import endings, rounds
from accreditation.models import (
    Ending,
    Filing,
    Recheck,
    RecheckEntry,
    RecheckRound,
    Recognition,
    RecognitionEvent,
    TitleEvent,
)
from accreditation.refusals import AlreadyMoved, NotReady
from accreditation.routes import LEVELS
from accreditation.title_permissions import ask, at_desk, personal, personal_among
from accreditation.windows import day_of_window
from regions.clock import day_of
from regions.models import Region

State = RecheckEntry.State
NEVER = "none"


def section(version) -> dict | None:
    """The programme's section about rechecks, or None where it has none."""
    return version.data.get("recheck")


def chain(version) -> list[str]:
    """The levels that look and confirm, the lowest first."""
    return sorted(section(version)["by"], key=LEVELS.index)


def organisers(version) -> str:
    """The level that opens the round: the highest of those named."""
    return chain(version)[-1]


def figures_of(version) -> list[dict]:
    """What the register asks for in numbers: [{"key", "label", "part_of"?}]; whole counts."""
    return section(version).get("figures", [])


def in_scope(version, region, year: int):
    """The titles a year's recheck looks at: of the levels of money its scope names, granted before the year, in force on
    its first day. The year of recognition itself is no recheck (A22)."""
    asked = [
        money for row in section(version)["scope"] if row["frequency"] != NEVER for money in row["money"]
    ]
    first = dt.date(year, 1, 1)
    return (
        Recognition.objects.held_on(first)
        .filter(
            money__in=asked,
            year__lt=year,
            ended_on__isnull=True,
            position__range=(region.position, region.last),
        )
        .order_by("position", "pk")
    )


def why_not_open(user, version) -> str:
    """The sentence that refuses this person to open a recheck by this document, or an empty string."""
    if section(version) is None:
        return "本方案没有规定年度复查。"
    posting = user.acting
    if posting is None or not posting.has_desk or posting.role != Role.APPROVER:
        return "年度复查由组织单位的审核岗位开启。"
    place = rounds.organiser(version)
    if posting.level != organisers(version) or place is None:
        return f"年度复查由{Region.Level(organisers(version)).label}人社部门开启。"
    if not (place.contains(posting.region.position) or posting.region.contains(place.position)):
        return "本方案不在您所在单位的辖区。"
    return ""


@transaction.atomic
def open_round(version, *, year, name, document_number="", due_on=None, by, at) -> RecheckRound:
    """Open a year's recheck in the opener's region, with a line for every title in scope that the year has not settled.

    Raises NotYours, NotReady (no title is in scope, a year not begun), AlreadyMoved (opened before).
    """
    ask(why_not_open(by, version))
    region = by.acting.region
    if year > day_of(at).year:
        raise NotReady({"year": f"{year} 年还没有开始，不能开启该年度的复查。"})
    titles = _locked(in_scope(version, region, year))
    if not titles:
        raise NotReady({"year": f"{region.name}没有需要参加 {year} 年度复查的称号。"})
    if due_on is None and "register_until" in section(version):
        due_on = day_of_window(section(version)["register_until"], year, end=True)
    try:
        with transaction.atomic():
            round_ = RecheckRound.objects.create(
                version=version, region=region, office=by.acting.office, year=year, name=name.strip(), due_on=due_on,
                document_number=document_number.strip(), opened_at=at, opened_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyMoved(f"{year} 年度的复查已经开启。") from error
    settled = _settled(region, year)
    titles = [title for title in titles if title.pk not in settled]
    if not titles:
        raise NotReady({"year": f"{region.name}的称号都已有 {year} 年度的复查结果，或已列入该年度的复查。"})
    RecheckEntry.objects.bulk_create(
        [
            RecheckEntry(round=round_, recognition=title, position=title.position, level=chain(version)[0])
            for title in titles
        ],
        batch_size=500,
    )
    event = record(
        "open_recheck", by=by, at=at, subject=round_.name, after={"year": year, "titles": len(titles)},
        data={"document": round_.document_number},
    )  # fmt: skip
    TitleEvent.objects.create(event=event, round=round_)
    return round_


def _locked(titles) -> list[Recognition]:
    """Locked, so that no year is authorised to be left out while a line of it is made."""
    if settings.TEST_SWITCH != "no_lock":  # the race tests' control shows what happens without
        titles = titles.select_for_update(of=("self",), no_key=True)
    return list(titles)


def _settled(region, year) -> set[int]:
    """Titles below a region with an outcome of the year (one authorised to be left out among them), or with a line of it in
    another document's register: a title has one outcome a year."""
    below = {"recognition__position__range": (region.position, region.last)}
    outcomes = Recheck.objects.filter(year=year, **below).order_by().values_list("recognition", flat=True)
    lines = RecheckEntry.objects.filter(round__year=year, **below).order_by()
    return {*outcomes, *lines.values_list("recognition", flat=True)}


@transaction.atomic
def close_round(round_, *, by, at) -> RecheckRound:
    """End a year's recheck; every line must have come to an outcome, but those whose title ended meanwhile otherwise."""
    held = RecheckRound.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    ask(at_desk(by, held.region.level, held.region.position, Role.APPROVER))
    if held.status == RecheckRound.Status.CLOSED:
        raise AlreadyMoved("这次复查已经结束。")
    waiting = held.entries.waiting()
    if left := waiting.filter(recognition__ended_on__isnull=True).count():
        raise NotReady(f"还有 {left} 个社区没有复查结果，办完后才能结束。")
    held.status, held.closed_at = RecheckRound.Status.CLOSED, at
    held.save(update_fields=["status", "closed_at"])
    event = record("close_recheck", by=by, at=at, subject=held.name, after={"status": held.status})
    TitleEvent.objects.create(event=event, round=held)
    return held


# A line of the register


def _hold(entry, seen) -> RecheckEntry:
    held = (
        RecheckEntry.objects.select_for_update(of=("self",))
        .select_related("round__version", "round__region", "recognition__community")
        .get(pk=entry.pk)
    )
    if seen is not None and held.moves != seen:
        raise AlreadyMoved(f"该社区的复查刚刚已由他人办理，现为“{held.get_state_display()}”，请查看后再办。")
    return held


def _over(entry) -> str:
    """A title that ended otherwise meanwhile (a merger, a decision, its validity) is looked at no more."""
    ended = entry.recognition.ended_on
    return f"该称号已于 {ended:%Y-%m-%d} 终止，不再复查。" if ended else ""


def why_not_check(user, entry) -> str:
    """The sentence that refuses this person to fill in the line, or ""."""
    if entry.state != State.CHECK:
        return f"该社区的复查现为“{entry.get_state_display()}”，不能再填。"
    return (
        _over(entry)
        or at_desk(user, entry.level, entry.position, Role.HANDLER)
        or personal(user, entry.recognition.community)
    )


def problems(entry, figures: dict, visited_on) -> dict[str, str]:
    """What is wrong with what was filled in: {field: sentence}. Whole counts; a part never above its whole."""
    found = {}
    asked = figures_of(entry.round.version)
    labels = {figure["key"]: figure["label"] for figure in asked}
    for figure in asked:
        value, whole = figures.get(figure["key"]), figure.get("part_of")
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            found[figure["key"]] = f"请填写{figure['label']}，须为不小于 0 的整数。"
        elif whole and isinstance(figures.get(whole), int) and value > figures[whole]:
            found[figure["key"]] = f"{figure['label']}不能大于{labels[whole]}（{figures[whole]}）。"
    if section(entry.round.version).get("visit") and visited_on is None:
        found["visited_on"] = "请填写实地查看的日期。"
    return found


@transaction.atomic
def check(entry, *, passed: bool, reason="", figures=None, visited_on=None, by, at, seen) -> RecheckEntry:
    """The handler of the lowest level fills in the line and says whether the title still stands.

    Raises NotYours, AlreadyMoved, NotReady (a dict of field → sentence).
    """
    held = _hold(entry, seen)
    ask(why_not_check(by, held))
    figures = figures or {}
    found = problems(held, figures, visited_on)
    if not passed and not reason.strip():
        found["reason"] = "不合格的，请写明情况。"
    if visited_on and visited_on > day_of(at):
        found["visited_on"] = "实地查看的日期不能晚于今天。"
    if found:
        raise NotReady(found)
    held.state, held.passed, held.reason = State.CONFIRM, passed, reason.strip()
    held.figures, held.visited_on, held.remark = canonical(figures), visited_on, ""
    held.handled_by, held.handled_at = by, at
    return _save(held, "recheck", by=by, at=at, data={"figures": figures, "visited_on": visited_on})


def why_not_confirm(user, entry) -> str:
    """The sentence that refuses this person to confirm or return the line, or ""."""
    if entry.state != State.CONFIRM:
        return f"该社区的复查现为“{entry.get_state_display()}”，不能确认。"
    return (
        _over(entry)
        or at_desk(user, entry.level, entry.position, Role.APPROVER)
        or personal(user, entry.recognition.community)
        or ("复查与确认须由不同的人办理。" if entry.handled_by_id == user.pk else "")
    )


@transaction.atomic
def confirm(entry, *, by, at, seen) -> RecheckEntry:
    """The approver says so: to the next level, or to its outcome; a failure to the level that may end the title."""
    held = _hold(entry, seen)
    ask(why_not_confirm(by, held))
    return _confirm(held, by, at)


def _confirm(held, by, at):
    further = chain(held.round.version)
    further = further[further.index(held.level) + 1 :]
    if further:
        held.level = further[0]
    elif held.passed:
        held.state = State.PASSED
        _outcome(held, True, at)
    else:
        held.state, held.level = State.DECIDE, section(held.round.version)["fail_approved_by"]
    return _save(held, "confirm_recheck", by=by, at=at)


@transaction.atomic
def confirm_all(entries, *, by, at, seen: dict[int, int]) -> list[RecheckEntry]:
    """Confirm many lines of one page at once, each as the page showed it; all or none.

    `seen`: {pk: moves}. Raises AlreadyMoved or NotReady with a sentence for every line that stands in the way.
    """
    rows = list(
        RecheckEntry.objects.select_for_update(of=("self",))
        .filter(pk__in=[entry.pk for entry in entries])
        .select_related("round__version", "round__region", "recognition__community")
        .order_by("pk")
    )
    own = personal_among(by, [row.recognition.community_id for row in rows])
    wrong = []
    for row in rows:
        sentence = own.get(row.recognition.community_id, "")
        if row.moves != seen.get(row.pk):
            sentence = "刚刚已由他人办理"
        elif not sentence and row.recognition.ended_on:
            sentence = _over(row)
        elif not sentence and (row.state != State.CONFIRM or row.handled_by_id == by.pk):
            sentence = why_not_confirm(by, row)
        sentence = sentence or at_desk(by, row.level, row.position, Role.APPROVER)
        if sentence:
            wrong.append(f"{row.recognition.community.name}：{sentence}")
    if wrong:
        raise NotReady(wrong)
    return [_confirm(row, by, at) for row in rows]


@transaction.atomic
def send_back(entry, *, remark: str, by, at, seen) -> RecheckEntry:
    """The approver returns the line to the lowest level with a remark."""
    held = _hold(entry, seen)
    ask(why_not_confirm(by, held))
    if not remark.strip():
        raise NotReady({"remark": "请写明退回的意见。"})
    held.state, held.level, held.remark = State.CHECK, chain(held.round.version)[0], remark.strip()
    return _save(held, "return_recheck", by=by, at=at, data={"reason": held.remark})


def why_not_decide(user, entry) -> str:
    """The sentence that refuses this person to decide about a failed title, or ""."""
    if entry.state != State.DECIDE:
        return f"该社区的复查现为“{entry.get_state_display()}”，没有待批准的事项。"
    return (
        _over(entry)
        or at_desk(user, entry.level, entry.position, Role.APPROVER)
        or personal(user, entry.recognition.community)
    )


@transaction.atomic
def decide(entry, *, end: bool, reason: str, document_number: str, on: dt.date, by, at, seen) -> RecheckEntry:
    """The level that may end the title approves (it ends on `on`, the document's day, A36) or does not (it stays).

    A title kept against the finding is recorded as a year left out with the reason given, never as a pass.
    """
    held = _hold(entry, seen)
    ask(why_not_decide(by, held))
    found = {} if reason.strip() else {"reason": "请写明理由。"}
    if not document_number.strip():
        found["document_number"] = "请填写批准的文号。"
    if found:
        raise NotReady(found)
    if end:
        endings.end(
            held.recognition, kind=Ending.Kind.RECHECK, reason=reason, document_number=document_number, on=on,
            proposed_by=held.handled_by, by=by, at=at,
        )  # fmt: skip
    held.state = State.FAILED if end else State.KEPT
    _outcome(held, False if end else None, at, reason=reason, document=document_number)
    return _save(
        held,
        "decide_recheck",
        by=by,
        at=at,
        data={"reason": reason.strip(), "document": document_number.strip()},
    )


def _outcome(entry, passed, at, *, reason="", document=""):
    """The year's outcome of the title, once: what the star tier counts."""
    Recheck.objects.create(
        recognition=entry.recognition, year=entry.round.year, passed=passed, decided_on=day_of(at),
        authorised_reason=reason.strip()[:200] if passed is None else "", document_number=document.strip(),
    )  # fmt: skip


def _save(entry, action, *, by, at, data=None):
    entry.moves += 1
    entry.save()
    event = record(
        action, by=by, at=at, subject=f"{entry.recognition.number} {entry.recognition.community.name}",
        after={"state": entry.state, "level": entry.level, "passed": entry.passed}, data=data,
    )  # fmt: skip
    TitleEvent.objects.create(event=event, entry=entry)
    return entry


# A year left out


@transaction.atomic
def authorise_gap(recognition, *, year: int, reason: str, document_number: str, by, at) -> Recheck:
    """A year without a recheck that does not break the run: with a reason, by the level that granted the title (A22)."""
    ask(at_desk(by, recognition.issuer, recognition.position, Role.APPROVER))
    ask(personal(by, recognition.community))
    _locked(Recognition.objects.filter(pk=recognition.pk))
    found = {} if reason.strip() else {"reason": "请写明没有复查的理由。"}
    if not recognition.year < year <= day_of(at).year:
        found["year"] = f"只能补录 {recognition.year + 1} 年至今的年度。"
    if found:
        raise NotReady(found)
    if RecheckEntry.objects.filter(recognition=recognition, round__year=year).exists():
        raise NotReady({"year": f"{year} 年度已经列入复查，请在复查登记中办理。"})
    try:
        with transaction.atomic():
            gap = Recheck.objects.create(
                recognition=recognition, year=year, passed=None, authorised_reason=reason.strip()[:200],
                document_number=document_number.strip(), decided_on=day_of(at),
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyMoved(f"{year} 年度已有复查结果。") from error
    event = record(
        "authorise_gap", by=by, at=at, subject=f"{recognition.number} {recognition.community.name}",
        data={"year": year, "reason": reason.strip(), "document": document_number.strip()},
    )  # fmt: skip
    RecognitionEvent.objects.create(event=event, recognition=recognition)
    return gap


# What stands where


def counts(round_, region) -> dict[str, int]:
    """How many lines of a register stand in each state within a region: one query."""
    rows = round_.entries.within(region).order_by().values_list("state").annotate(number=Count("pk"))
    return dict.fromkeys(State.values, 0) | dict(rows)


def figures(entry) -> list[tuple[str, int | None]]:
    """(label, value) of what a line was filled in with."""
    said = told(entry)
    return [(figure["label"], said.get(figure["key"])) for figure in figures_of(entry.round.version)]


def told(entry) -> dict:
    """What a line was filled in with, by key."""
    return json.loads(entry.figures)


def known_before(entry) -> dict[str, tuple[int, str]]:
    """What the portal knows of the counts a line asks for: key → (value, where from), of the title's latest earlier

    register, and where that has none, of what was filed when the title was applied for. To compare with, never a value of the year.
    """
    asked = [figure["key"] for figure in figures_of(entry.round.version)]
    year = entry.round.year
    earlier = (
        RecheckEntry.objects.filter(recognition=entry.recognition_id, round__year__lt=year)
        .exclude(figures="{}")
        .select_related("round")
        .order_by("-round__year", "-pk")
        .first()
    )
    filed = Filing.objects.filter(application=entry.recognition.application_id).order_by("-number")
    sources = [
        (json.loads(content)["figures"], f"{name}申报")
        for content, name in filed.values_list("content", "application__round__name")[:1]
    ]
    if earlier is not None:
        sources.append((told(earlier), f"{earlier.round.year}年复查"))
    found = {}
    for values, words in sources:  # the later one last
        found |= {key: (values[key], words) for key in asked if values.get(key) is not None}
    return found
