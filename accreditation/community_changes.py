"""Communities abolished, merged, renamed, moved, split: reported, looked into, decided, and then true in the registry.

甘人社通〔2023〕287号 第十一条: reported within one month (late is recorded, never blocked, A42); an abolished community's
titles end, a merged one's are looked at again and kept or dropped (A41: a successor inherits nothing by itself), a
renamed one's stay with consent. The county looks into it; whoever granted the highest title decides. Nothing is written
over: the registry keeps former names and successors, a kept title goes on as a new one that says which it carries.
"""

import datetime as dt
import json
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts.events import canonical, record
from accounts.models import Role
from accreditation import endings
from accreditation.models import (
    ENDED,
    Application,
    ChangeReport,
    Ending,
    ProgrammeVersion,
    Recognition,
    RecognitionEvent,
    TitleEvent,
)
from accreditation.recognitions import check_code
from accreditation.refusals import AlreadyMoved, NotReady
from accreditation.routes import LEVELS
from accreditation.title_permissions import ask, at_desk, personal
from accreditation.windows import month_later
from regions import communities as registry
from regions.clock import day_of
from regions.models import Community, Region

Kind, State = ChangeReport.Kind, ChangeReport.State
# What ends a title that is not kept, by the change of its community.
ENDS = {
    Kind.ABOLISHED: Ending.Kind.ABOLISHED,
    Kind.MERGED: Ending.Kind.MERGED,
    Kind.SPLIT: Ending.Kind.SPLIT,
    Kind.RENAMED: Ending.Kind.DECISION,
    Kind.MOVED: Ending.Kind.DECISION,
}
OPEN = (State.REPORTED, State.CHECKED)


def months_of(community, day: dt.date) -> int | None:
    """How many months the documents of the community's titles give for a report; None where none says."""
    keys = (
        Recognition.objects.held_on(day).filter(community=community).exclude(programme="").values("programme")
    )
    versions = ProgrammeVersion.objects.filter(programme__key__in=keys)
    told = [version.data["changes"]["months"] for version in versions if version.data.get("changes")]
    return min(told, default=None)


def why_not_report(user, community) -> str:
    """The sentence that refuses this person to report a change of the community, or "": its filer, or its street's desk."""
    posting = user.acting
    if posting is None:
        return "您目前没有有效的岗位。"
    if posting.role == Role.FILER:
        return "" if posting.community_id == community.pk else "只能报告本社区的变更。"
    return at_desk(user, "street", community.position, Role.HANDLER, Role.APPROVER)


