"""F1, F2: what the database is really told, many readers and writers at once, and connections that die."""

import contextlib
import os
import random
import sqlite3
import subprocess
import threading
import time

import pytest
from django.conf import settings
from django.db import connection

from tests import postgres
from tests.servers import Client, race, serving, statuses

SECONDS = 60 if os.environ.get("PROOF_LONG") else 6
CLIENTS = 200 if os.environ.get("PROOF_LONG") else 40
COUNTED = {"DJANGO_SETTINGS_MODULE": "tests.proof.counted_settings"}


def asked(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def test_what_is_really_in_force(db, measure):
    """Read back from the connection, not from the settings: a setting at the wrong place has no effect and no error."""
    if connection.vendor == "sqlite":
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        found = {name: asked(f"PRAGMA {name}") for name in names}
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 30_000,
            "recursive_triggers": 1,
        }
        # The test's own transaction has written nothing, and yet nobody else may begin to write (IMMEDIATE).
        with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
    else:
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        found = {name: asked(f"SHOW {name}") for name in names}
        assert found == dict(zip(names, ("15s", "1min", "1min"), strict=True))
        assert settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] is True
    for name, value in found.items():
        measure("F1", name, value)
    assert not settings.DATABASES["default"].get("ATOMIC_REQUESTS")


def load(portal, template, clients, seconds):
    """Half of the clients write (failed sign-ins: counters and events), half read; (status → number, times)."""
    until, counted, times, lock = time.monotonic() + seconds, {}, [], threading.Lock()

    def work(number):
        client = Client(portal, "" if number % 2 else template["session"])
        while time.monotonic() < until:
            start = time.monotonic()
            try:
                if number % 2:
                    status = client.post("/login/", {"username": f"person{number}", "password": "x"}).status
                else:
                    status = client.get(("/desk/", "/applications/", "/notices/")[number % 3]).status
            except OSError:
                status = 0
                client = Client(portal, "" if number % 2 else template["session"])
            with lock:
                counted[status] = counted.get(status, 0) + 1
                times.append(time.monotonic() - start)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counted, sorted(times)


@pytest.mark.race
def test_readers_and_writers_at_once(databases, tmp_path, measure):
    template = databases.template("street_desk")
    with serving(databases, template, tmp_path, **COUNTED) as portal:
        counted, times = load(portal, template, CLIENTS, SECONDS)
    measure("F1", "answers", sum(counted.values()))
    measure("F1", "99th percentile, seconds", round(times[int(len(times) * 0.99)], 2))
    assert set(counted) == {200}, counted


@pytest.mark.race
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_control_deferred_transactions_fail(databases, tmp_path, measure):
    """Control: the same load with SQLite's own way of beginning gets faults. (PostgreSQL knows no such way.)"""
    template = databases.template("street_desk")
    with serving(databases, template, tmp_path, PORTAL_TEST_SWITCH="no_lock", **COUNTED) as portal:
        counted, _ = load(portal, template, CLIENTS, SECONDS)
    measure("F1", "control: answers without the lock", str(counted))
    assert counted.get(503, 0) > 0, counted


# F2

TERMINATE = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"


def terminate(socket, name) -> int:
    """End every connection to a database; how many there were."""
    run = subprocess.run(
        [str(postgres.binaries() / "psql"), "-h", str(socket), "-U", postgres.USER, "-d", "postgres", "-tAc", TERMINATE.format(name=name)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(run.stdout)


def name_of(portal):
    return portal.env["PORTAL_DATABASE"].split("@/", 1)[1].split("?")[0]


# The engine whose connections can drop.
only_postgresql = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


@pytest.mark.race
@only_postgresql
def test_a_dropped_connection_is_taken_up_anew(databases, tmp_path, measure):
    """Ended between requests: the next request of every thread is answered, none is a fault."""
    template = databases.template("street_desk")
    with serving(databases, template, tmp_path, workers=2, threads=4) as portal:

        def ask():
            clients = [Client(portal, template["session"]) for _ in range(16)]
            return race(lambda c=client: c.get("/desk/") for client in clients)

        ask()
        ended = terminate(databases.socket, name_of(portal))
        answers = ask()
    measure("F2", "connections ended", ended)
    assert ended > 0
    assert statuses(answers) == {200: 16}


def shortlisted_while(databases, tmp_path, disturb):
    """24 are passed on while `disturb(portal, over)` goes on beside; who is told to come back (503) presses again.

    In the end each is done once, and whole; returns how many answers had each status.
    """
    template = databases.template("city_desk", "24", "24")
    with serving(databases, template, tmp_path, workers=2, threads=8) as portal:
        over, told, lock = threading.Event(), [], threading.Lock()
        rows = list(template["pks"])

        def work():
            while len(told) < 1000:
                with lock:
                    if not rows:
                        return
                    pk, moves = rows.pop()
                press = {"seen": moves}
                answer = Client(portal, template["session"]).post(f"/applications/{pk}/shortlist/", press)
                with lock:
                    told.append(answer)
                    if answer.status == 503:
                        rows.insert(0, (pk, moves))
                if answer.status == 503:
                    time.sleep(0.02)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in (disturber := threading.Thread(target=disturb, args=(portal, over)), *threads):
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        disturber.join()
        found = portal.run("outcome")
    answers = statuses(told)
    # 409: it had been done when the connection was lost, and pressing again was refused as stale.
    assert set(answers) <= {302, 409, 503} and answers[503] > 0, answers
    assert answers[302] + answers.get(409, 0) == 24
    assert (found["listed"], found["breaches"]) == (24, [])
    assert found["events"]["shortlist"] == 24 + 24, "the county had listed all of them before"
    return answers


@pytest.mark.race
@only_postgresql
def test_dropped_in_the_middle_nothing_is_half_written(databases, tmp_path, measure):
    ended = []

    def disturb(portal, over):
        while not over.wait(random.uniform(0.2, 0.8)):
            ended.append(terminate(databases.socket, name_of(portal)))

    answers = shortlisted_while(databases, tmp_path, disturb)
    measure("F2", "answers while connections ended", str(answers))
    measure("F2", "connections ended under way", sum(ended))


@pytest.mark.race
@only_postgresql
def test_a_server_that_restarts_loses_nothing(databases, tmp_path, measure):
    """The server itself goes away and comes back: 503 meanwhile, and then everything is answered by the same processes."""
    after = []

    def disturb(portal, over):
        time.sleep(0.05)
        postgres.restart(databases.socket)
        clients = [Client(portal, portal.told["session"]) for _ in range(32)]
        after.append(statuses(race(lambda c=client: c.get("/applications/") for client in clients)))

    answers = shortlisted_while(databases, tmp_path, disturb)
    measure("F2", "answers around a restart of the server", str(answers))
    assert after == [{200: 32}], after


@pytest.mark.race
@only_postgresql
def test_control_without_health_checks_the_next_request_fails(databases, tmp_path):
    template = databases.template("street_desk")
    with serving(
        databases,
        template,
        tmp_path,
        workers=1,
        threads=1,
        DJANGO_SETTINGS_MODULE="tests.proof.unchecked_settings",
    ) as portal:
        assert Client(portal, template["session"]).get("/desk/").status == 200
        assert terminate(databases.socket, name_of(portal)) > 0
        assert Client(portal, template["session"]).get("/desk/").status == 503
