"""The verbs of a round: prepared, settled, opened with its version and score sheet pinned, amended by a document, closed.

Lock order: the round, then its applications by key, then its quotas, the event head last.
"""

from django.db import IntegrityError, transaction

from accounts.events import canonical, record
from accreditation import quota_table, round_findings, round_settings
from accreditation.models import (
    Amendment,
    Application,
    Quota,
    Round,
    RoundEvent,
    RubricPublication,
)
from accreditation.permissions import may_organise
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import day_of
from regions.models import Region
from scoring.loading import rubric_of
from scoring.models import RubricVersion


def problems(round_, day=None) -> list[str]:
    """What must be entered before the round opens, as sentences. `day`: of opening."""
    return [finding.sentence for finding in round_findings.before_opening(round_, day)]


def organiser(version) -> Region | None:
    """The region of the office that issued a programme: it runs its rounds. None where the registry has no such region."""
    place = version.data["source"]["place"]
    return Region.objects.standing().filter(level=place["level"], name=place["name"]).first()


def sheets_of(version) -> list[RubricVersion]:
    """The score sheets a round of this version may take: the document's own where it is whole, then what was published."""
    own = [version.rubric] if rubric_of(version.rubric) else []
    published = RubricPublication.objects.filter(programme=version.programme_id).select_related("rubric")
    return own + [publication.rubric for publication in published]


# Preparing


@transaction.atomic
def prepare(version, region, *, name, year, code, opens_on, settings=None, by, at) -> Round:
    """A round in preparation, with the quotas its document fixes."""
    if not may_organise(by, region):
        raise NotYours("批次由主办单位的审核岗位建立。")
    if Round.objects.filter(code=code).exists():
        raise NotReady({"code": f"编号前缀“{code}”已经用过，请换一个。"})
    rows = _fixed_quotas(version, region)
    try:
        with transaction.atomic():
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
    except IntegrityError as error:  # someone took the code at the same moment
        raise NotReady({"code": f"编号前缀“{code}”已经用过，请换一个。"}) from error
    Quota.objects.bulk_create(
        Quota(round=round_, tier=tier, region=place, size=size) for tier, place, size in rows
    )
    _record(round_, "prepare_round", by=by, at=at, after={"name": name, "year": year, "code": code})
    return round_


def _fixed_quotas(version, region):
    """(tier, region, size) of the document's own table; a region that the registry lacks is said."""
    rows, lost = [], []
    below = Region.objects.within(region).standing()
    for row in version.data.get("quotas", []):
        places = list(
            below.filter(level=row["level"], **({} if row.get("each") else {"name": row["region"]}))
        )
        if not places and not row.get("each"):
            lost.append(row["region"])
        rows += [(row["tier"], place, row["size"]) for place in places]
    if lost:
        raise NotReady(f"原文名额表中的{'、'.join(lost)}没有登记在行政区划中，请先登记。")
    return rows


@transaction.atomic
def settle(round_, *, name, opens_on, settings, by, at, edition, rubric=None, year=None, code=None) -> Round:
    """Change a round in preparation: its name, first day, and what the source leaves open (accreditation.round_settings).

    `rubric`: a score sheet out of `sheets_of`; without one the present stays, as do year and code.
    """
    held = _hold(round_, by, edition)
    if held.status != Round.Status.PREPARING:
        raise AlreadyMoved("该批次已经开启，只能以调整文件变更。")
    rubric = rubric or held.rubric
    if rubric is not None and rubric != held.rubric and rubric not in sheets_of(held.version):
        raise NotReady({"rubric": "请从本方案的评分表中选择。"})
    year, code = year or held.year, code or held.code
    if Round.objects.filter(code=code).exclude(pk=held.pk).exists():
        raise NotReady({"code": f"编号前缀“{code}”已经用过，请换一个。"})
    settings = round_settings.tidy(held.version, settings)
    if wrong := round_settings.problems(held.version, rubric, settings, year):
        raise NotReady({place: [sentence] for place, sentence in wrong.items()})
    before = _told(held)
    held.name, held.opens_on, held.year, held.code = name, opens_on, year, code
    held.rubric, held.settings = rubric, canonical(settings)
    held.edition += 1
    held.save(update_fields=["name", "opens_on", "year", "code", "rubric", "settings", "edition"])
    held = Round.objects.select_related("version__programme", "rubric", "region").get(pk=held.pk)
    _record(held, "settle_round", by=by, at=at, before=before, after=_told(held))
    return held


