"""The process of the bench of state changes (moves.py): `python -m tests.bench.moves_run build|go|close`; a line of JSON each."""

import datetime as dt
import hashlib
import json
import os
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402

from accounts.events import canonical  # noqa: E402
from accounts.models import Posting, Role  # noqa: E402
from accreditation import notices, transitions  # noqa: E402
from accreditation.models import Application, Notice, NoticeEntry  # noqa: E402
from regions.clock import end_of  # noqa: E402
from regions.models import Community  # noqa: E402
from tests.bench import sets  # noqa: E402
from tests.factories import House, acting, moment  # noqa: E402

CLIENTS, WARM, EACH, LISTED, ROUNDS = 4, 10, 300, 3000, 5  # a round takes 4 × 310 of 8,000 applications
AT = moment(dt.date(2017, 9, 1))


def build():
    """8,000 applications at the desk of one street, ready to go on, and one notice of 2 × LISTED entries that is over."""
    call_command("migrate", verbosity=0)
    house = House(quota=20_000)
    waiting = house.prepare(house.at("street_review", 0))
    noticed = house.at("county_notice", 1)
    first_approver = house.officer("一南街道", Role.APPROVER).acting
    for number in range(1, CLIENTS):
        Posting.objects.create(
            user=house.people.extra(f"bench{number}"),
            role=Role.APPROVER,
            office=first_approver.office,
            starts=first_approver.starts,
        )
    with transaction.atomic():
        one = Community.objects.get(pk=waiting.community_id)
        sets.copied(
            Community,
            {"name": "r.name || g"},
            f"CROSS JOIN generate_series(1, 16000) g WHERE r.id = {one.pk}",
        )
        first = (
            Community.objects.exclude(name=one.name)
            .filter(name__startswith=one.name)
            .order_by("pk")
            .first()
            .pk
        )
        with connection.cursor() as cursor:
            cursor.execute("UPDATE regions_community SET name = '第' || id || '社区' WHERE id >= %s", [first])
        sets.copy_applications(
            [(waiting, f"c.id < {first + 8000}"), (noticed, f"c.id >= {first + 8000}")], first
        )
        notice = Notice.objects.get(entries__application=noticed)
        others = Application.objects.filter(state="county_notice").exclude(pk=noticed.pk)
        NoticeEntry.objects.bulk_create(
            NoticeEntry(
                notice=notice, application=a, name=a.community.name, place=a.community.place, order=order
            )
            for order, a in enumerate(others.select_related("community")[: LISTED - 1], 2)
        )
    return {}


def go():
    """CLIENTS processes pass on EACH applications, all at one moment; the rate of all of them.

    Each has passed on WARM others before, as a web process that has been at work for a second: pgbench, too, is timed
    without its start.
    """
    share = WARM + EACH
    rows = list(
        Application.objects.filter(state="street_review")
        .order_by("pk")
        .values_list("pk", "moves")[: CLIENTS * share]
    )
    assert len(rows) == CLIENTS * share
    people = [acting(user) for user in _approvers()]
    connections.close_all()
    start = time.time() + 2.5
    children = []
    for number in range(CLIENTS):
        pid = os.fork()
        if not pid:
            _client(people[number], rows[number * share : (number + 1) * share], start)
        children.append(pid)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
    took = time.time() - start
    assert codes == [0] * CLIENTS, codes
    moved = Application.objects.filter(pk__in=[pk for pk, _ in rows], state="county_review").count()
    assert moved == len(rows), (moved, len(rows))
    return {"rate": CLIENTS * EACH / took}


def _client(by, rows, start):
    for number, (pk, moves) in enumerate(rows):
        if number == WARM:
            wait = start - time.time()
            assert wait > 0, "the others have begun already"
            time.sleep(wait)
        transitions.pass_on(Application(pk=pk), by=by, at=AT, seen=moves)
    os._exit(0)


def _approvers():
    """CLIENTS approvers of the street's desk, each a person of their own: nobody presses in four places at once."""
    at_desk = Posting.objects.filter(office__region__name="一南街道", role=Role.APPROVER).order_by("pk")
    return [posting.user for posting in at_desk.select_related("user")]


def close():
    """A whole notice closed by the service and the same rows by set-based SQL with the same chain, in turn, each undone."""
    notice = Notice.objects.get()
    at = end_of(notice.last_day)
    told = []
    for _ in range(ROUNDS):
        took, (_, clear, _) = _undone(lambda: notices.close(Notice.objects.get(), at=at))
        least, _ = _undone(lambda: _bare(notice, at))
        told.append({"entries": clear, "rate": clear / took, "bare": clear / least})
    return told


def _undone(work):
    """(seconds, what it gave) of some work, rolled back after the clock stopped."""
    with transaction.atomic():
        began = time.perf_counter()
        given = work()
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took, given


def _bare(notice, at):
    """Read the keys and names, one UPDATE each of entries and applications, the events and their links."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT seq, digest FROM accounts_eventhead WHERE id = 1 FOR UPDATE")
        seq, digest = cursor.fetchone()
        cursor.execute(
            "SELECT a.id, a.number, c.name, a.state, a.moves FROM accreditation_application a JOIN regions_community c ON c.id ="
            " a.community_id JOIN accreditation_noticeentry e ON e.application_id = a.id WHERE e.notice_id = %s ORDER BY a.id FOR UPDATE OF a",
            [notice.pk],
        )
        rows = cursor.fetchall()
        cursor.execute(
            "UPDATE accreditation_noticeentry SET status = 'cleared', settled_at = %s WHERE notice_id = %s",
            [at, notice.pk],
        )
        cursor.execute(
            "UPDATE accreditation_application SET moves = moves + 1, arrived_at = %s WHERE id IN"
            " (SELECT application_id FROM accreditation_noticeentry WHERE notice_id = %s)",
            [at, notice.pk],
        )
        values, links = [], []
        for pk, number, name, state, moves in rows:
            body = canonical(  # as the portal writes it
                {
                    "action": "close",
                    "at": at.isoformat(),
                    "subject": f"{number} {name}",
                    "before": {"state": state},
                    "after": {"state": state, "moves": moves},
                    "data": {"notice": notice.pk},
                }
            )
            seq, previous = seq + 1, digest
            digest = hashlib.sha256(f"{previous}{seq}{body}".encode()).hexdigest()
            values.append((seq, at, "bench", f"{number} {name}", body, previous, digest))
            links.append((seq, pk))
        _rows(cursor, "accounts_event (seq, at, action, subject, body, previous, digest)", values)
        _rows(cursor, "accreditation_applicationevent (event_id, application_id)", links)
        cursor.execute("UPDATE accounts_eventhead SET seq = %s, digest = %s WHERE id = 1", [seq, digest])


def _rows(cursor, into, rows):
    for start in range(0, len(rows), 1000):
        part = rows[start : start + 1000]
        mark = f"({', '.join(['%s'] * len(part[0]))})"
        cursor.execute(
            f"INSERT INTO {into} VALUES {', '.join([mark] * len(part))}", [v for row in part for v in row]
        )


if __name__ == "__main__":
    print(json.dumps({"build": build, "go": go, "close": close}[sys.argv[1]]()))
