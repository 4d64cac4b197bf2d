"""/people/import/: a table in, all or none created, one-time passwords out once."""

import base64
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from accounts.events import broken_links
from accounts.models import AccountEvent, Event, Posting, Role, User

URL = "/people/import/"
HEADS = [
    "姓名",
    "用户名",
    "岗位",
    "市（州）",
    "县（市、区）",
    "乡镇（街道）",
    "社区（村）",
    "部门",
    "起始日期",
    "终止日期",
]
GOOD = [
    ["李明", "liming", "经办", "", "", "南街道", "", "", "2017-09-01", ""],
    ["王芳", "王芳01", "社区申报员", "", "", "南街道", "桂花社区", "", "", "2030年1月1日"],
    ["赵强", "zhaoqiang", "财政", "", "一县", "", "", "财政部门", "", ""],
    ["孙丽", "sunli", "审核", "", "", "", "", "", "", ""],
]


def xlsx(rows, heads=HEADS, before=()):
    book = Workbook()
    for row in (*before, heads, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("人员.xlsx", out.getvalue())


def csv(rows, encoding="utf-8-sig", heads=HEADS):
    text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in (heads, *rows))
    return SimpleUploadedFile("人员.csv", text.encode(encoding))


def upload(browser, file):
    return browser.post(URL, {"file": file})


def confirm(browser, answer):
    return browser.post(URL, {"checked": answer.context["token"]})


def faults(answer):
    return [(fault.row, fault.column) for fault in answer.context["reading"].faults]


def test_the_template_reads_back(browser):
    answer = browser.get(f"{URL}template.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert heads[0] == "姓名（必填）"
    file = xlsx(GOOD, heads=heads)
    assert faults(upload(browser, file)) == []


def test_the_dry_run_creates_nothing(browser):
    answer = upload(browser, xlsx(GOOD))
    page = answer.content.decode()
    assert "没有发现问题" in page and "桂花社区" in page
    assert User.objects.count() == 1
    assert not Event.objects.exists()


def test_it_creates_all(browser, county):
    answer = confirm(browser, upload(browser, xlsx(GOOD)))
    assert "已开设 4 个账号" in answer.content.decode()
    places = {posting.user.username: str(posting) for posting in Posting.objects.select_related("user")}
    assert places["liming"] == "南街道公共就业服务平台 · 经办"
    assert places["王芳01"] == "桂花社区 · 社区申报员"
    assert places["zhaoqiang"] == "一县财政局 · 财政"
    assert Posting.objects.get(user__username="sunli").office == county.acting.office
    assert Event.objects.filter(action="create_account").count() == 4
    assert AccountEvent.objects.count() == 4
    assert list(broken_links()) == []


def test_the_one_time_passwords_are_offered_as_a_workbook(browser):
    answer = confirm(browser, upload(browser, xlsx(GOOD)))
    data = re.search(r'href="data:[^"]*;base64,([^"]*)"', answer.content.decode())[1]
    rows = list(load_workbook(io.BytesIO(base64.b64decode(data.replace("&#x2B;", "+")))).active.values)
    assert len(rows) == 5
    for *_, username, password in rows[1:]:
        account = User.objects.get(username=username)
        assert account.check_password(password) and account.must_change_password


@pytest.mark.parametrize(
    "file",
    [
        csv(GOOD),
        csv(GOOD, "gbk"),
        csv(GOOD, "utf-8"),
        xlsx(GOOD, before=(["一县工作人员花名册"], [])),
        xlsx(
            GOOD,
            heads=[
                "姓 名（必填）",
                "账号*",
                "岗 位",
                "市",
                "县\n（市、区）",
                "街道",
                "社区",
                "部门：",
                "起",
                "止",
            ],
        ),
        xlsx([GOOD[0], ["", "", ""], *GOOD[1:]]),
    ],
    ids=["utf-8-bom", "gbk", "utf-8", "title rows", "other heads", "blank row"],
)
def test_tables_as_people_have_them(browser, file):
    answer = upload(browser, file)
    assert faults(answer) == []
    assert len(answer.context["reading"].rows) == 4


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
    answer = upload(browser, xlsx([GOOD[1], row(**changes)]))
    assert faults(answer) == [(3, column)]
    assert not answer.context["token"]
    assert User.objects.count() == 1


def test_all_faults_are_told_at_once(browser):
    answer = upload(browser, xlsx([row(name="", role="主任"), row(username="liming"), row()]))
    assert faults(answer) == [(2, "姓名"), (2, "岗位"), (3, "用户名"), (4, "用户名")]


def test_a_street_name_twice_asks_for_what_is_above(place):
    from regions.divisions import add_region
    from tests.accounts.conftest import CODED

    add_region(place.regions["二县"], "南街道", "street", "", code_date=CODED)
    browser = place.client(place.sysadmin("东市"))
    assert faults(upload(browser, xlsx([row()]))) == [(2, "乡镇（街道）")]
    assert faults(upload(browser, xlsx([row(county="一县")]))) == []


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("a.xlsx", b"not a workbook"),
        SimpleUploadedFile("a.pdf", b"%PDF-1.4"),
        SimpleUploadedFile("a.csv", b""),
        SimpleUploadedFile("a.csv", b"\x00\x01"),
        xlsx([], heads=HEADS),
        xlsx(GOOD, heads=["甲", "乙", "丙"]),
        xlsx(GOOD, heads=["姓名", "姓名", *HEADS[1:]]),
        xlsx([row(username=f"user{n}") for n in range(1001)]),
    ],
    ids=["disguised", "pdf", "empty", "binary", "heads alone", "no heads", "heads twice", "too many"],
)
def test_what_is_no_table_is_refused_at_the_field(browser, file):
    answer = upload(browser, file)
    assert answer.status_code == 200
    assert "file" in answer.context["form"].errors


