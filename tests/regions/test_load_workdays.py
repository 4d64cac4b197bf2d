"""Loading calendar files from the command line."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from regions.models import CalendarNotice, SpecialDay
from regions.workdays import change_day

pytestmark = pytest.mark.django_db


def load(*arguments):
    out = io.StringIO()
    call_command("load_workdays", *arguments, stdout=out)
    return out.getvalue()


def state():
    return list(SpecialDay.objects.order_by("pk").values()), list(CalendarNotice.objects.values())


@pytest.fixture
def file(tmp_path):
    def write(**values):
        days = [{"day": f"2027-{month:02}-06", "working": False} for month in (1, 4, 5, 7, 8, 9, 10)]
        days += [{"day": f"2027-10-{day:02}", "working": False} for day in (4, 5, 7, 8)]
        path = tmp_path / "2027.json"
        path.write_text(json.dumps({"year": 2027, "days": days} | values), encoding="utf-8")
        return str(path)

    return write


def test_all_years_once():
    told = load()
    assert told.count("\n") == 23
    assert "2026 年：新增 25 天，修改 0 天，删除 0 天。" in told
    before = state()
    assert load() == "节假日安排没有变化（23 个年份）。\n"
    assert state() == before


def test_one_file(file):
    assert load(file(number="某号")) == "2027 年：新增 11 天，修改 0 天，删除 0 天。\n"
    notice = CalendarNotice.objects.get()
    assert str(notice) == "国务院办公厅关于2027年部分节假日安排的通知（某号）"


def test_a_corrected_file_replaces_the_days(file):
    load(file())
    days = [{"day": f"2027-10-{day:02}", "working": False} for day in (1, 4, 5, 6, 7)]
    days += [{"day": f"2027-02-{day:02}", "working": False} for day in (8, 9, 10, 11, 12)]
    days += [{"day": "2027-10-09", "working": True}]
    assert load(file(days=days)) == "2027 年：新增 7 天，修改 0 天，删除 7 天。\n"


def test_a_day_changed_by_hand_stays(file):
    load()
    change_day(SpecialDay.objects.get(day="2026-10-10").day, False, region=None, reason="改期通知")
    assert load() == "2026 年：保留手工变更 1 天。\n节假日安排没有变化（23 个年份）。\n"
    assert "2026 年：新增 0 天，修改 1 天" in load("--overrule")
    assert SpecialDay.objects.get(day="2026-10-10").working


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"year": "2027"}, "2027.json：year 应为四位年份"),
        ({"days": "x"}, "days 应为列表"),
        ({"days": [{"day": "2027-13-01", "working": False}]}, "第 1 项：日期“2027-13-01”应写作"),
        ({"days": [{"day": "2027-01-01"}]}, "第 1 项：应有 day 和 working"),
        ({"days": []}, "看起来不是 2027 年的全年安排"),
        ({"published_on": "去年"}, "published_on“去年”应写作"),
    ],
)
def test_a_bad_file_names_itself_and_the_place(file, values, told):
    with pytest.raises(CommandError, match=told):
        load(file(**values))
    assert not CalendarNotice.objects.exists()


def test_one_bad_file_among_good_ones_loads_nothing(file, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    with pytest.raises(CommandError, match="bad.json"):
        load(file(), str(bad))
    with pytest.raises(CommandError, match="无法读取"):
        load(file(), str(tmp_path / "none.json"))
    assert not CalendarNotice.objects.exists()
