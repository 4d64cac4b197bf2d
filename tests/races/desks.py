"""Desks under many processes: `python -m tests.races.desks WHAT [ARGS]`, in a database of its own; one line of JSON each.

Like tests/races/money.py: Django starts once and forks, every child opens its own connection.
"""

import datetime as dt
import json
import os
import random
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django  # noqa: E402

django.setup()

from django.core.exceptions import ValidationError  # noqa: E402
from django.db import DatabaseError, connection, connections, transaction  # noqa: E402

from accounts.events import broken_links, digest_of, record  # noqa: E402
from accounts.models import Event, EventHead, Posting, Role  # noqa: E402
from accreditation import invariants, notices, rechecks, region_moves, rounds, transitions  # noqa: E402
from accreditation.models import (  # noqa: E402
    Application,
    Notice,
    NoticeEntry,
    Objection,
    ProgrammeVersion,
    Quota,
    Recheck,
    RecheckEntry,
    Recognition,
    Round,
)
from regions import divisions  # noqa: E402
from regions.clock import end_of  # noqa: E402
from regions.models import Region  # noqa: E402
from tests.factories import House, moment  # noqa: E402
from tests.races.money import BROKEN, DONE, REFUSED, child, ended  # noqa: E402

AT = moment(dt.date(2017, 9, 5))


def officer_of(place, role):
    """Who holds the role at the office of a region, acting."""
    posting = Posting.objects.select_related("user", "office__region").get(
        role=role, office__region__name=place
    )
    posting.user.acting = posting
    return posting.user


def at_once(works) -> list[int]:
    """Each work in a child of its own, all from one moment on; their outcomes."""
    connections.close_all()
    start = time.time() + 0.3

    def begin(work):
        connection.ensure_connection()
        time.sleep(max(0, start - time.time()))
        work()

    return sorted(ended(pid) for pid in [child(lambda w=work: begin(w)) for work in works])


def breaches(*checks):
    return [s for _, found in invariants.breaches(AT, checks or None) for s in found]


def chain(processes, appends):
    """So many processes that each append so many events; `naive` reads the head without a lock."""
    told = {}
    for name, work in (("locked", _append), ("naive", _append_naively)):
        before = EventHead.objects.get(pk=1).seq
        began = time.monotonic()
        codes = at_once([lambda w=work: _many(w, int(appends))] * int(processes))
        told[name] = {
            "codes": {str(code): codes.count(code) for code in set(codes)},
            "new": EventHead.objects.get(pk=1).seq - before,
            "rows": Event.objects.filter(seq__gt=before).count(),
            "seconds": round(time.monotonic() - began, 2),
        }
        if name == "locked":
            told[name]["broken"] = [sentence for _, sentence in broken_links()]
        connections.close_all()
    return told


def _many(work, times):
    for _ in range(times):
        with transaction.atomic():
            work()


def _append():
    record("save", by=None, at=AT, subject="x")


def _append_naively():
    head = EventHead.objects.get(pk=1)
    body = json.dumps({"subject": "x"})
    seq, digest = head.seq + 1, digest_of(head.digest, head.seq + 1, body)
    time.sleep(0.001)
    Event.objects.create(
        seq=seq, at=AT, action="save", subject="x", body=body, previous=head.digest, digest=digest
    )
    EventHead.objects.filter(pk=1).update(seq=seq, digest=digest)


def quota_lowered(processes):
    """The organiser lowers a quota while many list: `used` never goes above the size, or the change is refused."""
    rows = list(Application.objects.filter(state="city_review").order_by("pk"))
    quota = Quota.objects.select_related("region").get(region__name="东市")
    round_ = Round.objects.get(pk=quota.round_id)
    city, province = officer_of("东市", Role.APPROVER), officer_of("甲省", Role.APPROVER)
    processes = int(processes)

    def some(number):
        time.sleep(0.2)  # so that the first lowering comes before all are taken
        for application in rows[number::processes]:
            try:
                transitions.shortlist(application, by=city, at=AT, seen=application.moves)
            except ValidationError:
                pass  # full, as it should be

    def lower():
        for size in range(quota.size - 5, 0, -5):
            try:
                rounds.set_quota(
                    round_, "star", quota.region, size, by=province, at=AT, document_number=f"{size}号", reason="调整"
                )  # fmt: skip
            except ValidationError:
                pass  # below what is used

    codes = at_once([lower, *(lambda n=n: some(n) for n in range(processes))])
    quota.refresh_from_db()
    return {
        "codes": codes,
        "used": quota.used,
        "size": quota.size,
        "places": quota.places.count(),
        "breaches": breaches(),
    }