def test_no_file_is_refused(browser):
    assert "file" in browser.post(URL, {}).context["form"].errors


def test_a_username_taken_meanwhile_stops_everything(browser, place):
    answer = upload(browser, xlsx(GOOD))
    place.person("sunli")
    refused = confirm(browser, answer)
    assert refused.status_code == 409
    assert faults(refused) == [(5, "用户名")]
    assert set(User.objects.values_list("username", flat=True)) == {"一县系统", "sunli"}
    assert not Event.objects.exists()


def test_a_second_press_creates_nothing_more(browser):
    answer = upload(browser, xlsx(GOOD))
    confirm(browser, answer)
    assert confirm(browser, answer).status_code == 409
    assert User.objects.count() == 5


def test_the_dry_run_of_another_is_not_carried_out(browser, place):
    answer = upload(browser, xlsx(GOOD))
    other = place.client(place.sysadmin("东市"))
    assert confirm(other, answer).status_code == 409
    assert browser.post(URL, {"checked": "forged"}).status_code == 409


@pytest.mark.parametrize("role", [Role.SECADMIN, Role.HANDLER, Role.AUDITOR])
def test_only_the_system_administrator(place, role):
    browser = place.client(place.person("某人", role, "一县"))
    assert upload(browser, xlsx(GOOD)).status_code == 403
    assert browser.get(f"{URL}template.xlsx").status_code == 403


def test_text_never_becomes_a_formula(browser):
    answer = confirm(browser, upload(browser, csv([row(name="=1+1")])))
    data = re.search(r'href="data:[^"]*;base64,([^"]*)"', answer.content.decode())[1]
    sheet = load_workbook(io.BytesIO(base64.b64decode(data.replace("&#x2B;", "+")))).active
    assert [cell.data_type for cell in sheet[2]] == ["s"] * 5


def test_the_check_costs_the_same_for_one_row_and_for_many(browser, django_assert_max_num_queries):
    def cost(count):
        with django_assert_max_num_queries(99) as captured:
            upload(browser, xlsx([row(username=f"user{n}") for n in range(count)]))
        return len(captured)

    cost(1)
    assert cost(1) == cost(40)
