"""Money and communities that change: who waits while a change is looked into, and what becomes of a merged one's grant.

甘人社通〔2023〕287号 第十一条, reading A41: the subsidy stops at the merge until it is decided. A report that is open on
a change of before the cut-off day keeps its communities out of the year's accrual and payments; once it is decided the
next run counts whoever stood on that day, so that nobody is paid twice and nobody loses. What was accrued rightly and
not yet paid when its community was merged goes on with the successor by decision (`release`), or is taken back.
"""

import json

from django.db import transaction

from accreditation.models import ChangeReport
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.communities import heirs
from subsidies import ledger, permissions, rules
from subsidies.models import Entry, Release

# Changes after which another community may stand for this one.
KINDS = (ChangeReport.Kind.ABOLISHED, ChangeReport.Kind.MERGED, ChangeReport.Kind.SPLIT)
OPEN = (ChangeReport.State.REPORTED, ChangeReport.State.CHECKED)


def pending(cut_off) -> set[int]:
    """Communities reported to have ended by a day, about which nothing is decided yet; two columns of the open reports."""
    rows = ChangeReport.objects.filter(kind__in=KINDS, state__in=OPEN, happened_on__lte=cut_off)
    found = set()
    for community, details in rows.values_list("community", "details"):
        found |= {community, *json.loads(details).get("others", ())}
    return found


def why_not_release(user, original) -> str:
    """The sentence that refuses this person to decide about a merged community's grant, or ""."""
    return permissions.why_not_register(user, original.community)


def successor_of(community):
    """The one standing community that a merged one lives on in, or None."""
    later = heirs([community])[community.pk]
    one = later[0] if len(later) == 1 and community.until is not None else None
    return one if one is not None and community.pk in permissions.taken_in(one.pk) else None


@transaction.atomic
def release(original: Entry, *, reason: str, document: str, by, at) -> Release:
    """A merged community's unpaid grant is paid after all, and its successor goes on with the books.

    Raises NotYours, NotReady (nothing unpaid, not merged, not due on the cut-off day), AlreadyMoved.
    """
    if sentence := why_not_release(by, original):
        raise NotYours(sentence)
    community = original.community
    run = ledger.hold_year(original.programme, original.fiscal_year)
    grant = ledger.hold(community.pk, original.programme, original.fiscal_year)
    found = {} if reason.strip() else {"reason": "请写明理由。"}
    if not document.strip():
        found["document"] = "请填写决定文号。"
    if found:
        raise NotReady(found)
    successor = successor_of(community)
    if successor is None:
        raise NotReady("该社区没有合并到一个现存的社区，应补助只能冲正。")
    if rules.Rules(run.version).yearly and community.until <= run.cut_off:
        raise NotReady(
            f"该社区在基准日 {run.cut_off.isoformat()} 已经合并，应补助应予冲正，由继任社区按其称号计提。"
        )
    if grant.paid >= grant.accrued or original.reversals.exists():
        raise NotReady("这一笔应补助已经拨付或冲正，没有待决定的资金。")
    if Release.objects.filter(entry=original).exists():
        raise AlreadyMoved("这一笔应补助已经决定续拨。")
    made = Release.objects.create(
        entry=original, successor=successor, reason=reason.strip(), document=document.strip(), at=at, by=by
    )
    ledger.note(
        "release_grant", by=by, at=at, entry=original,
        data={"reason": made.reason, "document": made.document, "successor": successor.full_name},
    )  # fmt: skip
    return made
