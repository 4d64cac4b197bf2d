"""C7: every byte of every column of the exported chain, and every way to move, cut or rewrite it; C8's and C10's controls.

PROOF_LONG flips every byte of 200 events; a short run those of every tenth, and every byte of the others' digests.
"""

import copy
import importlib.util
import os
from pathlib import Path

import pytest
from django.db import connection, transaction

from accounts import anchors, append_only
from accounts.events import GENESIS, broken_links, canonical, digest_of, export_lines, record
from accounts.models import Event, EventHead
from tests.factories import moment

LONG = bool(os.environ.get("PROOF_LONG"))
EVENTS = 200
SCRIPT = Path(__file__).parents[2] / "tools" / "verify_events.py"
_spec = importlib.util.spec_from_file_location("verify_events", SCRIPT)
verifier = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(verifier)


@pytest.fixture
def chain(db):
    """Two hundred events of a desk's work, the day anchored; the exported lines as bytes."""
    import datetime as dt

    at = moment(dt.date(2017, 9, 5))
    with transaction.atomic():
        for number in range(EVENTS):
            record(
                "save", by=None, at=at, subject=f"T2017-{number} 桂花社区", before={"state": "street_review"},
                after={"state": "county_review", "moves": number}, data={"opinion": "情况属实"}, ip="192.0.2.7",
            )  # fmt: skip
    anchors.anchor(at)
    return [f"{line}\n".encode() for line in export_lines()]


def first_bad(lines, anchored=()) -> int | None:
    """The number of the first bad row, 0 for a bad anchor alone, None when all is well."""
    digests = {}
    for row, _ in verifier.bad_rows((line.decode("utf-8", "replace") for line in lines), digests):
        return row
    for _ in verifier.bad_anchors(anchored, digests):
        return 0
    return None


def split(lines):
    return b"".join(lines).splitlines(keepends=True)


def test_every_flipped_byte_is_seen_and_its_row_named(chain, measure):
    rows = range(EVENTS) if LONG else range(0, EVENTS, 10)
    assert first_bad(chain) is None
    flips = missed = 0
    # What comes before the row is sound: it is read once, and the verifier starts at the row.
    digests = {}
    whole = [line.decode() for line in chain]
    assert list(verifier.bad_rows(whole, digests)) == []
    for row in rows:
        # Its own row and the two before it tell everything a whole run would say first.
        start = max(0, row - 1)
        window = chain[start : row + 2]
        for place in range(len(chain[row])):
            line = bytearray(chain[row])
            line[place] ^= 1
            tampered = split([*window[: row - start], bytes(line), *window[row - start + 1 :]])
            flips += 1
            missed += _first_bad_from(tampered, start, chain) != row - start + 1
    measure("C7", "bytes flipped", flips)
    measure("C7", "tampers", missed)
    assert flips > 8_000
    assert missed == 0


def _first_bad_from(window, start, chain):
    """The first bad row of a piece of the chain, counted within the piece: its number and link are told as if it began there."""
    previous = verifier.json.loads(chain[start - 1])["digest"] if start else GENESIS
    for row, _ in verifier.bad_rows(
        (line.decode("utf-8", "replace") for line in window), {}, previous, start
    ):
        return row - start
    return None


MOVES = {
    "deleted": lambda lines: lines[:99] + lines[100:],
    "two swapped": lambda lines: [*lines[:99], lines[100], lines[99], *lines[101:]],
    "one inserted": lambda lines: [*lines[:99], lines[50], *lines[99:]],
    "duplicated": lambda lines: [*lines[:100], lines[99], *lines[100:]],
    "the first taken away": lambda lines: lines[1:],
}


@pytest.mark.parametrize("name", MOVES)
def test_what_is_moved_is_seen_and_the_first_bad_row_named(chain, name, measure):
    found = first_bad(MOVES[name](chain))
    wanted = {"duplicated": 101, "the first taken away": 1}.get(name, 100)
    measure("C7", "tampers", int(found != wanted))
    assert found == wanted


def rewritten(lines):
    """The chain with its 51st event told otherwise and every digest from there made anew."""
    events = [verifier.json.loads(line) for line in lines]
    previous = GENESIS
    for event in events:
        event["body"] = event["body"].replace('"moves":50', '"moves":51')
        event["previous"], event["digest"] = previous, digest_of(previous, event["seq"], event["body"])
        previous = event["digest"]
    return [f"{canonical(event)}\n".encode() for event in events]


AT_THE_END = {"tail cut": lambda lines: lines[:150], "written anew": rewritten}


@pytest.mark.parametrize("name", AT_THE_END)
def test_a_cut_tail_and_a_new_chain_are_seen_by_the_anchor(chain, name, measure):
    found = first_bad(AT_THE_END[name](chain), anchors.lines())
    measure("C7", "tampers", int(found is None))
    assert found == 0


@pytest.mark.parametrize("name", AT_THE_END)
def test_control_without_the_anchor_nobody_sees_them(chain, name, measure):
    found = first_bad(AT_THE_END[name](chain))
    measure("C7", f"control: {name}, without anchor", "not seen" if found is None else found)
    assert found is None


COLUMNS = {
    "action": "'open'",
    "at": "'2016-01-01 00:00:00+00:00'",
    "subject": "'x'",
    "body": "'{}'",
    "previous": "'" + "a" * 64 + "'",
    "digest": "'" + "b" * 64 + "'",
    "seq": "5000",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_changed_in_the_database_is_seen(chain, column, measure):
    """By somebody with the database in hand, triggers off."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER accounts_event_no_update")
        else:
            cursor.execute("DROP TRIGGER accounts_event_no_change ON accounts_event")
        cursor.execute(f"UPDATE accounts_event SET {column} = {COLUMNS[column]} WHERE seq = 100")
    append_only.install(connection)
    found = [seq for seq, _ in broken_links()]
    measure("C7", "tampers", int(not found))
    assert found and found[0] in (100, 101, 5000)


def test_ids_swapped_in_the_database_are_seen(chain, measure):
    rows = list(Event.objects.order_by("seq"))
    first, second = copy.copy(rows[20]), copy.copy(rows[21])
    first.seq, second.seq = second.seq, first.seq
    found = [seq for seq, _ in broken_links([*rows[:20], second, first, *rows[22:]])]
    measure("C7", "tampers", int(not found))
    assert found[0] == 21


def test_the_head_is_compared(chain):
    EventHead.objects.update(seq=150)
    assert list(broken_links())
