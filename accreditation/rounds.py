"""Opening a round: what must be entered first, and the pinning of its programme version and rubric."""

import datetime as dt

from django.db import transaction

from accounts.events import canonical, record
from accounts.models import Role
from accreditation import round_settings
from accreditation.models import Amendment, Application, Quota, Round, RoundEvent
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import day_of
from regions.models import Region
from scoring.loading import rubric_of


def may_organise(user, region) -> bool:
    """The approvers of the organiser's own level (the office that issued the programme) run its rounds."""
    posting = user.acting
    return posting is not None and posting.role == Role.APPROVER and posting.region == region


def problems(round_, day=None) -> list[str]:
    """What must be entered before the round opens; every sentence says what and why. `day`: of opening."""
    document = round_.version.data
    found = _overdue(round_, document, day or round_.opens_on)
    found += [item["sentence"] for item in document.get("missing", []) if not _entered(round_, item["what"])]
    said = {item["what"] for item in document.get("missing", [])}
    if any(step.scores for step in round_.route.steps) and rubric_of(round_.rubric) is None:
        if not said & {"rubric", "criteria"}:
            found.append("评分表待录入：本方案的原文没有公布评分表，请先录入或导入。")
    if "pass_mark" not in said and round_.pass_mark is None and _wants_mark(round_):
        if rubric_of(round_.rubric) is not None:
            found.append("合格分数线待录入：原文没有规定合格分数，请由主办单位确定。")
    for tier in document["tiers"]:
        for step in round_.route.steps:
            found += _without_quota(round_, tier, step)
    if not round_.name.strip():
        found.append("请填写批次名称。")
    return found


def _overdue(round_, document, day):
    """A document that has run out, and a round too soon after the last one."""
    source = document["source"]
    found = []
    if source.get("valid_until") and day > dt.date.fromisoformat(source["valid_until"]):
        until = dt.date.fromisoformat(source["valid_until"])
        found.append(f"{source['number']}有效期至{until:%Y年%m月%d日}，已经届满，不能据此开展新的批次。")
    if cycle := document.get("cycle"):
        last = (
            Round.objects.filter(
                version__programme=round_.version.programme_id,
                region=round_.region_id,
                year__gt=round_.year - cycle["years"],
                year__lte=round_.year,
            )
            .exclude(pk=round_.pk)
            .exclude(status=Round.Status.PREPARING)
            .first()
        )
        if last:
            found.append(
                f"原文规定每 {cycle['years']} 年开展一次（{cycle['article']}），{last.year} 年已经开展过“{last.name}”。"
            )
    return found


def _entered(round_, what):
    sheet = rubric_of(round_.rubric)
    if what == "pass_mark":
        return round_.pass_mark is not None
    if sheet is None:
        return False
    return sheet.has_points if what == "rubric" else sheet.has_points or sheet.criteria is not None


def _wants_mark(round_):
    return any(step.needs.get("score_at_least") == "pass_mark" for step in round_.route.steps)


def _without_quota(round_, tier, step):
    for level in step.quotas:
        if not Quota.objects.filter(round=round_, tier=tier["key"], region__level=level).exists():
            yield f"“{tier['name']}”的{_LEVELS[level]}名额尚未下达。"


_LEVELS = {"county": "县级", "city": "市级", "province": "省级", "street": "街道"}


@transaction.atomic
def open_round(round_, *, by, at) -> Round:
    """Open for filing: refused with everything that is missing."""
    held = Round.objects.select_for_update().select_related("version", "region").get(pk=round_.pk)
    if not may_organise(by, held.region):
        raise NotYours("批次由主办单位的审核岗位开启。")
    if held.status != Round.Status.PREPARING:
        raise AlreadyMoved("该批次已经开启。")
    if missing := problems(held, day_of(at)):
        raise NotReady(missing)
    held.status, held.opened_at = Round.Status.OPEN, at
    held.rubric = round_settings.rubric_for(held.rubric, held.chosen)
    held.save(update_fields=["status", "opened_at", "rubric"])
    _record(held, "open_round", by=by, at=at, after={"version": held.version.version})
    return held


@transaction.atomic
def set_quota(round_, tier, region, size, *, by, at) -> Quota:
    """Set a region's places; never below what is already used."""
    held = Round.objects.select_for_update().select_related("region").get(pk=round_.pk)
    if not may_organise(by, held.region) and not (
        by.acting
        and by.acting.role == Role.APPROVER
        and by.acting.region
        and by.acting.region.contains(region.position)
        and by.acting.region != region
    ):
        raise NotYours("名额由上级单位的审核岗位下达。")
    quota, created = Quota.objects.get_or_create(
        round=held, tier=tier, region=region, defaults={"size": size}
    )
    if not created:
        quota = Quota.objects.select_for_update().get(pk=quota.pk)
        if size < quota.used:
            raise NotReady(f"{region.name}已用 {quota.used} 个名额，不能调减到 {size} 个。")
        before, quota.size = quota.size, size
        quota.save(update_fields=["size"])
    else:
        before = None
    _record(
        held,
        "set_quota",
        by=by,
        at=at,
        before={"size": before},
        after={"size": size},
        data={"region": region.pk, "region_name": region.full_name, "tier": tier},
    )
    return quota


