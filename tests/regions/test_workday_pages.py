"""The calendar's pages: everyone signed in reads, system administrators keep, every change is told."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Event, Office, Posting, User
from regions.communities import create_community
from regions.models import CalendarNotice, SpecialDay
from regions.workdays import Calendar

pytestmark = pytest.mark.django_db
D = dt.date.fromisoformat
SEPTEMBER = D("2026-09-18")


@pytest.fixture
def sign_in(client, country, shipped_calendar):
    """A client signed in as a role of a region's office."""

    def enter(role, region):
        place = country[region]
        office, _ = Office.objects.get_or_create(region=place, name=f"{region}人力资源和社会保障局")
        user = User.objects.create_user(f"{role}-{place.code}", name="某某", must_change_password=False)
        Posting.objects.create(user=user, role=role, office=office, starts=D("2016-01-01"))
        client.force_login(user)
        return client

    return enter


def change(client, day, working, reason="文件", region=""):
    query = f"?region={region}" if region else ""
    return client.post(
        f"/workdays/day/{query}",
        {"day": day, "working": "1" if working else "0", "name": "", "reason": reason},
    )


def test_strangers_are_sent_to_sign_in(client):
    for address in ("/workdays/", "/workdays/day/", "/workdays/import/"):
        assert client.get(address).status_code == 302
        assert client.post(address).status_code == 302


@pytest.mark.parametrize("role", ["handler", "auditor", "secadmin"])
def test_everyone_signed_in_reads(sign_in, role):
    client = sign_in(role, "岳麓区")
    page = client.get("/workdays/?year=2026")
    assert page.status_code == 200
    text = page.content.decode()
    assert "国办发明电〔2025〕7号" in text
    assert "全年 <strong>248</strong> 个工作日" in text
    assert "2026年9月20日 星期日" in text
    assert "修改一天" not in text
    assert client.get("/workdays/day/").status_code == 403
    assert client.get("/workdays/import/").status_code == 403
    assert change(client, "2026-03-02", False).status_code == 403


def test_a_filer_reads_too(client, country, shipped_calendar):
    community = create_community(country["橘子洲街道"], "某社区")
    user = User.objects.create_user("filer", name="某某", must_change_password=False)
    Posting.objects.create(user=user, role="filer", community=community, starts=D("2016-01-01"))
    client.force_login(user)
    page = client.get("/workdays/?year=2026&region=430104")
    assert page.status_code == 200
    assert "修改一天" not in page.content.decode()


@pytest.mark.parametrize(
    ("home", "region", "allowed"),
    [
        ("湖南省", "", True),
        ("湖南省", "430104", True),
        ("湖南省", "419001", False),
        ("长沙市", "", False),
        ("长沙市", "430100", True),
        ("长沙市", "430104", True),
        ("长沙市", "430200", False),
        ("长沙市", "430000", False),
        ("岳麓区", "430104", True),
        ("岳麓区", "430104001", False),  # a street sets no holidays
        ("橘子洲街道", "430104001", False),
        ("济源市", "419001", True),
    ],
)
def test_who_keeps_which_calendar(sign_in, home, region, allowed):
    client = sign_in("sysadmin", home)
    for address in ("day", "import"):
        query = f"?region={region}" if region else ""
        assert client.get(f"/workdays/{address}/{query}").status_code == (200 if allowed else 403)
    assert change(client, "2026-03-02", False, region=region).status_code == (302 if allowed else 403)
    assert SpecialDay.objects.filter(day="2026-03-02").exists() is allowed


def test_a_change_needs_its_reason_and_keeps_what_was_typed(sign_in):
    client = sign_in("sysadmin", "湖南省")
    page = client.post("/workdays/day/", {"day": "2026年3月2日", "working": "0", "reason": " "})
    text = page.content.decode()
    assert page.status_code == 200
    assert "请写明理由和依据的文件。" in text
    assert "2026年3月2日" in text
    assert not SpecialDay.objects.filter(day="2026-03-02").exists()