def close_against_objections(processes):
    """A notice closes while objections arrive: each is wholly inside, and then holds its entry, or refused."""
    notice = Notice.objects.get(ended_at=None)
    entries = list(notice.entries.order_by("pk"))
    end, rng, processes = end_of(notice.last_day), random.Random(7), int(processes)

    def object_to(number):
        code = DONE
        for entry in entries[number::processes]:
            try:
                with transaction.atomic():
                    notices.object_to(
                        entry, at=end - dt.timedelta(seconds=1), named=True, name="甲", contact="0000-1234567", text="请核实。"
                    )  # fmt: skip
            except ValidationError:
                code = REFUSED  # came too late, and is told so
        if code == REFUSED:
            raise ValidationError("some were refused")

    def close():
        time.sleep(rng.uniform(0.02, 0.3))
        notices.close(notice, at=end)

    codes = at_once([close, *(lambda n=n: object_to(n) for n in range(processes))])
    taken = Objection.objects.count()
    past = NoticeEntry.objects.filter(status="cleared", objections__settled_at=None, objections__isnull=False)
    held = NoticeEntry.objects.filter(status="running").count()
    return {
        "broken": codes.count(BROKEN),
        "entries": len(entries),
        "taken": taken,
        "held": held,
        "past an open objection": past.distinct().count(),
        "breaches": breaches(),
    }


def register_against_gaps():
    """A year's register is opened while years are authorised to be left out: a title has a line or an outcome, never both."""
    version = ProgrammeVersion.objects.get(programme__key__startswith="pingdingshan")
    city, province = officer_of("东市", Role.APPROVER), officer_of("甲省", Role.APPROVER)
    titles, at = (
        list(Recognition.objects.filter(money="provincial").order_by("pk")),
        moment(dt.date(2022, 1, 5)),
    )
    told = {"codes": [], "lines": 0, "gaps": 0, "both": 0}
    for year in range(2019, 2023):  # the titles are of 2018

        def open_(year=year):
            rechecks.open_round(version, year=year, name=f"{year}年度复查", by=city, at=at)

        def gap(title, wait, year=year):
            time.sleep(wait)
            rechecks.authorise_gap(
                title, year=year, reason="未组织复查。", document_number="", by=province, at=at
            )

        waits = [number * 0.004 for number in range(len(titles))]
        works = [lambda t=title, w=wait: gap(t, w) for title, wait in zip(titles, waits, strict=True)]
        told["codes"] += at_once([open_, *works])
        lines = set(RecheckEntry.objects.filter(round__year=year).values_list("recognition", flat=True))
        gaps = set(Recheck.objects.filter(year=year).values_list("recognition", flat=True))
        told["lines"] += len(lines)
        told["gaps"] += len(gaps)
        told["both"] += len(lines & gaps)
    return {**told, "breaches": breaches()}


def region_moved_under_starts(lead):
    """A county gets another city while its communities begin to apply: it stays, or each application has the new place.

    `lead`: milliseconds from the change to the first start, by people whose pages were opened before both; the starts
    come two milliseconds apart.
    """
    house, at = House(), moment(dt.date(2017, 8, 21))
    county, other = house.regions["二县"], house.regions["西市"]
    new = [house.found(f"多{number}社区", house.regions["二南街道"]) for number in range(16)]
    house.people.filers(new)

    def start(number):
        time.sleep(int(lead) / 1000 + number * 0.002)
        house.drive.start(new[number], at)

    def change():
        try:
            divisions.move_region(county, other, until=dt.date(2017, 8, 21), at=at)
        except divisions.Occupied as refusal:
            raise ValidationError(str(refusal)) from refusal

    codes = at_once([change, *(lambda n=n: start(n) for n in range(len(new)))])
    return {
        "broken": codes.count(BROKEN),
        "stayed": codes.count(REFUSED),
        "moved": Region.objects.get(pk=county.pk).parent_id == other.pk,
        "drafts": Application.objects.count(),
        "left behind": breaches(region_moves.positions_match),
        "breaches": breaches(),
    }


DRIVERS = {
    one.__name__: one
    for one in (
        chain,
        quota_lowered,
        close_against_objections,
        register_against_gaps,
        region_moved_under_starts,
    )
}

if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(DRIVERS[sys.argv[1]](*sys.argv[2:])) + "\n")
    except DatabaseError as error:
        sys.stdout.write(json.dumps({"broken": 1, "error": str(error)}) + "\n")
