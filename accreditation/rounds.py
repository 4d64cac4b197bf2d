"""Opening a round: what must be entered first, and the pinning of its programme version and rubric."""

from django.db import transaction

from accounts.events import canonical, record
from accounts.models import Role
from accreditation.models import Quota, Round, RoundEvent
from accreditation.refusals import AlreadyMoved, NotReady, NotYours


def may_organise(user, region) -> bool:
    """The approvers of the organiser's own level (the office that issued the programme) run its rounds."""
    posting = user.acting
    return posting is not None and posting.role == Role.APPROVER and posting.region == region


def problems(round_) -> list[str]:
    """What must be entered before the round opens; every sentence says what and why."""
    document, chosen = round_.version.data, round_.chosen
    found = [
        f"{item['sentence']}" for item in document.get("missing", []) if not _entered(round_, item["what"])
    ]
    if (
        document.get("rubric_required", True)
        and round_.version.rubric_id is None
        and round_.rubric_id is None
    ):
        if not any(item["what"] == "rubric" for item in document.get("missing", [])):
            found.append("评分表待录入：本方案的原文没有公布评分表，请先录入或导入。")
    if any(step.scores for step in round_.route.steps) and round_.pass_mark is None:
        if not any(item["what"] == "pass_mark" for item in document.get("missing", [])):
            found.append("合格分数线待录入：原文没有规定合格分数，请由主办单位确定。")
    for tier in document["tiers"]:
        for step in round_.route.steps:
            found += _without_quota(round_, tier, step)
    if not chosen.get("name", round_.name):
        found.append("请填写批次名称。")
    return found


def _entered(round_, what):
    if what == "rubric":
        return round_.rubric_id is not None or round_.version.rubric_id is not None
    return bool(round_.chosen.get(what))


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
    if missing := problems(held):
        raise NotReady(missing)
    held.status, held.opened_at = Round.Status.OPEN, at
    held.rubric = held.rubric or held.version.rubric
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
        quota_region = region.__class__.objects.within(region).get(level=row["level"], name=row["region"])
        Quota.objects.create(round=round_, tier=row["tier"], region=quota_region, size=row["size"])
    _record(round_, "prepare_round", by=by, at=at, after={"name": name, "year": year})
    return round_


def _record(round_, action, *, by, at, before=None, after=None, data=None):
    event = record(action, by=by, at=at, subject=round_.name, before=before, after=after, data=data)
    RoundEvent.objects.create(event=event, round=round_)
