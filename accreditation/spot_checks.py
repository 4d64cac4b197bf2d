"""Spot checks: the pool is fixed and told, the seed comes later and from outside, two people draw, anyone repeats it.

Titles are drawn by stratum (kind of title and county); titles named for a risk are added apart and never passed off as
drawn. Inspectors are drawn too, none for the own county or for a community they are tied to; who steps back is followed
by the next in the same order. A void draw stays on record, and another person draws anew (domain 3.2).
"""

import datetime as dt
import json
import secrets
from collections import Counter

from django.db import transaction

from accounts.events import canonical, record
from accounts.models import Role, User
from accreditation import spot_draw
from accreditation.models import Draw, DrawInspector, DrawTarget, Recognition, TitleEvent
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from accreditation.spot_pool import LEVELS, code_of, plain, pool_of
from accreditation.title_permissions import ask
from regions.clock import day_of

State = Draw.State


def why_not_run(user, region) -> str:
    """The sentence that refuses this person to run spot checks of a region, or "": its HR office's approvers."""
    posting = user.acting
    if (
        posting is None
        or not posting.has_desk
        or posting.role != Role.APPROVER
        or posting.level not in LEVELS
    ):
        return "随机抽查由县级以上人社部门的审核岗位组织。"
    return "" if posting.region == region else "这次抽查不由您所在单位组织。"


def visible_to(user):
    """The draws of the own region and of those below or above; for desks and auditors."""
    posting = user.acting
    if posting is None or posting.community_id or not posting.sees_below:
        return Draw.objects.none()
    region = posting.region
    inside = Draw.objects.filter(region__position__gte=region.position, region__last__lte=region.last)
    above = Draw.objects.filter(region__position__lte=region.position, region__last__gte=region.last)
    return inside | above


@transaction.atomic
def freeze(
    region, *, name, year, seed_source, version=None, replaces=None, shown=None, by, at, **pool
) -> Draw:
    """Fix the pool. pool: what `spot_pool.pool_of` takes besides region and day; shown: the hash of what the person saw.

    Raises NotYours, NotReady (nothing to draw from, too few inspectors), AlreadyMoved (drawn before for this purpose, or
    the pool is no longer what was shown).
    """
    ask(why_not_run(by, region))
    found = {} if name.strip() else {"name": "请填写抽查名称。"}
    if not seed_source.strip():
        found["seed_source"] = "请写明将用哪一个公开、事先无法知道的数（例如某日某期的开奖号码）。"
    if found:
        raise NotReady(found)
    _ask_once(region, year, name.strip(), replaces, by)
    text, titles = pool_of(region, day=day_of(at), **pool)
    if shown is not None and spot_draw.pool_hash(text) != shown:
        raise AlreadyMoved("抽查对象与预览时不同，请重新核对。")
    rules = {key: pool[key] for key in ("share", "least", "reserves", "each")}
    nonce = secrets.token_hex(16)
    made = Draw.objects.create(
        office=by.acting.office, region=region, version=version, name=name.strip(), year=year, pool=text,
        pool_hash=spot_draw.pool_hash(text), nonce=nonce, nonce_hash=spot_draw.nonce_hash(nonce, text),
        rules=canonical({**rules, "money": sorted(pool["money"])}),
        seed_source=seed_source.strip(), frozen_at=at, frozen_by=by, replaces=replaces,
    )  # fmt: skip
    DrawTarget.objects.bulk_create(
        DrawTarget(draw=made, recognition=titles[pk], directed_reason=reason.strip())
        for pk, reason in sorted((pool.get("directed") or {}).items())
        if pk in titles
    )
    return _record(made, "freeze_draw", by=by, at=at, data={"pool": made.pool_hash, "nonce": made.nonce_hash})


def _ask_once(region, year, name, replaces, by):
    """One draw for one purpose: a void one is followed by one of somebody else, from its own page."""
    before = list(Draw.objects.select_for_update().filter(region=region, year=year, name=name))
    if any(draw.state != State.VOID for draw in before):
        raise AlreadyMoved("同一事项已经固定过抽查对象；作废后才能重新抽取。")
    if replaces is not None:
        ask(why_not_replace(by, replaces))
    elif before:
        raise NotReady({"name": "同一事项有已经作废的抽查，请从该抽查的页面重新抽取。"})