def test_a_change_is_told(sign_in):
    client = sign_in("sysadmin", "湖南省")
    assert change(client, "2026.3.2", False, "省政府令").status_code == 302
    event = Event.objects.get(action="change_workday")
    assert "2026-03-02" in event.subject
    assert "省政府令" in event.body
    assert not Calendar.load().is_working(D("2026-03-02"))
    assert "省政府令" in client.get("/workdays/?year=2026").content.decode()


def test_a_second_press_gets_a_sentence(sign_in):
    client = sign_in("sysadmin", "湖南省")
    change(client, "2026-03-02", False)
    page = change(client, "2026-03-02", False)
    assert page.status_code == 409
    assert "没有变化" in page.content.decode()
    assert Event.objects.filter(action="change_workday").count() == 1


def test_a_year_without_a_calendar_says_so(sign_in):
    client = sign_in("sysadmin", "湖南省")
    assert "这一年的节假日安排尚未录入" in client.get("/workdays/?year=2027").content.decode()
    page = change(client, "2027-01-04", False)
    assert page.status_code == 409
    assert "2027 年的节假日安排尚未录入" in page.content.decode()


@pytest.mark.parametrize(
    "query", ["?year=abc", "?year=２０２６", "?year=99999", "?year=", "?first=2026-13-01&days=x"]
)
def test_odd_questions_get_a_page(sign_in, query):
    assert sign_in("handler", "岳麓区").get(f"/workdays/{query}").status_code == 200


@pytest.mark.parametrize("region", ["999999", "abc", "430104'", "%00"])
def test_unknown_regions_are_not_found(sign_in, region):
    client = sign_in("sysadmin", "湖南省")
    for address in ("", "day/", "import/"):
        assert client.get(f"/workdays/{address}?region={region}").status_code == 404


def test_the_reckoner(sign_in):
    client = sign_in("handler", "岳麓区")
    page = client.get("/workdays/?first=2026-09-18&days=5").content.decode()
    assert "最后一天是 <strong>2026年9月24日 星期四 24:00</strong>" in page
    page = client.get("/workdays/?first=2026-12-25&days=5").content.decode()
    assert "2027 年的节假日安排尚未录入" in page


def test_the_list_costs_the_same_with_more_days(sign_in, django_assert_max_num_queries):
    client = sign_in("sysadmin", "湖南省")
    client.get("/workdays/?year=2026")
    with django_assert_max_num_queries(16) as few:
        client.get("/workdays/?year=2026&region=430104")
    for month in range(3, 9):
        change(client, f"2026-{month:02}-10", D(f"2026-{month:02}-10").weekday() > 4, region="430104")
        change(client, f"2026-{month:02}-11", D(f"2026-{month:02}-11").weekday() > 4, region="430100")
    with django_assert_max_num_queries(16) as many:
        client.get("/workdays/?year=2026&region=430104")
    assert len(few) == len(many)


# Importing a year.

DAYS_2027 = [
    ("2027-01-01", "放假", "元旦"),
    ("2027-02-05", "放假", "春节"),
    ("2027-02-06", "放假", "春节"),  # a Saturday: needless but harmless
    *[(f"2027-02-{day:02}", "放假", "春节") for day in (8, 9, 10, 11)],
    ("2027-02-14", "上班", "春节"),
    ("4月5日", "放假", "清明节"),
    ("2027年5月3日", "放假", "劳动节"),
    ("2027/5/4", "放假", "劳动节"),
    ("2027.6.9", "放假", "端午节"),
    ("20271001", "放假", "国庆节"),
    *[(f"2027-10-{day:02}", "放假", "国庆节") for day in (4, 5, 6, 7)],
]


def csv_of(rows, head="日期,安排,名称", encoding="utf-8"):
    text = "\r\n".join([head, *[",".join(row) for row in rows]])
    return SimpleUploadedFile("2027.csv", text.encode(encoding))


