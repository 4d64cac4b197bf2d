"""/healthz and /readyz: what they say when something is missing, and that they say nothing else."""

import datetime as dt
import json

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from accounts import anchors, append_only, signs
from accounts.models import Anchor, Sign
from config import health

pytestmark = pytest.mark.django_db
EVERYTHING_FINE = {"ready": True, "wrong": [], "late": []}


@pytest.fixture
def seen():
    signs.give(signs.WORK)
    signs.give(signs.TICK)


def ask():
    answer = Client().get("/readyz")
    assert answer["Cache-Control"] == "no-store" and not answer.cookies
    return answer.status_code, json.loads(answer.content)


def test_the_process_answers():
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_everything_is_there(seen):
    assert ask() == (200, EVERYTHING_FINE)


@pytest.mark.parametrize("name", [signs.WORK, signs.TICK])
def test_who_was_not_seen_for_too_long_is_late_and_pages_are_served_on(seen, name):
    Sign.objects.filter(name=name).update(at=timezone.now() - signs.PATIENCE[name] - dt.timedelta(seconds=1))
    assert ask() == (200, {"ready": True, "wrong": [], "late": [name]})


def test_who_was_never_seen_is_late():
    assert ask()[1]["late"] == [signs.WORK, signs.TICK]


def test_a_trigger_is_gone(seen):
    table = append_only.TABLES[0]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change")
    assert ask() == (503, {"ready": False, "wrong": ["triggers"], "late": []})


def test_a_migration_is_not_applied(seen):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'subsidies'")
    assert ask() == (503, {"ready": False, "wrong": ["migrations"], "late": []})


def test_the_disk_is_full(seen, monkeypatch):
    monkeypatch.setattr(health, "FREE_BYTES", 1 << 60)
    assert ask() == (503, {"ready": False, "wrong": ["disk"], "late": []})


def test_the_database_is_away(seen, monkeypatch):
    def away(*_):
        raise DatabaseError("password=secret host=10.0.0.1")

    monkeypatch.setattr(append_only, "missing", away)
    assert ask() == (503, {"ready": False, "wrong": ["database"], "late": []})


def test_an_old_backup_and_an_old_anchor_are_late_in_production(seen, settings, tmp_path):
    settings.PRODUCTION = True
    settings.VAR = tmp_path
    assert ask()[1]["late"] == ["anchor", "backup"]
    (tmp_path / "last-backup").write_text("now")
    settings.ANCHORS = tmp_path / "anchors.txt"
    anchors.anchor(timezone.now())
    assert ask()[1]["late"] == []
    Anchor.objects.update(at=timezone.now() - health.ANCHOR_AGE)
    assert ask()[1]["late"] == ["anchor"]