def why_not_replace(user, old) -> str:
    """The sentence that refuses this person to draw anew for a void draw, or ""."""
    if old.state != State.VOID:
        return "原抽查没有作废，不能重新抽取。"
    if Draw.objects.filter(replaces=old).exists():
        return "这次作废的抽查已经重新抽取。"
    if user.pk in (old.drawn_by_id, old.void_by_id):
        return "重新抽取须由另一名审核人员组织。"
    return why_not_run(user, old.region)


# Seed and draw: two people


def _hold(draw, seen) -> Draw:
    held = Draw.objects.select_for_update(of=("self",)).select_related("region").get(pk=draw.pk)
    if seen is not None and held.moves != seen:
        raise AlreadyMoved(f"这次抽查刚刚已由他人办理，现为“{held.get_state_display()}”，请查看后再办。")
    return held


@transaction.atomic
def enter_seed(draw, *, public_seed, by, at, seen) -> Draw:
    """The first person enters the public text that came out after the pool was fixed."""
    held = _hold(draw, seen)
    ask(why_not_run(by, held.region))
    if held.state != State.FROZEN:
        raise AlreadyMoved(f"这次抽查现为“{held.get_state_display()}”。")
    if held.public_seed:
        raise AlreadyMoved("公开种子已经录入，请由另一人核对后抽取。")
    if not plain(public_seed):
        raise NotReady({"public_seed": "请录入公开种子。"})
    held.public_seed, held.entered_by = plain(public_seed), by
    return _save(held, "seed_draw", by=by, at=at, data={"seed": held.public_seed})


@transaction.atomic
def draw_now(draw, *, public_seed, by, at, seen) -> Draw:
    """The second person enters the same text again, and the draw is made."""
    held = _hold(draw, seen)
    ask(why_not_run(by, held.region))
    if held.state != State.FROZEN or not held.public_seed:
        raise AlreadyMoved(
            "请先由一人录入公开种子。" if held.state == State.FROZEN else "这次抽查已经抽取或作废。"
        )
    if held.entered_by_id == by.pk:
        raise NotYours("公开种子须由两人分别录入，请由另一名审核人员抽取。")
    if plain(public_seed) != held.public_seed:
        raise NotReady({"public_seed": "与第一次录入的不一致，请核对公布的数。"})
    result = spot_draw.draw(held.pool, spot_draw.seed_of(held.public_seed, held.nonce))
    held.result, held.state, held.drawn_at, held.drawn_by = canonical(result), State.DRAWN, at, by
    titles = {title.number: title for title in Recognition.objects.filter(number__in=result["inspectors"])}
    targets = list(held.targets.select_related("recognition"))  # those named for a risk
    targets += DrawTarget.objects.bulk_create(
        DrawTarget(draw=held, recognition=titles[number], order=order)
        for order, number in enumerate(result["drawn"], 1)
    )
    people = {code_of(user.pk): user for user in User.objects.filter(pk__in=_drawn_people(held.pool))}
    DrawInspector.objects.bulk_create(
        DrawInspector(target=target, user=people[code])
        for target in targets
        for code in result["inspectors"][target.recognition.number]
    )
    return _save(
        held,
        "draw",
        by=by,
        at=at,
        data={"pool": held.pool_hash, "nonce": held.nonce, "result": result["drawn"]},
    )


def _drawn_people(pool):
    return [int(code[1:]) for code, _place in spot_draw.read(pool)["I"]]


def recomputed(draw) -> dict:
    """What the published pool, seed and nonce give, computed anew."""
    return spot_draw.draw(draw.pool, spot_draw.seed_of(draw.public_seed, draw.nonce))


@transaction.atomic
def void(draw, *, reason, by, at, seen) -> Draw:
    """Take a draw as void: it stays readable with the reason."""
    held = _hold(draw, seen)
    ask(why_not_run(by, held.region))
    if held.state == State.VOID:
        raise AlreadyMoved("这次抽查已经作废。")
    if not reason.strip():
        raise NotReady({"void_reason": "请写明作废的理由。"})
    held.state, held.void_reason, held.void_by = State.VOID, reason.strip(), by
    return _save(held, "void_draw", by=by, at=at, data={"reason": held.void_reason})