@transaction.atomic
def prepare(version, region, *, name, year, code, opens_on, settings=None, by, at) -> Round:
    """A round in preparation, with the quotas its document fixes."""
    if not may_organise(by, region):
        raise NotYours("批次由主办单位的审核岗位建立。")
    round_ = Round.objects.create(
        version=version,
        region=region,
        name=name,
        year=year,
        code=code,
        opens_on=opens_on,
        settings=canonical(settings or {}),
        rubric=version.rubric,
    )
    for row in version.data.get("quotas", []):
        regions = Region.objects.within(region).filter(level=row["level"])
        if not row.get("each"):
            regions = [regions.get(name=row["region"])]
        Quota.objects.bulk_create(
            Quota(round=round_, tier=row["tier"], region=place, size=row["size"]) for place in regions
        )
    _record(round_, "prepare_round", by=by, at=at, after={"name": name, "year": year})
    return round_


@transaction.atomic
def settle(round_, *, name, opens_on, settings, by, at, edition) -> Round:
    """Change a round in preparation: its name, first day, and what the source leaves open (accreditation.round_settings)."""
    held = _hold(round_, by, edition)
    if held.status != Round.Status.PREPARING:
        raise AlreadyMoved("该批次已经开启，只能以调整文件变更。")
    if wrong := round_settings.problems(held.version, held.rubric, settings, held.year):
        raise NotReady(list(wrong.values()))
    before = {"name": held.name, "opens_on": held.opens_on.isoformat(), **held.chosen}
    held.name, held.opens_on, held.settings = name, opens_on, canonical(settings)
    held.edition += 1
    held.save(update_fields=["name", "opens_on", "settings", "edition"])
    after = {"name": name, "opens_on": opens_on.isoformat(), **settings}
    _record(held, "settle_round", by=by, at=at, before=before, after=after)
    return Round.objects.get(pk=held.pk)


# What an amendment of a live round may move. The score sheet and its readings stay as the round opened with them:
# applications are already scored by them.
AMENDABLE = ("windows", "pass_mark")


@transaction.atomic
def amend(round_, *, settings, document_number, reason, by, at, edition) -> Round:
    """Change a live round by a document: recorded with its number, its reason and what stood before.

    `settings`: the whole of the round's choices as they should stand from now on. Raises NotReady with every mistake.
    """
    held = _hold(round_, by, edition)
    if held.status != Round.Status.OPEN:
        raise AlreadyMoved("只有进行中的批次以调整文件变更。")
    wrong = [
        sentence
        for lacks, sentence in (
            (not document_number.strip(), "请填写调整文号。"),
            (not reason.strip(), "请写明调整理由。"),
            (settings == held.chosen, "没有任何改动。"),
        )
        if lacks
    ]
    old = held.chosen
    for key in {*settings, *old} - {*AMENDABLE}:
        if settings.get(key) != old.get(key):
            wrong.append("批次开启后，评分表和条文的读法不再变动；已按原读法评分的申报不受影响。")
            break
    wrong += round_settings.problems(held.version, held.rubric, settings, held.year, amending=True).values()
    if wrong:
        raise NotReady(wrong)
    amendment = Amendment.objects.create(
        round=held,
        number=held.amendments.count() + 1,
        document_number=document_number.strip(),
        reason=reason.strip(),
        before=canonical(old),
        after=canonical(settings),
        made_at=at,
        made_by=by,
    )
    held.settings = canonical(settings)
    held.edition += 1
    held.save(update_fields=["settings", "edition"])
    _record(
        held,
        "amend_round",
        by=by,
        at=at,
        before=old,
        after=settings,
        data={
            "amendment": amendment.number,
            "document": amendment.document_number,
            "reason": amendment.reason,
        },
    )
    fresh = Round.objects.select_related("version").get(pk=held.pk)
    _move_deadlines(fresh)
    return fresh


def _move_deadlines(round_):
    """What stands at a stage is due when the stage is: the amendment moves it for those already there."""
    for state in ("draft", *(step.state for step in round_.route.steps)):
        Application.objects.filter(round=round_, state=state).update(due_on=round_.due(state))


def _hold(round_, by, edition):
    held = (
        Round.objects.select_for_update(of=("self",))
        .select_related("version", "region", "rubric")
        .get(pk=round_.pk)
    )
    if not may_organise(by, held.region):
        raise NotYours("批次由主办单位的审核岗位管理。")
    if edition is not None and held.edition != edition:
        raise AlreadyMoved("该批次刚刚在另一处改过，请查看后重新填写。")
    return held


def _record(round_, action, *, by, at, before=None, after=None, data=None):
    event = record(action, by=by, at=at, subject=round_.name, before=before, after=after, data=data)
    RoundEvent.objects.create(event=event, round=round_)