def xlsx_of(rows):
    book = openpyxl.Workbook()
    book.active.append(["日 期", "安排（必填）", "名称"])
    for day, word, name in rows:
        book.active.append([day, word, name])
    book.active.append([D("2027-12-31"), "放假", "真正的日期格"])
    data = io.BytesIO()
    book.save(data)
    return SimpleUploadedFile("2027.xlsx", data.getvalue())


def preview(client, file, year="2027", region="", **more):
    query = f"?region={region}" if region else ""
    return client.post(f"/workdays/import/{query}", {"year": year, "reason": "已发布", "file": file} | more)


def payload_of(page):
    return page.context["payload"]


@pytest.mark.parametrize("make", [csv_of, lambda rows: csv_of(rows, encoding="gb18030"), xlsx_of])
def test_a_year_comes_from_a_table(sign_in, make):
    client = sign_in("sysadmin", "湖南省")
    page = preview(client, make(DAYS_2027), number="国办发明电〔2026〕0号")
    assert page.status_code == 200, page.context["form"].errors
    assert not CalendarNotice.objects.filter(year=2027).exists()  # a preview writes nothing
    done = client.post("/workdays/import/", {"payload": payload_of(page)})
    assert done.status_code == 302
    calendar = Calendar.load()
    assert calendar.is_working(D("2027-02-14"))
    assert not calendar.is_working(D("2027-04-05"))
    assert calendar.notice_end(D("2026-12-25"), 5) == D("2027-01-04")
    assert not SpecialDay.objects.filter(day="2027-02-06").exists()
    assert Event.objects.get(action="import_workdays").subject == "2027年节假日安排（全国）"
    assert str(CalendarNotice.objects.get(year=2027)).endswith("（国办发明电〔2026〕0号）")


def test_the_same_file_again_changes_nothing(sign_in):
    client = sign_in("sysadmin", "湖南省")
    client.post("/workdays/import/", {"payload": payload_of(preview(client, csv_of(DAYS_2027)))})
    page = preview(client, csv_of(DAYS_2027))
    assert "与现有安排一致" in page.content.decode()
    assert Event.objects.filter(action="import_workdays").count() == 1


def test_a_second_press_of_the_import_is_stale(sign_in):
    client = sign_in("sysadmin", "湖南省")
    payload = payload_of(preview(client, csv_of(DAYS_2027)))
    assert client.post("/workdays/import/", {"payload": payload}).status_code == 302
    page = client.post("/workdays/import/", {"payload": payload})
    assert page.status_code == 409
    assert "日历在您预览之后有变动" in page.content.decode()
    assert Event.objects.filter(action="import_workdays").count() == 1


def test_a_payload_belongs_to_its_region_and_is_signed(sign_in):
    client = sign_in("sysadmin", "湖南省")
    payload = payload_of(preview(client, csv_of(DAYS_2027)))
    assert client.post("/workdays/import/?region=430104", {"payload": payload}).status_code == 404
    assert client.post("/workdays/import/", {"payload": payload[:-1] + "_"}).status_code == 302
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_a_day_changed_by_hand_is_kept_unless_overruled(sign_in):
    client = sign_in("sysadmin", "湖南省")
    client.post("/workdays/import/", {"payload": payload_of(preview(client, csv_of(DAYS_2027)))})
    change(client, "2027-02-14", False, "改期通知")
    page = preview(client, csv_of(DAYS_2027))
    assert [held.reason for held in page.context["plan"].kept] == ["改期通知"]
    page = preview(client, csv_of(DAYS_2027), overrule="on")
    client.post("/workdays/import/", {"payload": payload_of(page)})
    assert Calendar.load().is_working(D("2027-02-14"))


