"""Loading the list of divisions: once, twice, changed, wrong, and the whole of it."""

import datetime as dt
import io
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from regions import loading
from regions.communities import create_community
from regions.divisions import move_region, rename_region
from regions.models import FormerRegion, Region

MAIN = "code,name\n430000,湖南省\n430100,长沙市\n430104,岳麓区\n430104001,橘子洲街道\n430105,开福区\n419001,济源市\n410000,河南省\n"
HEAD = "code_system,code,code_date,level,parent,name,note\n"
# The nation, provinces, cities with and without counties, a county below a province, zones, a street.
SCOPES = ["", "430000", "110000", "430100", "433100", "620171", "441900", "419001", "410471", "430104001"]
DAY = dt.date(2025, 12, 31)
AT = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)


@pytest.fixture
def files(tmp_path):
    """Write a main list and additions; returns the command's arguments."""

    def write(main=MAIN, additions=HEAD, date="2025-12-31"):
        (tmp_path / f"mca-{date}.csv").write_text(main, encoding="utf-8")
        (tmp_path / "additions.csv").write_text(additions, encoding="utf-8")
        return str(tmp_path / f"mca-{date}.csv"), "--additions", str(tmp_path / "additions.csv")

    return write


def load(*arguments):
    out = io.StringIO()
    call_command("load_regions", *arguments, stdout=out)
    return out.getvalue().strip()


def state():
    return list(Region.objects.order_by("pk").values())


@pytest.mark.django_db
def test_a_second_load_changes_nothing(files, django_assert_max_num_queries):
    first = load(*files())
    assert first == "行政区划已更新（清单共 7 个）：新增省级 2 个，市级 1 个，县级 3 个，乡镇（街道） 1 个。"
    before = state()
    with django_assert_max_num_queries(8):
        assert load(*files()) == "行政区划没有变化（清单共 7 个）。"
    assert state() == before


@pytest.mark.django_db
def test_parents_come_from_the_code(files):
    load(*files())
    assert Region.objects.get(code="419001").path == "河南省"
    assert Region.objects.get(code="430104001").path == "湖南省 长沙市 岳麓区"
    assert Region.objects.get(code="430000").parent.level == "nation"


@pytest.mark.django_db
def test_a_new_division_gets_the_next_number(files):
    load(*files())
    before = state()
    told = load(*files(MAIN + "430102,芙蓉区\n"))
    assert told == "行政区划已更新（清单共 8 个）：新增县级 1 个。"
    assert state()[:-1] == before
    last = max(Region.objects.filter(parent__code="430100"), key=lambda one: one.position)
    assert last.name == "芙蓉区"  # behind its elders, whatever its code


@pytest.mark.django_db
def test_another_name_becomes_history(files):
    load(*files())
    community = create_community(Region.objects.get(code="430104001"), "岳麓山社区")
    told = load(*files(MAIN.replace("岳麓区", "岳麓新区"), date="2026-12-31"))
    assert "更名 1 个" in told
    assert FormerRegion.objects.get().name == "岳麓区"
    community.refresh_from_db()
    assert community.place == "湖南省 长沙市 岳麓新区 橘子洲街道"
    assert Region.objects.get(code="430104").code_date == dt.date(2026, 12, 31)
    assert "没有变化" in load(*files(MAIN.replace("岳麓区", "岳麓新区"), date="2026-12-31"))


@pytest.mark.django_db
def test_another_code_under_the_same_name_is_the_same_place(files):
    load(*files())
    key = Region.objects.get(code="430104001").pk
    told = load(*files(MAIN.replace("430104001", "430104003"), date="2026-12-31"))
    assert told == "行政区划已更新（清单共 7 个）：换代码 1 个。"
    assert Region.objects.get(pk=key).code == "430104003"
    assert FormerRegion.objects.get().code == "430104001"


@pytest.mark.django_db
def test_what_is_no_longer_listed_stays(files):
    load(*files())
    told = load(*files(MAIN.replace("430105,开福区\n", ""), date="2026-12-31"))
    assert told.endswith("另有 1 个不在清单中，未作改动。")
    assert Region.objects.get(code="430105").until is None


@pytest.mark.django_db
def test_an_addition_says_who_reports_to_whom(files):
    zone = "stats,430171,2023-06-30,city,430000,某新区,\nown,430171-01,2023-06-30,county,430171,某园区,\n"
    load(*files(additions=HEAD + zone + "mca,430104001,2025-12-31,street,430171-01,橘子洲街道,\n"))
    street = Region.objects.get(code="430104001")
    assert street.path == "湖南省 某新区 某园区"
    assert not Region.objects.get(code="430104").contains(street.position)
    assert Region.objects.get(code="430171").contains(street.position)


@pytest.mark.django_db
def test_an_addition_made_later_moves_the_listed(files):
    load(*files())
    community = create_community(Region.objects.get(code="430104001"), "岳麓山社区")
    extra = (
        HEAD
        + "stats,430171,2023-06-30,county,430100,某新区,\nmca,430104001,2025-12-31,street,430171,橘子洲街道,\n"
    )
    assert "改变隶属 1 个" in load(*files(additions=extra))
    community.refresh_from_db()
    assert community.place == "湖南省 长沙市 某新区 橘子洲街道"
    assert "没有变化" in load(*files(additions=extra))


