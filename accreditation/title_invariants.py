"""What must hold of titles after they were granted: endings, carried titles, rechecks, draws. Each yields its breaches."""

import datetime as dt
import json

from django.db.models import F, Q

from accreditation import spot_draw
from accreditation.models import Draw, Ending, Recheck, RecheckEntry, Recognition


def endings_match(at):
    """A title that ended here has one decision of that day, and a decision has its ended title."""
    decided = Ending.objects.filter(state=Ending.State.DECIDED)
    rows = Recognition.objects.filter(status=Recognition.Status.REVOKED, batch=None)
    for title in rows.exclude(endings__in=decided):
        yield f"{title.number} 已撤销，但没有终止的决定。"
    wrong = decided.exclude(recognition__ended_on=F("effective_on")) | decided.exclude(
        recognition__status=Recognition.Status.REVOKED
    )
    for ending in wrong.select_related("recognition").distinct():
        yield f"{ending.recognition.number} 已决定终止，但称号的终止日期不符。"
    for ending in decided.filter(
        proposed_by=F("decided_by"), kind__in=(Ending.Kind.FRAUD, Ending.Kind.DECISION)
    ):
        yield f"终止决定 {ending.pk} 的提出与决定是同一人。"


def expiries_match(at):
    """A title that expired ended on the day after the last one of its validity."""
    for title in Recognition.objects.filter(status=Recognition.Status.EXPIRED):
        if title.valid_until is None or title.ended_on != title.valid_until + dt.timedelta(days=1):
            yield f"{title.number} 已到期，但终止日期不是有效期届满的次日。"


def carried_titles_follow(at):
    """A title carried on begins on the day the one before it ended for that reason, with the same tier."""
    rows = Recognition.objects.filter(carries__isnull=False).select_related("carries")
    for title in rows:
        before = title.carries
        ended = before.endings.filter(state=Ending.State.DECIDED, kind=Ending.Kind.CARRIED).exists()
        same = (title.tier, title.issuer, title.rank, title.money) == (
            before.tier,
            before.issuer,
            before.rank,
            before.money,
        )
        if not ended or before.ended_on != title.granted_on or not same:
            yield f"{title.number} 与它承接的 {before.number} 不相衔接。"


def rechecks_match(at):
    """Every recheck that came to an outcome has its year, and says the same."""
    outcome = {
        RecheckEntry.State.PASSED: True,
        RecheckEntry.State.FAILED: False,
        RecheckEntry.State.KEPT: None,
    }
    told = {
        (row.recognition_id, row.year): row.passed
        for row in Recheck.objects.filter(recognition__recheck_entries__isnull=False)
    }
    rows = RecheckEntry.objects.filter(state__in=outcome).select_related("round", "recognition")
    for entry in rows.iterator():
        key = entry.recognition_id, entry.round.year
        if key not in told or told[key] != outcome[entry.state]:
            yield f"{entry.recognition.number} 的 {entry.round.year} 年度复查结果与登记不符。"
    settled = RecheckEntry.objects.waiting().filter(recognition__rechecks__year=F("round__year"))
    for entry in settled.select_related("round", "recognition"):
        yield f"{entry.recognition.number} 已有 {entry.round.year} 年度的复查结果，登记却仍待办理。"
    failed = RecheckEntry.objects.filter(state=RecheckEntry.State.FAILED, recognition__ended_on=None)
    for entry in failed.select_related("recognition"):
        yield f"{entry.recognition.number} 复查不合格并已批准终止，但称号没有终止。"
    same = RecheckEntry.objects.filter(
        ~Q(handled_by=None), events__event__action="confirm_recheck", events__event__actor=F("handled_by")
    )
    for entry in same.distinct():
        yield f"复查登记 {entry.pk} 的复查与确认是同一人。"


def draws_repeat(at):
    """The pool and nonce of every draw have the hashes that were told, what was drawn comes out again and is looked at."""
    for draw in Draw.objects.all().iterator(chunk_size=50):
        if (
            spot_draw.pool_hash(draw.pool) != draw.pool_hash
            or spot_draw.nonce_hash(draw.nonce, draw.pool) != draw.nonce_hash
        ):
            yield f"抽查“{draw.name}”的对象清单或随机数与公布的校验码不符。"
        elif draw.result and json.loads(draw.result) != spot_draw.draw(
            draw.pool, spot_draw.seed_of(draw.public_seed, draw.nonce)
        ):
            yield f"抽查“{draw.name}”的结果不能重现。"
        elif draw.result and _looked_at(draw) != json.loads(draw.result)["drawn"]:
            yield f"抽查“{draw.name}”的检查名单与抽取的结果不符。"
        elif draw.result and draw.entered_by_id == draw.drawn_by_id:
            yield f"抽查“{draw.name}”的公开种子由同一人录入两次。"


def _looked_at(draw):
    """The numbers of the titles that were drawn, in order, as they stand in the list of what is looked at."""
    rows = draw.targets.filter(order__gt=0).order_by("order")
    return list(rows.values_list("recognition__number", flat=True))


TITLE_CHECKS = (endings_match, expiries_match, carried_titles_follow, rechecks_match, draws_repeat)
