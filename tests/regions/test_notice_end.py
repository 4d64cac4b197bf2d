"""The command other people's scripts call: one date on stdout, or one sentence on stderr and status 1."""

import io
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command

from regions.models import CalendarNotice, SpecialDay
from regions.workdays import change_day


def run(*arguments):
    """Status, stdout and stderr of the command within this process."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("notice_end", *arguments, stdout=out, stderr=err)
    except SystemExit as stopped:
        return stopped.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["2017-09-25", "5"], "2017-09-30\n"),
        (["2026-09-18", "5"], "2026-09-24\n"),
        (["2026-02-13", "1"], "2026-02-14\n"),
    ],
)
def test_prints_one_date(arguments, printed):
    assert run(*arguments) == (0, printed, "")  # the files stand in: the database holds no calendar


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["2026-12-25", "5"], "2027 年的节假日安排尚未录入"),
        (["2026-02-30", "5"], "“2026-02-30”不是存在的日期"),
        (["2026-2-3", "5"], "日期“2026-2-3”应写作"),
        (["20260203", "5"], "日期“20260203”应写作"),
        (["２０２６-02-03", "5"], "应写作"),
        (["2026-W07-1", "5"], "应写作"),
        (["2026-02-03\n", "5"], "应写作"),
        (["0001-01-01", "1"], "1 年的节假日安排尚未录入"),
        (["9999-12-30", "1"], "9999 年的节假日安排尚未录入"),
        (["2026-02-03", "0"], "天数“0”应为"),
        (["2026-02-03", "-5"], "天数“-5”应为"),
        (["2026-02-03", "1.5"], "天数“1.5”应为"),
        (["2026-02-03", "５"], "应为 1 到 1000"),
        (["2026-02-03", "1_0"], "应为 1 到 1000"),
        (["2026-02-03", "99999"], "应为 1 到 1000"),
        (["2026-02-03", "5", "--region", "999999"], "没有代码为 999999 的行政区划"),
        (["2026-02-03", "5", "--region", "长沙市"], "应为六位数字"),
        (["2026-02-03", "5", "--region", "430104001"], "应为六位数字"),
        (["2026-02-03", "5", "--region", ""], "应为六位数字"),
    ],
)
def test_says_what_is_wrong(arguments, told):
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.django_db
def test_a_shipped_code_is_known_before_anything_is_loaded():
    assert run("2026-09-18", "5", "--region", "430104") == (0, "2026-09-24\n", "")
    assert run("2026-09-18", "5", "--region", "620171") == (0, "2026-09-24\n", "")


def test_regional_days_reach_those_below(country, shipped_calendar):
    change_day(
        SpecialDay.objects.get(day="2026-09-25").day.replace(day=23),
        False,
        region=country["长沙市"],
        reason="公告",
    )
    assert run("2026-09-18", "5", "--region", "430104")[1] == "2026-09-28\n"
    assert run("2026-09-18", "5", "--region", "430202")[1] == "2026-09-24\n"
    assert run("2026-09-18", "5")[1] == "2026-09-24\n"
    assert run("2026-09-18", "5", "--region", "110101")[0] == 1  # not among the loaded regions


def test_the_database_outranks_the_files(country, shipped_calendar):
    SpecialDay.objects.all().delete()
    CalendarNotice.objects.exclude(year=2026).delete()
    notice = CalendarNotice.objects.get(year=2026)
    SpecialDay.objects.create(day="2026-01-01", working=False, notice=notice)
    assert run("2026-09-18", "5")[1] == "2026-09-25\n"  # this database knows of no make-up Sunday
    assert "2025 年" in run("2025-09-26", "5")[2]


def test_works_right_after_installation(tmp_path):
    """A process of its own, with a database that has no tables."""
    environment = os.environ | {"PORTAL_DATABASE": f"sqlite:///{tmp_path}/new.sqlite3"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "notice_end"]
    done = subprocess.run([*command, "2022-04-29", "5"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2022-05-10\n", "")
    done = subprocess.run([*command, "2026-12-31", "5"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "2027" in done.stderr