def _told(round_):
    """What of a round its opener may change, for an event."""
    return {
        "name": round_.name,
        "year": round_.year,
        "code": round_.code,
        "opens_on": round_.opens_on.isoformat(),
        "rubric": str(round_.rubric or ""),
        **round_.chosen,
    }


@transaction.atomic
def open_round(round_, *, by, at) -> Round:
    """Open for filing: refused with everything that is missing."""
    held = _hold(round_, by, None, "批次由主办单位的审核岗位开启。")
    if held.status != Round.Status.PREPARING:
        raise AlreadyMoved("该批次已经开启。")
    if missing := problems(held, day_of(at)):
        raise NotReady(missing)
    held.status, held.opened_at = Round.Status.OPEN, at
    held.rubric = round_settings.rubric_for(held.rubric, held.chosen)
    held.edition += 1
    held.save(update_fields=["status", "opened_at", "rubric", "edition"])
    sheet = {"rubric": str(held.rubric)} if held.rubric else {}
    _record(held, "open_round", by=by, at=at, after={"version": held.version.version, **sheet})
    return held


@transaction.atomic
def close_round(round_, *, by, at) -> Round:
    """The end of a round: nothing stands at a desk, on a notice or with a community that was asked to correct."""
    held = _hold(round_, by, None, "批次由主办单位的审核岗位结束。")
    if held.status != Round.Status.OPEN:
        raise AlreadyMoved("只有进行中的批次可以结束。")
    if standing := round_findings.before_closing(held):
        raise NotReady([finding.sentence for finding in standing])
    held.status = Round.Status.CLOSED
    held.edition += 1
    held.save(update_fields=["status", "edition"])
    _record(held, "close_round", by=by, at=at, before={"status": "open"}, after={"status": "closed"})
    return held


# Places


def set_quota(round_, tier, region, size, *, by, at, document_number="", reason="") -> Quota:
    """Set one region's places; see `set_quotas`."""
    key = f"{tier}-{region.pk}"
    try:
        set_quotas(round_, {key: size}, by=by, at=at, document_number=document_number, reason=reason)
    except NotReady as refusal:
        raise NotReady(refusal.messages) from refusal
    return Quota.objects.get(round=round_, tier=tier, region=region)


@transaction.atomic
def set_quotas(round_, sizes, *, by, at, shown=None, document_number="", reason="") -> list[Quota]:
    """Set the places of many regions at once, or refuse all of them: {row key of quota_table: size or None for "not given"}.

    `shown`: the sizes as the page printed them, where they must not have moved since. Never below what is used, never
    more given out than there is. A live round is changed by a document alone: its number and the reason make an
    amendment. Raises NotReady with {row key: [sentence]}, and {"document_number", "reason": …} on a live round.
    """
    held = Round.objects.select_for_update(of=("self",)).select_related("version", "region").get(pk=round_.pk)
    rows = quota_table.table(held)
    by_key = {row.key: row for row in rows}
    if unknown := [key for key in sizes if key not in by_key]:
        raise NotReady(f"本批次没有这一行名额：{'、'.join(unknown)[:60]}。")
    changed = {key: size for key, size in sizes.items() if size != by_key[key].size}
    for key in changed or sizes:
        if not quota_table.may_set(by, held, by_key[key]):
            raise NotYours("名额由主办单位的审核岗位下达；向下分配的，由分得名额的单位办理。")
    if held.status == Round.Status.CLOSED:
        raise AlreadyMoved("该批次已经结束，名额不再变动。")
    locked = {
        (q.tier, q.region_id): q
        for q in Quota.objects.select_for_update().filter(round=held).order_by("pk")
        if f"{q.tier}-{q.region_id}" in changed
    }
    for key in changed:  # what is used is only sure under the lock
        row = by_key[key]
        row.quota = locked.get((row.tier, row.region.pk))
    refused = {
        key: f"{by_key[key].region.name}的名额刚刚已改为 {by_key[key].size} 个，请核对后再保存。"
        for key in changed
        if shown is not None and shown.get(key) != by_key[key].size
    }
    refused = quota_table.wrong(rows, changed) | refused
    if held.status == Round.Status.OPEN and changed:
        refused |= _without_document(document_number, reason)
    if refused:
        raise NotReady({key: [sentence] for key, sentence in refused.items()})
    before = [(by_key[key], by_key[key].size) for key in changed]
    saved = [_save_quota(held, by_key[key], size) for key, size in changed.items()]
    if changed and held.status == Round.Status.OPEN:
        _amended(
            held,
            {"quotas": [[r.tier, r.region.pk, r.region.full_name, size] for r, size in before]},
            {"quotas": [[r.tier, r.region.pk, r.region.full_name, changed[r.key]] for r, _ in before]},
            document_number=document_number,
            reason=reason,
            by=by,
            at=at,
        )
    elif changed:
        places = {f"{row.region.name} {_tier_name(held, row.tier)}": changed[row.key] for row, _ in before}
        old = {f"{row.region.name} {_tier_name(held, row.tier)}": size for row, size in before}
        _record(held, "set_quota", by=by, at=at, before=old, after=places)
    return saved