# Looking


@transaction.atomic
def recuse(inspector, *, reason, by, at) -> DrawInspector | None:
    """An inspector steps back (or the organiser takes them off); the next in the order follows, None where nobody may."""
    held = (
        DrawInspector.objects.select_for_update(of=("self",))
        .select_related("target__draw__region", "target__recognition")
        .get(pk=inspector.pk)
    )
    draw = held.target.draw
    _ask_drawn(draw)
    if held.user_id != by.pk:
        ask(why_not_run(by, draw.region))
    if held.recused_at:
        raise AlreadyMoved("该检查人员已经回避。")
    if not reason.strip():
        raise NotReady({"reason": "请写明回避的理由。"})
    held.recused_at, held.recused_reason = at, reason.strip()
    held.save(update_fields=["recused_at", "recused_reason"])
    follower = _next(draw, held.target)
    made = DrawInspector.objects.create(target=held.target, user_id=follower) if follower else None
    _record(
        draw, "recuse_inspector", by=by, at=at,
        data={"member": code_of(held.user_id), "reason": reason.strip(), "replaced": code_of(follower) if follower else ""},
    )  # fmt: skip
    return made


def _ask_drawn(draw):
    if draw.state != State.DRAWN:
        raise AlreadyMoved(f"这次抽查现为“{draw.get_state_display()}”。")


def _next(draw, target) -> int | None:
    asked = set(target.inspectors.values_list("user", flat=True))
    rows = spot_draw.read(draw.pool)
    places = {number: where for number, where, *_ in ([title[1:] for title in rows["T"]] + rows["D"])}
    where = places[target.recognition.number]
    taken = Counter(
        code_of(user)
        for user in DrawInspector.objects.filter(target__draw=draw, recused_at=None).values_list(
            "user", flat=True
        )
    )
    seed = spot_draw.seed_of(draw.public_seed, draw.nonce)
    codes = spot_draw.able(rows, seed, target.recognition.number, where, taken, spot_draw.hash_of(draw.pool))
    return next((int(code[1:]) for code in codes if int(code[1:]) not in asked), None)


@transaction.atomic
def find(target, *, passed, finding, visited_on: dt.date, by, at) -> DrawTarget:
    """An inspector says what was found, once. What failed is put forward for its end by the granting level (endings)."""
    held = (
        DrawTarget.objects.select_for_update(of=("self",))
        .select_related("draw", "recognition")
        .get(pk=target.pk)
    )
    if not held.inspectors.filter(user=by, recused_at=None).exists():
        raise NotYours("检查情况由抽到的检查人员登记。")
    _ask_drawn(held.draw)
    if held.passed is not None:
        raise AlreadyMoved("检查情况已经登记。")
    found = {}
    if visited_on > day_of(at):
        found["visited_on"] = "检查日期不能晚于今天。"
    if not passed and not finding.strip():
        found["finding"] = "不合格的，请写明检查情况。"
    if found:
        raise NotReady(found)
    held.passed, held.finding, held.visited_on, held.found_by = passed, finding.strip(), visited_on, by
    held.save(update_fields=["passed", "finding", "visited_on", "found_by"])
    _record(
        held.draw, "find_in_draw", by=by, at=at,
        data={"on": str(visited_on), "passed": passed, "reason": held.finding, "title": held.recognition.number},
    )  # fmt: skip
    return held


def _save(held, action, *, by, at, data):
    held.moves += 1
    held.save()
    return _record(held, action, by=by, at=at, data=data)


def _record(draw, action, *, by, at, data):
    event = record(action, by=by, at=at, subject=draw.name, after={"state": draw.state}, data=data)
    TitleEvent.objects.create(event=event, draw=draw)
    return draw


def result_of(draw) -> dict:
    """The result as it was drawn; empty before."""
    return json.loads(draw.result) if draw.result else {}
