"""Opening accounts from a table: every fault with its row and column, all or none."""

import base64
import io
import json
import re

import pytest
from openpyxl import load_workbook

from accounts.events import broken_links
from accounts.models import AccountEvent, Event, Posting, Role, User
from regions.divisions import add_region
from tests.accounts.conftest import CODED
from tests.imports.conftest import counts, press, upload

HEADS = ["姓名", "用户名", "岗位", "市（州）", "县（市、区）", "乡镇（街道）", "社区（村）", "部门", "起始日期", "终止日期"]  # fmt: skip
GOOD = [
    ["李明", "liming", "经办", "", "", "南街道", "", "", "2017-09-01", ""],
    ["王芳", "王芳01", "社区申报员", "", "", "南街道", "桂花社区", "", "", "2030年1月1日"],
    ["赵强", "zhaoqiang", "财政", "", "一县", "", "", "财政部门", "", ""],
    ["孙丽", "sunli", "审核", "", "", "", "", "", "", ""],
]


@pytest.fixture
def browser(place):
    return place.client(place.sysadmin("一县"))


def sent(browser, rows, heads=HEADS):
    return upload(browser, [heads, *rows], kind="officers")


def faults(batch):
    """(row, head) of every fault, in the order of the sheet."""
    return [
        (line.row, head)
        for line in batch.lines.order_by("row")
        for _index, head, _sentence in json.loads(line.told).get("faults", ())
    ]


def passwords_in(page):
    data = re.search(r'href="data:[^"]*;base64,([^"]*)"', page.content.decode())[1]
    return load_workbook(io.BytesIO(base64.b64decode(data.replace("&#x2B;", "+")))).active


def test_it_creates_all(browser, place):
    batch = sent(browser, GOOD)
    assert counts(batch) == (4, 0, 0, 0, 0) and User.objects.count() == 1
    sheet = passwords_in(press(browser, batch))
    places = {posting.user.username: str(posting) for posting in Posting.objects.select_related("user")}
    assert places["liming"] == "南街道公共就业服务平台 · 经办"
    assert places["王芳01"] == "桂花社区 · 社区申报员"
    assert places["zhaoqiang"] == "一县财政局 · 财政"
    own = Posting.objects.get(user__username="一县系统").office
    assert Posting.objects.get(user__username="sunli").office == own
    assert Event.objects.filter(action="create_account").count() == 4
    assert AccountEvent.objects.count() == 4
    assert list(broken_links()) == []
    for *_, username, password in list(sheet.values)[1:]:
        account = User.objects.get(username=username)
        assert account.check_password(password) and account.must_change_password


def row(**changes):
    good = dict(
        zip(("name", "username", "role", "city", "county", "street", "community"), GOOD[0], strict=False)
    )
    good |= {"department": "", "starts": "", "ends": ""}
    return list((good | changes).values())


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"name": ""}, "姓名"),
        ({"name": "李\u202e明"}, "姓名"),
        ({"name": "李" * 31}, "姓名"),
        ({"username": ""}, "用户名"),
        ({"username": "a"}, "用户名"),
        ({"username": "一县系统"}, "用户名"),
        ({"role": ""}, "岗位"),
        ({"role": "主任"}, "岗位"),
        ({"role": "财政"}, "岗位"),
        ({"role": "社区申报员"}, "岗位"),
        ({"role": "系统管理员", "street": ""}, "岗位"),
        ({"street": "河街道"}, "乡镇（街道）"),
        ({"street": "没有的街道"}, "乡镇（街道）"),
        ({"county": "二县"}, "乡镇（街道）"),
        ({"city": "东市", "street": ""}, "市（州）"),
        ({"community": "柳树社区", "role": "社区申报员"}, "社区（村）"),
        ({"community": "桂花社区"}, "岗位"),
        ({"department": "食堂"}, "部门"),
        ({"starts": "昨天"}, "起始日期"),
        ({"starts": "2017-02-30"}, "起始日期"),
        ({"starts": "2018-01-01", "ends": "2017-01-01"}, "终止日期"),
    ],
)
def test_every_fault_names_row_and_column_and_nothing_is_created(browser, place, changes, column):
    batch = sent(browser, [GOOD[1], row(**changes)])
    assert faults(batch) == [(3, column)]
    assert press(browser, batch).status_code == 409
    assert User.objects.count() == 1


def test_all_faults_are_told_at_once(browser):
    batch = sent(browser, [row(name="", role="主任"), row(username="liming"), row()])
    assert faults(batch) == [(2, "姓名"), (2, "岗位"), (3, "用户名"), (4, "用户名")]


def test_a_street_name_twice_asks_for_what_is_above(place):
    add_region(place.regions["二县"], "南街道", "street", "", code_date=CODED)
    browser = place.client(place.sysadmin("东市"))
    assert faults(sent(browser, [row()])) == [(2, "乡镇（街道）")]
    assert faults(sent(browser, [row(county="一县")])) == []


def test_more_than_a_thousand_are_asked_to_come_in_parts(browser):
    assert sent(browser, [row(username=f"user{n}") for n in range(1001)]) is None
    assert "1000" in browser.answer.content.decode() or "1,000" in browser.answer.content.decode()


def test_a_username_taken_meanwhile_stops_everything(browser, place):
    batch = sent(browser, GOOD)
    place.person("sunli")
    assert press(browser, batch).status_code == 409
    assert set(User.objects.values_list("username", flat=True)) == {"一县系统", "sunli"}
    assert not Event.objects.filter(action="create_account").exists()


def test_a_second_press_creates_nothing_more(browser):
    batch = sent(browser, GOOD)
    press(browser, batch)
    press(browser, batch)
    assert User.objects.count() == 5


def test_the_dry_run_of_another_office_is_not_carried_out(browser, place):
    batch = sent(browser, GOOD)
    other = place.client(place.sysadmin("东市"))
    assert press(other, batch).status_code == 404
    assert User.objects.filter(username="liming").count() == 0


@pytest.mark.parametrize("role", [Role.SECADMIN, Role.HANDLER, Role.AUDITOR])
def test_only_the_system_administrator(place, role):
    browser = place.client(place.person("某人", role, "一县"))
    assert sent(browser, GOOD) is None and browser.answer.status_code == 403
    assert browser.get("/imports/officers/template.xlsx").status_code == 403


def test_text_never_becomes_a_formula(browser):
    text = "\r\n".join(",".join(cells) for cells in (HEADS, row(name="=1+1")))
    batch = upload(browser, text.encode("gbk"), name="人员.csv", kind="officers")
    sheet = passwords_in(press(browser, batch))
    assert [cell.data_type for cell in sheet[2]] == ["s"] * 5


def test_the_check_costs_the_same_for_one_row_and_for_many(browser, django_assert_max_num_queries):
    def cost(count):
        with django_assert_max_num_queries(99) as captured:
            sent(browser, [row(username=f"user{n}") for n in range(count)])
        return len(captured)

    cost(1)
    assert cost(1) == cost(40)