@pytest.mark.django_db
def test_an_offices_later_change_outranks_the_list(files):
    load(*files())
    later = dt.date(2026, 3, 1)
    rename_region(Region.objects.get(code="430105"), "开福新区", until=later)
    move_region(Region.objects.get(code="430104001"), Region.objects.get(code="430105"), until=later, at=AT)
    told = load(*files())
    assert (
        told
        == "行政区划没有变化（清单共 7 个）。另有 2 个与清单不同，因为清单日期之后已由管理员变更，未改动。"
    )
    assert Region.objects.get(code="430105").name == "开福新区"
    assert "更名 1 个" in load(*files(date="2026-12-31"))  # a newer list knows better


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("main", "additions", "told"),
    [
        ("code,title\n430000,湖南省\n", HEAD, "表头缺少 name"),
        ("code,name\n430000,湖南省\n430100,\n", HEAD, "第 3 行：name 为空"),
        ("code,name\n43000,湖南省\n", HEAD, "第 2 行：代码“43000”应为 6 位或 9 位数字"),
        ("code,name\n430000,湖南省\n430000,湖南省\n", HEAD, "第 3 行：代码 430000 在清单中出现两次"),
        ("code,name\n430104001,橘子洲街道\n", HEAD, "没有 430104001（橘子洲街道）的上级"),
        ("code,name\n", HEAD, "清单是空的"),
        (MAIN, HEAD + "stats,430171,2023-06-30,town,430000,某新区,\n", "层级“town”应为"),
        (MAIN, HEAD + "gb,430171,2023-06-30,city,430000,某新区,\n", "代码来源“gb”应为"),
        (MAIN, HEAD + "stats,430171,2023年,city,430000,某新区,\n", "日期“2023年”应写作"),
        (MAIN, HEAD + "stats,430171,2023-06-30,city,439900,某新区,\n", "上级 439900 不在清单中"),
        (MAIN, HEAD + "stats,430104,2023-06-30,city,430000,某新区,\n", "已属于岳麓区"),
        (MAIN, HEAD + "mca,430199,2023-06-30,county,430100,某新区,\n", "没有代码 430199"),
        (MAIN, HEAD + "stats,430171,2023-06-30,city,430104,某新区,\n", "层级应低于上级"),
    ],
)
def test_a_bad_list_is_refused_whole(files, main, additions, told):
    with pytest.raises(CommandError, match=told):
        load(*files(main, additions))
    assert not Region.objects.exists()


@pytest.mark.django_db
def test_a_list_without_a_date_is_asked_for_it(tmp_path):
    (tmp_path / "list.csv").write_text(MAIN, encoding="utf-8")
    with pytest.raises(CommandError, match="--date"):
        load(str(tmp_path / "list.csv"))


def test_the_shipped_list_is_the_ministrys():
    rows = loading.read_main(Path(settings.REGION_DATA, "mca-2025-12-31.csv"), DAY)
    count = {
        level: sum(row.level == level for row in rows) for level in ("province", "city", "county", "street")
    }
    assert count == {"province": 33, "city": 333, "county": 2845, "street": 38723}


@pytest.mark.django_db
def test_the_whole_country_loads_fast_and_once():
    start = time.monotonic()
    assert "新增省级 33 个" in load()
    assert time.monotonic() - start < 60
    total, positions = Region.objects.count(), set(Region.objects.values_list("position", flat=True))
    assert total == len(positions) == 41944
    assert load() == "行政区划没有变化（清单共 41943 个）。"
    assert Region.objects.count() == total
    _scope_is_the_tree()
    _places_are_right()


def _scope_is_the_tree():
    """within() against a recursive walk over the whole real tree."""
    children, regions = {}, list(Region.objects.order_by("position"))
    for one in regions:
        children.setdefault(one.parent_id, []).append(one)

    def descendants(region):
        found = [region.position]
        for child in children.get(region.pk, ()):
            found += descendants(child)
        return found

    for region in Region.objects.filter(code__in=SCOPES):
        found = Region.objects.within(region).values_list("position", flat=True)
        assert sorted(found) == sorted(descendants(region)), region
    for region in regions:
        for child in children.get(region.pk, ()):
            assert region.position < child.position <= child.last <= region.last
    for parent in children.values():
        ordered = sorted(parent, key=lambda one: one.position)
        assert all(left.last < right.position for left, right in zip(ordered, ordered[1:], strict=False))


def _places_are_right():
    for code, place, level in (
        ("430104", "湖南省 长沙市", "county"),
        ("433100", "湖南省", "city"),
        ("419001", "河南省", "county"),
        ("110101", "北京市", "county"),
        ("620171", "甘肃省", "city"),
        ("620122108", "甘肃省 兰州新区 兰州新区中川园区", "street"),
        ("410471", "河南省 平顶山市", "county"),
        ("410472", "河南省 平顶山市", "county"),
        ("410403009", "河南省 平顶山市 平顶山高新技术产业开发区", "street"),
        ("350505400", "福建省 泉州市 泉港区", "street"),
    ):
        one = Region.objects.get(code=code)
        assert (one.path, one.level) == (place, level)
    assert Region.objects.get(code="433100").name == "湘西土家族苗族自治州"
    assert Region.objects.filter(parent__code="411600", level="county").count() == 10
    assert Region.objects.filter(parent__code="430000", level="city").count() == 14
