"""Titles: granted from a cleared list, with number, date and document."""

import hashlib
import hmac

from django.conf import settings
from django.db import transaction

from accounts.events import record_all
from accreditation import lists, moving, needs
from accreditation.models import Application, Recognition, RecognitionEvent, Round
from accreditation.refusals import AlreadyMoved, NotReady
from accreditation.windows import month_later
from regions.clock import day_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I L O U to misread


def check_code(text: str) -> str:
    """Six characters that only this site can work out: a number cannot be guessed from its neighbours."""
    digest = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
    value = int.from_bytes(digest[:4], "big")
    return "".join(ALPHABET[(value >> (5 * place)) & 31] for place in range(6))


def certificate_number(round_, serial: int) -> str:
    stem = f"{round_.code}-{serial:04d}"
    return f"{stem}-{check_code(stem)}"


def ready(round_, tier, region):
    """Applications whose last notice ended clear (or whose route has no notice and the desk listed them)."""
    rows = Application.objects.filter(round=round_, tier=tier, position__range=(region.position, region.last))
    last = round_.route.steps[-1]
    return rows.filter(
        state=last.state,
        **({"cleared_at__isnull": False} if last.is_notice else {"listed_at__isnull": False}),
    )


def unexplained(round_, tier, region, day) -> list[str]:
    """Where the last desk recognises straight from its list: who was left off without the reason that is due.

    Passed over by a lower rank, or preferred (A33): the same reasons that a list needs before it is published.
    """
    step = round_.route.steps[-1]
    if step.is_notice or not step.listing:
        return []
    desk = lists.desk_list(round_, tier, step.state, region, day=day)
    return [lists.reason_wanted(candidate) for candidate in desk.unexplained]


@transaction.atomic
def recognise(round_, tier, *, by, at, seen, document_number, granted_on=None) -> list[Recognition]:
    """Make every ready application of the list a recognition. `seen` is {application pk: moves} of the preview."""
    if not document_number.strip():
        raise NotReady("请填写认定文号。")
    Round.objects.select_for_update().get(pk=round_.pk)  # numbers are given one list at a time
    region = by.acting.office.region
    held = moving.lock(ready(round_, tier, region).values_list("pk", flat=True))
    if {a.pk: a.moves for a in held} != seen or not held:
        raise AlreadyMoved("名单在您预览之后有变动，请重新预览后再认定。")
    step = round_.route.steps[-1]
    for application in held:
        moving.ask_again(application, by, None, "recognise")
        if sentences := needs.unmet(application, step):
            raise NotReady([f"{application.community.name}：{sentence}" for sentence in sentences])
    if found := unexplained(round_, tier, region, day_of(at)):
        raise NotReady(found)
    serial = Recognition.objects.filter(application__round=round_).count()
    day = granted_on or day_of(at)
    titles = Recognition.objects.bulk_create(
        title_of(
            round_,
            application,
            serial + n,
            document_number=document_number.strip(),
            granted_on=day,
            issuer_name=by.acting.office.name,
        )
        for n, application in enumerate(held, 1)
    )
    moved = [(application, moving.move(application, "recognise", at=at)) for application in held]
    moving.save_all(moved, "recognise", by=by, at=at, data={"document": document_number})
    _record_titles("grant", titles, by=by, at=at)
    return titles


def title_of(round_, application, serial, *, document_number, granted_on, issuer_name) -> Recognition:
    """The title an application comes to, by its tier's entry in the ladder; not saved. serial: its number in the round."""
    community = application.community
    ladder = round_.version.tier(application.tier)
    return Recognition(
        community=community,
        position=application.position,
        application=application,
        programme=round_.version.programme.key,
        tier=application.tier,
        tier_name=ladder.get("name_by_kind", {}).get(community.kind, ladder["name"]),
        issuer=ladder["issuer"],
        rank=ladder["rank"],
        money=ladder["money"],
        number=certificate_number(round_, serial),
        document_number=document_number,
        year=round_.year,
        granted_on=granted_on,
        valid_until=month_later(granted_on, 12 * ladder["valid_years"]) if "valid_years" in ladder else None,
        issuer_name=issuer_name,
    )


@transaction.atomic
def take_over(
    communities,
    *,
    tier,
    tier_name,
    issuer,
    rank,
    money,
    issuer_name,
    document_number,
    granted_on,
    code,
    by,
    at,
):
    """Titles granted before this portal, entered from their papers: a number each, and an event each.

    Titles a community already holds under the same tier and day are left as they are.
    """
    known = set(
        Recognition.objects.filter(community__in=communities, tier=tier, granted_on=granted_on).values_list(
            "community_id", flat=True
        )
    )
    fresh = [community for community in communities if community.pk not in known]
    titles = Recognition.objects.bulk_create(
        Recognition(
            community=community,
            position=community.position,
            tier=tier,
            tier_name=tier_name,
            issuer=issuer,
            rank=rank,
            money=money,
            number=f"{code}-{community.pk:05d}-{check_code(f'{code}-{community.pk:05d}')}",
            document_number=document_number,
            year=granted_on.year,
            granted_on=granted_on,
            issuer_name=issuer_name,
        )
        for community in fresh
    )
    _record_titles("take_over", titles, by=by, at=at)
    return titles


def _record_titles(action, titles, *, by, at):
    events = record_all(
        [
            {
                "action": action,
                "subject": f"{title.number} {title.community.name}",
                "after": {
                    "tier": title.tier,
                    "granted_on": title.granted_on,
                    "document": title.document_number,
                },
            }
            for title in titles
        ],
        by=by,
        at=at,
    )
    RecognitionEvent.objects.bulk_create(
        RecognitionEvent(event=event, recognition=title) for event, title in zip(events, titles, strict=True)
    )
