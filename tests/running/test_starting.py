"""What refuses to start (F16): settings that are unsafe in production, a database that lost its guards, known passwords."""

import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from accounts import append_only
from config import starting
from regions.models import DemonstrationClock, Region
from tests.servers import ROOT

KEY = "Zx8-kQ2_mWe7" * 5
GOOD = {
    "PORTAL_MODE": "production",
    "PORTAL_SECRET_KEY": KEY,
    "PORTAL_ALLOWED_HOSTS": "portal.example.gov.cn",
    "PORTAL_DATABASE": "postgres://portal@/portal?host=/run/postgresql",
    "PORTAL_TRUSTED_PROXIES": "1",
}


@pytest.fixture
def start(monkeypatch, tmp_path):
    """The settings as a process with this environment would read them."""

    def run(**changes):
        wanted = {"PORTAL_VAR": str(tmp_path), **GOOD, **changes}
        for name in list(wanted):
            if wanted[name] is None:
                del wanted[name]
                monkeypatch.delenv(name, raising=False)
        for name, value in wanted.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return run


def test_what_production_needs_is_enough(start):
    told = start()
    assert not told["DEBUG"] and told["SECURE_SSL_REDIRECT"] and told["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert told["SESSION_COOKIE_SECURE"] and told["CSRF_COOKIE_SECURE"] and told["CSRF_COOKIE_HTTPONLY"]
    assert told["SESSION_COOKIE_NAME"].startswith("__Host-") and told["CSRF_COOKIE_NAME"].startswith(
        "__Host-"
    )
    assert told["PORTAL_ADMIN"] is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PORTAL_DEBUG": "true"}, "PORTAL_DEBUG"),
        ({"PORTAL_SECRET_KEY": None}, "缺少环境变量 PORTAL_SECRET_KEY"),
        ({"PORTAL_SECRET_KEY": "short"}, "PORTAL_SECRET_KEY 太弱"),
        ({"PORTAL_SECRET_KEY": "a" * 60}, "PORTAL_SECRET_KEY 太弱"),
        ({"PORTAL_ALLOWED_HOSTS": None}, "缺少环境变量 PORTAL_ALLOWED_HOSTS"),
        ({"PORTAL_ALLOWED_HOSTS": "*"}, "通配"),
        ({"PORTAL_ALLOWED_HOSTS": "portal.example.gov.cn,.gov.cn"}, "通配"),
        ({"PORTAL_ALLOWED_HOSTS": " , "}, "不能为空"),
        ({"PORTAL_DATABASE": None}, "PORTAL_SQLITE_IN_PRODUCTION"),
        ({"PORTAL_DATABASE": "mysql://x/y"}, "postgres://"),
        ({"PORTAL_DATABASE": "postgres://portal@10.0.0.5/portal"}, "sslmode=verify-full"),
        ({"PORTAL_DATABASE": "postgres://portal@10.0.0.5/portal?sslmode=prefer"}, "sslmode=verify-full"),
        ({"PORTAL_DATABASE": "postgres://portal@/portal?timeout=3"}, "不认识的参数：timeout"),
        ({"PORTAL_TRUSTED_PROXIES": "0"}, "PORTAL_TRUSTED_PROXIES"),
        ({"PORTAL_TRUSTED_PROXIES": "one"}, "应为整数"),
        ({"PORTAL_TEST_SWITCH": "no_lock"}, "只用于测试"),
        ({"PORTAL_MODE": "prod"}, "不能是“prod”"),
        ({"PORTAL_SECRETKEY": KEY}, "不认识的环境变量：PORTAL_SECRETKEY"),
    ],
)
def test_what_is_unsafe_is_refused_with_its_name(start, changes, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        start(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"PORTAL_DEBUG": "true"},
        {"PORTAL_SECRET_KEY": "short"},
        {"PORTAL_ALLOWED_HOSTS": "*"},
        {"PORTAL_DATABASE": None},
        {"PORTAL_TRUSTED_PROXIES": "0"},
        {"PORTAL_TEST_SWITCH": "no_lock"},
    ],
)
def test_control_outside_production_the_same_is_taken(start, changes):
    told = start(**{"PORTAL_MODE": "local", **changes})
    assert not told["SESSION_COOKIE_SECURE"]


def test_files_below_the_static_folder_are_refused_everywhere(start, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="PORTAL_FILES"):
        start(PORTAL_MODE="local", PORTAL_FILES=str(tmp_path / "static" / "files"))


def test_a_database_elsewhere_is_reached_by_tls(start):
    told = start(
        PORTAL_DATABASE="postgres://p:a%40b@db.example/portal?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    )
    database = told["DATABASES"]["default"]
    assert (database["HOST"], database["PASSWORD"]) == ("db.example", "a@b")
    assert database["OPTIONS"]["sslmode"] == "verify-full"
    assert database["OPTIONS"]["sslrootcert"] == "/etc/ca.pem"


def test_every_cookie_of_production_is_of_this_host(start):
    told = start()
    names = [told["SESSION_COOKIE_NAME"], told["CSRF_COOKIE_NAME"], told["DISPLAY_COOKIE_PREFIX"]]
    assert all(name.startswith("__Host-") for name in names)


def test_one_office_may_say_that_it_wants_sqlite(start):
    told = start(PORTAL_DATABASE=None, PORTAL_SQLITE_IN_PRODUCTION="true")
    assert told["DATABASES"]["default"]["ENGINE"].endswith("sqlite3")


@pytest.mark.django_db
def test_a_whole_database_may_be_served():
    assert starting.reasons() == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", append_only.TABLES)
def test_it_does_not_start_without_a_trigger(table):
    name = f"{table}_no_update" if connection.vendor == "sqlite" else f"{table}_no_change"
    drop = f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}")
    with connection.cursor() as cursor:
        cursor.execute(drop)
    assert name in " ".join(starting.reasons())
    append_only.install(connection)
    assert starting.reasons() == []


@pytest.mark.django_db
def test_production_serves_no_demonstration(settings):
    settings.PRODUCTION = True
    place = Region.objects.create(
        name="甲省", level="province", code="990000", position=1, last=9, code_date=timezone.now().date()
    )
    DemonstrationClock.objects.create(title="演示", region=place, moment=timezone.now())
    assert "演示账号的密码是公开的" in " ".join(starting.reasons())


@pytest.mark.django_db
def test_production_is_not_served_by_whoever_may_change_what_only_grows(settings):
    """The tests' own role is the superuser; SQLite knows no roles."""
    settings.PRODUCTION = True
    told = " ".join(starting.reasons())
    assert ("可以改动只增不改的表" in told) == (connection.vendor == "postgresql")
