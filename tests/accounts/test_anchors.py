"""The daily anchor: what a chain alone does not show, it shows; outside the database, with the file and the letters alone."""

import ast
import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction

from accounts import anchors, append_only
from accounts.events import GENESIS, digest_of, record
from accounts.models import Anchor, ChainCheck, Event, EventHead, Role
from regions import clock

SCRIPT = Path(__file__).parents[2] / "tools" / "verify_events.py"
DAY = dt.datetime(2017, 9, 5, 0, 3, tzinfo=clock.SHANGHAI)


@pytest.fixture
def written(chain):
    """Twelve events, then the anchor of the day."""
    happen(12)
    return anchors.anchor(DAY)


def happen(times):
    with transaction.atomic():
        for number in range(times):
            record("save", by=None, at=DAY, subject=f"第{number}件", data={"n": number})


def verified(tmp_path, settings, *more):
    """Export and run the script as anybody would; (status, what it said)."""
    export = tmp_path / "events.jsonl"
    call_command("export_events", str(export))
    command = [sys.executable, str(SCRIPT), str(export), str(settings.ANCHORS), *more]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    return run.returncode, run.stdout


def unprotected(*statements):
    """As somebody with the database in hand: triggers off, rows changed, triggers on again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER accounts_event_no_{verb}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DROP TRIGGER accounts_event_no_change ON accounts_event")
        for statement in statements:
            cursor.execute(statement)
    append_only.install(connection)


def rewrite(last):
    """The whole chain written anew, without a link out of place, the head too: the work of somebody who knows how."""
    rows, previous = [], GENESIS
    for event in Event.objects.order_by("seq")[:last]:
        event.body = event.body.replace("第3件", "别的事")
        event.subject = event.subject.replace("第3件", "别的事")
        event.previous, event.digest = previous, digest_of(previous, event.seq, event.body)
        previous = event.digest
        rows.append(event)
    unprotected("DELETE FROM accounts_event")
    Event.objects.bulk_create(rows)
    EventHead.objects.update(seq=last, digest=previous)


def test_a_line_a_day_signed_and_chained(written, settings):
    assert anchors.anchor(DAY) is None, "once a day"
    happen(3)
    second = anchors.anchor(DAY + dt.timedelta(days=1))
    told = Path(settings.ANCHORS).read_text(encoding="utf-8").splitlines()
    assert told == [written.line, second.line]
    head = EventHead.objects.get(pk=1)
    assert told[0].split()[:2] == ["2017-09-05", "12"]
    assert told[1].split()[:3] == ["2017-09-06", "15", head.digest]
    assert list(anchors.faults()) == []


def test_the_letter_goes_to_who_is_named_and_is_made_up_for(written, settings):
    assert mail.outbox == [] and written.mailed_at is None
    settings.ANCHOR_MAIL = ["archive@example.org", "second@example.org"]
    anchors.daily(DAY + dt.timedelta(hours=3))
    assert len(mail.outbox) == 1
    assert written.line in mail.outbox[0].body and mail.outbox[0].to == settings.ANCHOR_MAIL
    assert Anchor.objects.get().mailed_at is not None
    anchors.daily(DAY + dt.timedelta(hours=4))
    assert len(mail.outbox) == 1


def test_tick_checks_and_anchors_once_a_day(chain):
    happen(2)
    call_command("tick")
    call_command("tick")
    assert Anchor.objects.count() == 1 and ChainCheck.objects.count() == 1
    assert ChainCheck.objects.get().faults == 0


def test_a_line_left_over_by_a_dead_process_is_written_by_the_next(chain):
    happen(1)
    Anchor.objects.create(day=DAY.date(), at=DAY, seq=1, digest=EventHead.objects.get(pk=1).digest)
    anchors.daily(DAY + dt.timedelta(days=1))
    assert [line.split()[0] for line in anchors.lines()] == ["2017-09-05", "2017-09-06"]
    assert list(anchors.faults()) == []


def test_whole_is_whole_with_and_without_the_key(written, tmp_path, settings):
    key = tmp_path / "key"
    key.write_text(settings.ANCHOR_KEY)
    for more in ((), ("--key", str(key))):
        status, said = verified(tmp_path, settings, *more)
        assert (status, said.splitlines()[0]) == (0, "whole"), said
        assert "12 events, 1 anchors, 0 faults" in said


def test_a_cut_tail_is_seen_by_the_anchor_alone(written, tmp_path, settings):
    kept = Event.objects.get(seq=9)
    unprotected("DELETE FROM accounts_event WHERE seq > 9")
    EventHead.objects.update(seq=9, digest=kept.digest)
    found = anchors.check(DAY)
    assert found.told == "存证第 1 行（2017-09-05）与事件链第 12 条不符"
    status, said = verified(tmp_path, settings)
    assert status == 1 and "event 12 is not there any more" in said
    Path(settings.ANCHORS).write_text("")  # control: without the anchor nothing is amiss but its absence
    assert "whole" in verified(tmp_path, settings)[1]


def test_a_chain_written_anew_is_seen_by_the_anchor_alone(written, tmp_path, settings):
    happen(4)
    rewrite(16)
    assert ChainCheck.objects.count() == 0
    found = anchors.check(DAY)
    assert found.told == "存证第 1 行（2017-09-05）与事件链第 12 条不符"
    status, said = verified(tmp_path, settings)
    assert status == 1 and "event 12 is not the one of that day" in said
    Path(settings.ANCHORS).write_text("")
    Anchor.objects.all().delete()
    assert anchors.check(DAY).faults == 0
    assert "whole" in verified(tmp_path, settings)[1]


@pytest.mark.parametrize("change", ["taken out", "changed", "forged", "taken out with its row", "nonsense"])
def test_a_tampered_file_is_seen(written, settings, change):
    happen(3)
    anchors.anchor(DAY + dt.timedelta(days=1))
    path = Path(settings.ANCHORS)
    first, second = path.read_text(encoding="utf-8").splitlines()
    if change == "taken out":
        kept = [first]
    elif change == "changed":
        kept = [first.replace(" 12 ", " 11 "), second]
    elif change == "forged":
        kept = [first, " ".join([*second.split()[:3], "0" * 64])]
    elif change == "taken out with its row":
        Anchor.objects.filter(line=first).delete()
        kept = [second]
    else:
        kept = [first, "x", second]
    path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    assert list(anchors.faults())


def test_the_script_knows_neither_django_nor_the_portal():
    for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module]
        assert set(names) <= sys.stdlib_module_names


def test_the_page_shows_anchors_and_the_last_check(place, written, settings):
    browser = place.client(place.person("一县审计", Role.AUDADMIN, "一县"))
    page = browser.get("/audit-log/anchors/").content.decode()
    assert "已写入" in page and "还没有核对过" in page
    browser.post("/audit-log/verify/")
    page = browser.get("/audit-log/anchors/").content.decode()
    assert "一县审计：12 条事件、1 次存证，全部相符" in page
    assert "12 条事件、1 次存证均相符" in browser.get("/audit-log/").content.decode()
    Path(settings.ANCHORS).write_text("")
    assert "文件中没有这一行" in browser.get("/audit-log/anchors/").content.decode()
    other = place.client(place.person("一县安全", Role.SECADMIN, "一县"))
    assert other.get("/audit-log/anchors/").status_code == 403
