"""F1, F2: what the database is really told, many readers and writers at once, and connections that die."""

import os
import subprocess
import threading
import time

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests import postgres
from tests.servers import Client, Databases, race, serving, statuses

SECONDS = 60 if os.environ.get("PROOF_LONG") else 6
CLIENTS = 200 if os.environ.get("PROOF_LONG") else 40
COUNTED = {"DJANGO_SETTINGS_MODULE": "tests.proof.counted_settings"}


def asked(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_what_is_really_in_force(measure):
    """Read back from the connection, not from the settings: a setting at the wrong place has no effect and no error."""
    if connection.vendor == "sqlite":
        found = {
            name: asked(f"PRAGMA {name}")
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        }
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 30_000,
            "recursive_triggers": 1,
        }
        with transaction.atomic():
            assert connection.connection.in_transaction, "the lock is taken at the beginning (IMMEDIATE)"
    else:
        found = {
            name: asked(f"SHOW {name}")
            for name in (
                "lock_timeout",
                "statement_timeout",
                "idle_in_transaction_session_timeout",
                "TimeZone",
            )
        }
        assert found["lock_timeout"] == "15s" and found["statement_timeout"] == "1min"
        assert found["idle_in_transaction_session_timeout"] == "1min"
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
def test_control_deferred_transactions_fail(databases, tmp_path):
    """Control: with SQLite's own way of beginning, racing writers get faults. (PostgreSQL has its control in the races.)"""
    template = databases.template("street_desk")
    with serving(databases, template, tmp_path, PORTAL_TEST_SWITCH="no_lock") as portal:
        address = f"/applications/{template['pk']}/pass-on/"
        clients = [Client(portal, template["session"]) for _ in range(100)]
        answers = race(lambda c=client: c.post(address, {"seen": template["moves"]}) for client in clients)
        found = portal.run("outcome")
    assert (
        statuses(answers).get(302, 0) > 1
        or statuses(answers).get(500, 0) + statuses(answers).get(503, 0) > 0
        or found["breaches"]
    )


# F2

TERMINATE = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"


def terminate(socket, name) -> int:
    """End every connection to a database; how many there were."""
    run = subprocess.run(
        [str(postgres._binaries() / "psql"), "-h", str(socket), "-U", postgres.USER, "-d", "postgres", "-tAc", TERMINATE.format(name=name)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(run.stdout)


def name_of(portal):
    return portal.env["PORTAL_DATABASE"].split("@/", 1)[1].split("?")[0]


@pytest.fixture
def only_postgresql(postgresql, tmp_path_factory):
    """The engine whose connections can drop."""
    return Databases("postgresql", tmp_path_factory.mktemp("dropping"), postgresql)


@pytest.mark.race
def test_a_dropped_connection_is_taken_up_anew(only_postgresql, tmp_path, measure):
    """Ended between requests: the next request of every thread is answered, none is a fault."""
    template = only_postgresql.template("street_desk")
    with serving(only_postgresql, template, tmp_path, workers=2, threads=4) as portal:
        clients = [Client(portal, template["session"]) for _ in range(16)]
        race(lambda c=client: c.get("/desk/") for client in clients)
        ended = terminate(only_postgresql.socket, name_of(portal))
        answers = race(lambda c=client: c.get("/desk/") for client in clients)
    measure("F2", "connections ended", ended)
    assert ended > 0
    assert statuses(answers) == {200: 16}


@pytest.mark.race
def test_dropped_in_the_middle_nothing_is_half_written(only_postgresql, tmp_path, measure):
    """Ended again and again while 100 press at once: done, refused as stale, or "come back later" (503) — and whole."""
    template = only_postgresql.template("city_desk", "40", "40")
    with serving(only_postgresql, template, tmp_path) as portal:
        over = threading.Event()

        def disturb():
            while not over.is_set():
                terminate(only_postgresql.socket, name_of(portal))
                over.wait(0.15)

        disturber = threading.Thread(target=disturb)
        disturber.start()
        clients = [(Client(portal, template["session"]), *pair) for pair in template["pks"]]
        answers = race(
            lambda c=c, pk=pk, m=m: c.post(f"/applications/{pk}/shortlist/", {"seen": m})
            for c, pk, m in clients
        )
        over.set()
        disturber.join()
        after = Client(portal, template["session"]).get("/desk/")
        found = portal.run("outcome")
    measure("F2", "answers while connections ended", str(statuses(answers)))
    assert set(statuses(answers)) <= {302, 409, 503}, statuses(answers)
    assert after.status in (200, 302)
    assert found["breaches"] == []
    assert found["events"]["shortlist"] == found["listed"]


@pytest.mark.race
def test_control_without_health_checks_the_next_request_fails(only_postgresql, tmp_path):
    template = only_postgresql.template("street_desk")
    with serving(
        only_postgresql,
        template,
        tmp_path,
        workers=1,
        threads=2,
        DJANGO_SETTINGS_MODULE="tests.proof.unchecked_settings",
    ) as portal:
        client = Client(portal, template["session"])
        assert client.get("/desk/").status == 200
        terminate(only_postgresql.socket, name_of(portal))
        assert client.get("/desk/").status in (500, 503)