def _save_quota(round_, row, size):
    if row.quota is None:
        return Quota.objects.create(round=round_, tier=row.tier, region=row.region, size=size)
    row.quota.size = size
    row.quota.save(update_fields=["size"])
    return row.quota


def _tier_name(round_, tier):
    return round_.version.tier(tier)["name"]


# Amendments of a live round


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
    old = {key: value for key, value in held.chosen.items() if key != "original"}
    new = round_settings.tidy(held.version, settings)
    wrong = _without_document(document_number, reason)
    if new == old:
        wrong["settings"] = "没有任何改动。"
    if any(new.get(key) != old.get(key) for key in {*new, *old} - {*AMENDABLE}):
        wrong["settings"] = "批次开启后，评分表和条文的读法不再变动；已按原读法评分的申报不受影响。"
    wrong |= round_settings.problems(held.version, held.rubric, new, held.year, amending=True)
    if wrong:
        raise NotReady({place: [sentence] for place, sentence in wrong.items()})
    first = held.chosen.get("original", {})
    held.settings = canonical({**new, **round_settings.originals(held.version, first, old, new)})
    held.edition += 1
    held.save(update_fields=["settings", "edition"])
    fresh = Round.objects.select_related("version__programme", "rubric", "region").get(pk=held.pk)
    _move_deadlines(held, fresh)
    _amended(fresh, old, new, document_number=document_number, reason=reason, by=by, at=at)
    return fresh


def _without_document(document_number, reason):
    wrong = {}
    if not document_number.strip():
        wrong["document_number"] = "请填写调整文号。批次进行中的变动须以文件为据。"
    if not reason.strip():
        wrong["reason"] = "请写明调整理由。"
    return wrong


def _amended(round_, before, after, *, document_number, reason, by, at):
    amendment = Amendment.objects.create(
        round=round_,
        number=round_.amendments.count() + 1,
        document_number=document_number.strip(),
        reason=reason.strip(),
        before=canonical(before),
        after=canonical(after),
        made_at=at,
        made_by=by,
    )
    data = {
        "amendment": amendment.number,
        "document": amendment.document_number,
        "reason": amendment.reason,
    }
    _record(round_, "amend_round", by=by, at=at, before=before, after=after, data=data)


def _move_deadlines(before, after):
    """What stands at a stage is due when the stage is: the amendment moves it for those already there.

    A notice's own end stays: it is counted in working days from its publication. What was returned has no date of its
    own; it gets the stage's when it comes back.
    """
    stages = ["draft", *(step.state for step in after.route.steps if not step.is_notice)]
    moved = [stage for stage in stages if before.due(stage) != after.due(stage)]
    if not moved:
        return
    every = Application.objects.filter(round=after).order_by("pk")
    list(every.select_for_update().values_list("pk", flat=True))  # the lock, in the order of the keys
    for stage in moved:
        Application.objects.filter(round=after, state=stage).update(due_on=after.due(stage))


def _hold(round_, by, edition, sentence="批次由主办单位的审核岗位管理。"):
    held = (
        Round.objects.select_for_update(of=("self",))
        .select_related("version__programme", "region", "rubric")
        .get(pk=round_.pk)
    )
    if not may_organise(by, held.region):
        raise NotYours(sentence)
    if edition is not None and held.edition != edition:
        raise AlreadyMoved("该批次刚刚在另一处改过，请查看后重新填写。")
    return held


def _record(round_, action, *, by, at, before=None, after=None, data=None):
    event = record(action, by=by, at=at, subject=round_.name, before=before, after=after, data=data)
    RoundEvent.objects.create(event=event, round=round_)