def test_a_shorter_list_takes_days_away(sign_in):
    client = sign_in("sysadmin", "湖南省")
    client.post("/workdays/import/", {"payload": payload_of(preview(client, csv_of(DAYS_2027)))})
    page = preview(client, csv_of(DAYS_2027[:-1]))
    assert [held.day for held in page.context["plan"].dropped] == [D("2027-10-07")]
    client.post("/workdays/import/", {"payload": payload_of(page)})
    assert Calendar.load().is_working(D("2027-10-07"))


def test_regional_days_from_a_file(sign_in):
    client = sign_in("sysadmin", "长沙市")
    file = csv_of([("2026-09-23", "放假", "地方节日")])
    page = preview(client, file, year="2026", region="430100", number="长政发〔2026〕1号")
    assert page.status_code == 200
    client.post("/workdays/import/?region=430100", {"payload": payload_of(page)})
    assert CalendarNotice.objects.get(number="长政发〔2026〕1号").region.name == "长沙市"
    assert Calendar.load().notice_end(SEPTEMBER, 5) == D("2026-09-24")
    text = client.get("/workdays/?year=2026&region=430104").content.decode()
    assert "地方节日" in text
    assert "全年 <strong>247</strong> 个工作日" in text


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (lambda: csv_of([("2027-02-30", "放假", "")]), "第 2 行：“2027-02-30”不是存在的日期"),
        (lambda: csv_of([("昨天", "放假", "")]), "第 2 行：“昨天”不是日期"),
        (lambda: csv_of([*DAYS_2027, ("2027-03-01", "开会", "")]), "第 19 行：安排“开会”应为"),
        (lambda: csv_of([*DAYS_2027, ("2027-03-01", "上班", "")]), "2027-03-01 是周一，本来就上班"),
        (lambda: csv_of([*DAYS_2027, ("2026-03-02", "放假", "")]), "2026-03-02 不属于 2027 年"),
        (lambda: csv_of([*DAYS_2027, ("2027-01-01", "放假", "")]), "第 19 行：2027-01-01 与第 2 行重复"),
        (lambda: csv_of(DAYS_2027[:3]), "看起来不是 2027 年的全年安排"),
        (lambda: csv_of(DAYS_2027, head="date,what"), "第一行应是表头"),
        (lambda: SimpleUploadedFile("2027.csv", b""), "文件是空的"),
        (lambda: SimpleUploadedFile("2027.xlsx", b"not a workbook"), "文件内容应与扩展名一致"),
        (lambda: SimpleUploadedFile("2027.xls", b"PK\x03\x04"), "文件内容应与扩展名一致"),
        (lambda: SimpleUploadedFile("2027.exe", b"MZ" * 50), "请上传"),
        (lambda: SimpleUploadedFile("2027.xlsx", b"PK\x03\x04" + b"x" * 50), "已损坏"),
        (lambda: SimpleUploadedFile("2027.json", b"{"), "不是可读的 JSON"),
        (lambda: SimpleUploadedFile("2027.json", b"[]"), "应是一个对象"),
        (lambda: SimpleUploadedFile("2027.json", b'{"year": 2026}'), "文件写的是 2026 年"),
        (lambda: SimpleUploadedFile("2027.json", b'{"year": 2027, "days": [{"day": 1}]}'), "第 1 项"),
        (lambda: SimpleUploadedFile("2027.csv", b"\xff\xfe\x00\x01"), "无法读取这个 CSV"),
    ],
)
def test_a_bad_file_is_refused_with_its_rows(sign_in, file, told):
    client = sign_in("sysadmin", "湖南省")
    page = preview(client, file())
    assert page.status_code == 200
    assert told in page.content.decode()
    assert "已发布" in page.content.decode()  # nothing typed is lost
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_all_faults_are_said_at_once(sign_in):
    client = sign_in("sysadmin", "湖南省")
    page = preview(
        client, csv_of([("昨天", "放假", ""), ("2027-01-01", "?", ""), ("2027-02-30", "放假", "")])
    )
    assert len(page.context["form"].errors["file"]) == 3