@transaction.atomic
def report(
    community, *, kind, happened_on, details=None, document_number="", explanation="", by, at
) -> ChangeReport:
    """Report a change. `details`: name (renamed, merged into a new one), street (moved; key), into (merged; key of the
    standing one), others (merged with; keys), parts (split; names). Raises NotYours, NotReady, AlreadyMoved."""
    ask(why_not_report(by, community))
    details = details or {}
    community = registry.hold_place(community)
    found = _wrong(community, kind, details, happened_on, day_of(at))
    if found:
        raise NotReady(found)
    months = months_of(community, happened_on)
    due = month_later(happened_on, months) if months else None
    try:
        with transaction.atomic():
            made = ChangeReport.objects.create(
                community=community, position=community.position, kind=kind, happened_on=happened_on,
                details=canonical(details), document_number=document_number.strip(), explanation=explanation.strip(),
                due_on=due, late=due is not None and day_of(at) > due, reported_at=at, reported_by=by,
                level=_level_of("county", community.position),
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyMoved("该社区已有变更报告正在办理。") from error
    _record(
        made, "report_change", by=by, at=at, data={"kind": kind, "on": str(happened_on), "late": made.late}
    )
    return made


def _wrong(community, kind, details, happened_on, today) -> dict[str, str]:
    found = {}
    if kind not in Kind.values:
        found["kind"] = "请选择变更的种类。"
    if happened_on > today:
        found["happened_on"] = "变更日期不能晚于今天。"
    if community.until is not None:
        found["kind"] = f"{community.name}已于 {community.until:%Y-%m-%d} 撤并。"
    name = details.get("name", "").strip()
    if kind == Kind.RENAMED and (not name or name == community.name):
        found["name"] = "请填写新的名称。"
    if kind == Kind.MOVED and not Region.objects.filter(pk=details.get("street"), level="street").exists():
        found["street"] = "请选择划入的街道（乡镇）。"
    if kind == Kind.MERGED:
        others = Community.objects.standing().filter(
            pk__in=[*details.get("others", ()), details.get("into") or 0]
        )
        if details.get("into") == community.pk or community.pk in details.get("others", ()):
            found["into"] = "不能与本社区合并。"
        elif not details.get("into") and not (name and details.get("others")):
            found["into"] = "请选择并入的社区，或填写合并后的新名称和一同合并的社区。"
        elif others.count() != len(
            {*details.get("others", ()), *([details["into"]] if details.get("into") else [])}
        ):
            found["into"] = "所选的社区已经撤并或不存在。"
    if kind == Kind.SPLIT:
        parts = [part.strip() for part in details.get("parts", ())]
        if len(parts) < 2 or not all(parts) or len(set(parts)) != len(parts):
            found["parts"] = "请填写拆分后的社区名称，至少两个，不能重复。"
    return found


def _level_of(level, position) -> str:
    """The level itself where such a region lies above the place, else the next above (a street directly below a city)."""
    held = (
        Region.objects.standing()
        .filter(position__lte=position, last__gte=position)
        .values_list("level", flat=True)
    )
    there = set(held)
    return next((one for one in LEVELS[LEVELS.index(level) :] if one in there), level)


# Looking into it


def _hold(report_, seen) -> ChangeReport:
    held = (
        ChangeReport.objects.select_for_update(of=("self",))
        .select_related("community__street")
        .get(pk=report_.pk)
    )
    if seen is not None and held.moves != seen:
        raise AlreadyMoved(f"该报告刚刚已由他人办理，现为“{held.get_state_display()}”，请查看后再办。")
    return held


def why_not_check(user, report_) -> str:
    """The sentence that refuses this person to say what was found, or ""."""
    if report_.state != State.REPORTED:
        return f"该报告现为“{report_.get_state_display()}”，不能再核实。"
    return at_desk(user, report_.level, report_.position, Role.HANDLER) or personal(user, report_.community)


@transaction.atomic
def check(report_, *, finding, by, at, seen) -> ChangeReport:
    """The county says what it found; the decision goes to who granted the highest title, or stays with the county."""
    held = _hold(report_, seen)
    ask(why_not_check(by, held))
    if not finding.strip():
        raise NotReady({"finding": "请写明核实情况。"})
    held.finding, held.checked_by, held.checked_at = finding.strip(), by, at
    held.state, held.level = State.CHECKED, _decider(held)
    return _save(held, "check_change", by=by, at=at, data={"reason": held.finding})


def _decider(held):
    issuers = {"province" if title.issuer == "nation" else title.issuer for title in titles_of(held)}
    return max((_level_of(level, held.position) for level in issuers or {"county"}), key=LEVELS.index)


def titles_of(report_) -> list[Recognition]:
    """The titles that the change is about: in force, of the community and of those that are merged with it."""
    about = [report_.community_id, *json.loads(report_.details).get("others", ())]
    rows = Recognition.objects.filter(community__in=about, ended_on__isnull=True).select_related("community")
    return list(rows.order_by("community", "pk"))


# Deciding


@dataclass(frozen=True)
class Keep:
    """What becomes of one title: kept or ended; `part` says which part of a split community goes on with it."""

    keep: bool
    part: int = 0


def why_not_decide(user, report_) -> str:
    """The sentence that refuses this person to decide, or ""."""
    if report_.state != State.CHECKED:
        return f"该报告现为“{report_.get_state_display()}”，还不能决定。"
    return (
        at_desk(user, report_.level, report_.position, Role.APPROVER)
        or personal(user, report_.community)
        or ("核实与决定须由不同的人办理。" if report_.checked_by_id == user.pk else "")
    )


@transaction.atomic
def decide(report_, *, kept: dict[int, Keep], decision, document_number, by, at, seen) -> ChangeReport:
    """The change becomes true from the day it happened, and each title is kept or ends.

    `kept`: {title pk: Keep} for every title of `titles_of`; an abolished community keeps none. Raises NotYours,
    NotReady (a title without a word, an application at work, what the registry refuses), AlreadyMoved.
    """
    held = _hold(report_, seen)
    ask(why_not_decide(by, held))
    titles, details = titles_of(held), json.loads(held.details)
    about = {held.community_id, *details.get("others", ())}
    registry.hold_all(about)  # nobody begins to apply for them meanwhile
    found = {} if document_number.strip() else {"document_number": "请填写决定的文号。"}
    if not decision.strip():
        found["decision"] = "请写明决定。"
    if missing := [title.number for title in titles if title.pk not in kept and held.kind != Kind.ABOLISHED]:
        found["kept"] = f"请逐个说明称号是否保留：{'、'.join(missing)}。"
    if held.kind != Kind.RENAMED and (busy := _at_work(about)):
        found["decision"] = f"{busy.community.name}有在办的申报（{busy.number}），请先撤回或办结。"
    if found:
        raise NotReady(found)
    heirs = _apply(held, details)
    for title in titles:
        choice = kept.get(title.pk, Keep(False))
        told = {
            "reason": decision,
            "document_number": document_number,
            "on": held.happened_on,
            "by": by,
            "at": at,
        }
        if held.kind == Kind.ABOLISHED or not choice.keep:
            endings.end(title, kind=ENDS[held.kind], proposed_by=held.checked_by, **told)
        elif held.kind in (Kind.MERGED, Kind.SPLIT):
            _carry(title, heirs[min(choice.part, len(heirs) - 1)], held, **told)
        elif held.kind == Kind.MOVED:
            _moved(title, heirs[0], by=by, at=at)
    held.state, held.decision, held.decision_document = (
        State.DECIDED,
        decision.strip(),
        document_number.strip(),
    )
    held.decided_by, held.decided_at = by, at
    return _save(
        held,
        "decide_change",
        by=by,
        at=at,
        data={"kind": held.kind, "reason": held.decision, "document": held.decision_document},
    )


@transaction.atomic
def refuse(report_, *, reason, by, at, seen) -> ChangeReport:
    """The report is not taken as true; registry and titles stay as they are."""
    held = _hold(report_, seen)
    ask(why_not_decide(by, held))
    if not reason.strip():
        raise NotReady({"decision": "请写明不同意的理由。"})
    held.state, held.decision, held.decided_by, held.decided_at = State.REFUSED, reason.strip(), by, at
    return _save(held, "refuse_change", by=by, at=at, data={"reason": held.decision})


def _at_work(communities):
    rows = Application.objects.filter(community__in=communities).exclude(state__in=ENDED)
    return rows.select_related("community").first()


def _apply(held, details) -> list[Community]:
    """Make the change true in the registry; the communities that stand afterwards."""
    community, on, document = held.community, held.happened_on, held.document_number
    if held.kind == Kind.RENAMED:
        return [registry.rename(community, details["name"], on=on, document=document)]
    if held.kind == Kind.MOVED:
        street = Region.objects.get(pk=details["street"])
        return [registry.move(community, street, on=on, document=document)]
    if held.kind == Kind.SPLIT:
        parts = [{"name": name} for name in details["parts"]]
        return registry.split(community, parts, on=on, document=document)
    if held.kind == Kind.MERGED:
        merged = [community, *Community.objects.filter(pk__in=details.get("others", ()))]
        into = Community.objects.get(pk=details["into"]) if details.get("into") else None
        told = {"into": into} if into else {"name": details["name"]}
        return [registry.merge(merged, on=on, document=document, **told)]
    registry.abolish(community, on=on, document=document)
    return []


def _moved(title, community, *, by, at):
    """A title follows its community to another place."""
    Recognition.objects.filter(pk=title.pk).update(position=community.position)
    title.recheck_entries.waiting().update(position=community.position)
    event = record("carry_title", by=by, at=at, subject=f"{title.number} {community.name}")
    RecognitionEvent.objects.create(event=event, recognition=title)


def _carry(title, heir, held, *, reason, document_number, on, by, at):
    """The title goes on with the successor, under a number of its own that leads back to the first."""
    if standing := (
        Recognition.objects.filter(
            community=heir, issuer=title.issuer, rank__gte=title.rank, ended_on__isnull=True
        ).first()
    ):
        raise NotReady(
            {
                "kept": f"{heir.name}已是{standing.tier_name}（{standing.number}），{title.number} 不能再由其承接。"
            }
        )
    endings.end(
        title, kind=Ending.Kind.CARRIED, reason=reason, document_number=document_number, on=on,
        proposed_by=held.checked_by, by=by, at=at,
    )  # fmt: skip
    stem = f"{title.number.rsplit('-', 1)[0]}C"
    new = Recognition.objects.create(
        community=heir, position=heir.position, programme=title.programme, tier=title.tier, tier_name=title.tier_name,
        issuer=title.issuer, rank=title.rank, money=title.money, number=f"{stem}-{check_code(stem)}",
        document_number=document_number.strip(), year=title.year, granted_on=on, valid_until=title.valid_until,
        issuer_name=title.issuer_name, carries=title,
    )  # fmt: skip
    event = record(
        "carry_title",
        by=by,
        at=at,
        subject=f"{new.number} {heir.name}",
        data={"document": new.document_number},
    )
    RecognitionEvent.objects.create(event=event, recognition=new)
    return new


def _save(held, action, *, by, at, data):
    held.moves += 1
    held.save()
    _record(held, action, by=by, at=at, data=data)
    return held


def _record(held, action, *, by, at, data):
    event = record(action, by=by, at=at, subject=held.community.name, after={"state": held.state}, data=data)
    TitleEvent.objects.create(event=event, change=held)
