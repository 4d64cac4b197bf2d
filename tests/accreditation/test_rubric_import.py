"""A score sheet from Excel: template, check, preview, publish, choose; who may; nothing half-loaded; nothing changed on the way."""

import base64
import datetime as dt
import html
import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Event, Role
from accreditation import exports, filing, programmes, publishing_rubrics, rounds
from accreditation.models import Application, Recognition, Round, RubricPublication
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from scoring.loading import rubric_of
from scoring.models import RubricVersion
from scoring.workbook import read_workbook, write_workbook
from scoring.workbook_writing import TYPE
from tests.factories import ROOT, acting, document, moment, placed
from tests.scoring.test_workbook_mistakes import MISTAKES
from tests.scoring.workbooks import Book

DAY = dt.date(2023, 9, 1)
AT = moment(DAY)
LABEL = "演示用，非官方附件"


@pytest.fixture
def gansu(house):
    return programmes.load(placed("gansu-2023", house.regions["甲省"]), "gansu-2023.json", at=AT)[0]


@pytest.fixture
def by(house):
    return house.officer("甲省", Role.APPROVER)


def url(name, *args):
    return reverse(f"accreditation:{name}", args=args)


def shipped(key):
    return json.loads((ROOT / "fixtures/programmes/samples" / f"{key}.json").read_text(encoding="utf-8"))


def upload(client, key, data, name="评分表.xlsx"):
    file = SimpleUploadedFile(name, data, content_type=TYPE)
    return client.post(url("import_score_sheet", key), {"file": file})


def token(page):
    return html.unescape(re.search(r'name="checked" value="([^"]+)"', page.content.decode())[1])


def publish(version, by, number="甘人社〔2023〕1号", *, data=None, sample=False):
    read = publishing_rubrics.read(version, data or publishing_rubrics.sample(version))
    assert read.mistakes == []
    return publishing_rubrics.publish_rubric(
        version, read.document, document_number=number, sample=sample, workbook_name="a.xlsx", by=by, at=AT
    )


# Publishing


def test_the_sample_is_published_beside_the_conditions(gansu, by):
    made, new = publish(gansu, by)
    rubric = rubric_of(made.rubric)
    assert (
        new
        and made.rubric.version == "2023-1.1"
        and made.rubric.sample
        and made.rubric.origin == "甘人社〔2023〕1号"
    )
    assert len(rubric.indicators) == 16 == len(rubric.criteria.items)
    assert (
        rubric.pass_mark.words() == "90 分以上（含 90 分）"
        and rubric.label == LABEL
        and LABEL in rubric.title
    )
    assert rubric.criteria.title == "省级充分就业社区创建条件"
    event = Event.objects.order_by("seq").last()
    assert json.loads(event.body)["action"] == "publish_rubric" and "甘人社〔2023〕1号" in event.body
    assert made.region.name == "甲省" and made.workbook == "a.xlsx"


def test_the_same_content_is_the_same_version(gansu, by):
    first, _ = publish(gansu, by)
    events = Event.objects.count()
    again, new = publish(gansu, by)
    assert (again.pk, new) == (first.pk, False) and Event.objects.count() == events
    assert RubricPublication.objects.count() == 1
    other, new = publish(gansu, by, "甘人社〔2023〕2号")
    assert new and other.rubric.version == "2023-1.2"
    assert publish(gansu, by)[0].pk == first.pk
    first.rubric.refresh_from_db()
    assert json.loads(first.rubric.document)["version"] == "2023-1.1"


def test_only_the_issuer_publishes(gansu, house):
    for place, role in (
        ("东市", Role.APPROVER),
        ("甲省", Role.HANDLER),
        ("甲省", Role.PUBLISHER),
        ("甲省", Role.SYSADMIN),
    ):
        with pytest.raises(NotYours):
            publish(gansu, house.officer(place, role))
    assert not RubricPublication.objects.exists()


def test_what_stands_in_the_way_is_said(gansu, by):
    read = publishing_rubrics.read(gansu, publishing_rubrics.sample(gansu)).document

    def refused(document, number="甘人社〔2023〕1号"):
        with pytest.raises(NotReady) as refusal:
            publishing_rubrics.publish_rubric(
                gansu, document, document_number=number, sample=False, workbook_name="", by=by, at=AT
            )
        assert not RubricPublication.objects.exists()
        return "".join(refusal.value.messages)

    assert "请填写依据文号" in refused(read, "  ")
    assert "依据文号最多 60 个字" in refused(read, "号" * 61)
    assert "方案规定的条件不能用工作簿改动" in refused(
        {**read, "criteria": {**read["criteria"], "title": "别的"}}
    )
    figures = [{**figure, "label": "别的"} for figure in read["figures"]]
    assert "方案已有的数据不能用工作簿改动" in refused({**read, "figures": figures})
    assert "没有评分表，请填写“评分表”" in refused({k: v for k, v in read.items() if k != "rubric"})
    assert "另一个版本" in refused({**read, "version": "2022-1"})
    assert "各大类合计却是 100 分" in refused({**read, "rubric": {**read["rubric"], "full": "99"}})


def test_a_genuine_sheet_may_be_marked_as_a_sample_but_not_the_other_way(gansu, by):
    part = shipped("gansu-2023")["rubric"]
    genuine = {**part, "title": "评分表", "sample": False}
    data = write_workbook({"key": "gansu-2023", "rubric": genuine})
    plain, _ = publish(gansu, by, "一号", data=data)
    assert not plain.rubric.sample and rubric_of(plain.rubric).label == ""
    marked, _ = publish(gansu, by, "一号", data=data, sample=True)
    assert marked.rubric.sample and rubric_of(marked.rubric).title == f"评分表（{LABEL}）"
    assert publish(gansu, by, "二号", sample=False)[0].rubric.sample


def test_conditions_for_a_programme_that_has_none(house):
    version, _ = programmes.load(placed("pingdingshan-2021", house.regions["东市"]), "p.json", at=AT)
    made, _ = publish(version, house.officer("东市", Role.APPROVER), "平人社办〔2020〕111号")
    rubric = rubric_of(made.rubric)
    assert not rubric.has_points and rubric.label == LABEL
    assert [len(rubric.criteria.of(tier)) for tier in ("city", "star")] == [7, 8]


def test_what_is_exported_can_be_imported(gansu, by):
    made, _ = publish(gansu, by)
    data = publishing_rubrics.workbook(gansu, made.rubric)
    read = publishing_rubrics.read(gansu, data)
    assert read.mistakes == []
    assert publishing_rubrics.publish_rubric(
        gansu,
        read.document,
        document_number="甘人社〔2023〕1号",
        sample=False,
        workbook_name="b.xlsx",
        by=by,
        at=AT,
    ) == (made, False)


def test_the_shipped_score_sheets_are_exported(house):
    data = publishing_rubrics.workbook(house.version, house.version.rubric)
    own = json.loads(house.version.rubric.document)
    read = read_workbook(data, {name: own[name] for name in ("key", "version", "title")})
    assert read.document == own


# A round takes it


def prepared(version, house, by, code="G2023"):
    return rounds.prepare(
        version, house.regions["甲省"], name="2023年创建", year=2023, code=code, opens_on=DAY, by=by, at=AT
    )


def test_a_round_in_preparation_takes_a_version(gansu, house, by):
    round_ = prepared(gansu, house, by)
    assert any("评分表待录入" in sentence for sentence in rounds.problems(round_))
    made, _ = publish(gansu, by)
    taken = publishing_rubrics.choose(round_, made.rubric, by=by, at=AT)
    assert taken.rubric == made.rubric and taken.pass_mark.words() == "90 分以上（含 90 分）"
    assert not any("待录入" in sentence for sentence in rounds.problems(taken))
    with pytest.raises(NotYours):
        publishing_rubrics.choose(taken, made.rubric, by=house.officer("东市", Role.APPROVER), at=AT)
    with pytest.raises(NotReady):
        publishing_rubrics.choose(taken, house.version.rubric, by=by, at=AT)
    for region in ("东市", "西市"):
        rounds.set_quota(taken, "provincial", house.regions[region], 2, by=by, at=AT)
    opened = rounds.open_round(taken, by=by, at=AT)
    with pytest.raises(AlreadyMoved):
        publishing_rubrics.choose(opened, publish(gansu, by, "又一号")[0].rubric, by=by, at=AT)


def test_choices_that_another_sheet_does_not_leave_open_lapse(gansu, house, by):
    round_ = prepared(gansu, house, by)
    sample = shipped("gansu-2023")["rubric"]
    readings = [reading for reading in sample["readings"] if reading["no"] == "A2"]
    without_mark = {**sample, "pass_mark": None, "title": "另一份", "readings": readings}
    first, _ = publish(gansu, by, "一号", data=write_workbook({"key": "gansu-2023", "rubric": without_mark}))
    second, _ = publish(gansu, by, "二号")
    round_ = publishing_rubrics.choose(round_, first.rubric, by=by, at=AT)
    settings = {"pass_mark": "85", "readings": {"A2": "ceil"}}
    round_ = rounds.settle(
        round_, name=round_.name, opens_on=DAY, settings=settings, by=by, at=AT, edition=round_.edition
    )
    taken = publishing_rubrics.choose(round_, second.rubric, by=by, at=AT, edition=round_.edition)
    assert taken.chosen == {"readings": {"A2": "ceil"}}
    with pytest.raises(AlreadyMoved):
        publishing_rubrics.choose(taken, first.rubric, by=by, at=AT, edition=round_.edition)


# In the browser


def test_from_the_template_to_the_round(gansu, house, by, as_, at):
    at(DAY)
    round_ = prepared(gansu, house, by)
    client = as_("甲省", Role.APPROVER)
    page = client.get(url("score_sheets", "gansu-2023"))
    assert page.status_code == 200 and "还没有评分表" in page.content.decode()
    template = client.get(url("score_sheet_template", "gansu-2023"))
    book = load_workbook(io.BytesIO(template.content))
    assert book["条件"]["B2"].value == "G11" and book["评分表"].max_row == 1
    blank = load_workbook(
        io.BytesIO(client.get(url("score_sheet_template", "gansu-2023") + "?blank=1").content)
    )
    assert blank["条件"].max_row == 1 and blank["基本信息"]["B2"].value == "gansu-2023"
    sample = client.get(url("score_sheet_sample", "gansu-2023"))
    assert LABEL in html.unescape(load_workbook(io.BytesIO(sample.content))["基本信息"]["B3"].value)

    before = Event.objects.count()
    checked = upload(client, "gansu-2023", sample.content)
    text = checked.content.decode()
    assert (
        '就业困难人员就业率 = 949/1000 = 94.90%，低于 95%，差 0 个整百分点，不扣分；本项计 <b class="nowrap">10 分</b>'
        in text
    )
    assert LABEL in text and "没有发现问题" in text
    assert (RubricPublication.objects.count(), Event.objects.count()) == (0, before), "nothing is kept yet"

    answer = client.post(
        url("publish_score_sheet", "gansu-2023"), {"checked": token(checked), "document_number": " "}
    )
    assert answer.status_code == 400 and 'name="document_number"' in answer.content.decode()
    answer = client.post(
        url("publish_score_sheet", "gansu-2023"),
        {"checked": token(answer), "document_number": "演示〔2023〕1号"},
        follow=True,
    )
    text = answer.content.decode()
    made = RubricPublication.objects.get()
    assert "已发布评分表，版本 2023-1.1" in text and "演示〔2023〕1号" in text and LABEL in text
    again = client.post(
        url("publish_score_sheet", "gansu-2023"),
        {"checked": token(checked), "document_number": "演示〔2023〕1号"},
        follow=True,
    )
    assert "没有另外发布" in again.content.decode() and RubricPublication.objects.count() == 1

    shown = client.get(url("score_sheet", "gansu-2023", made.rubric_id)).content.decode()
    assert LABEL in shown and "S32" in shown and "G32" in shown
    exported = client.get(url("score_sheet_workbook", "gansu-2023", made.rubric_id))
    assert LABEL in html.unescape(load_workbook(io.BytesIO(exported.content))["基本信息"]["B3"].value)
    answer = client.post(
        url("choose_score_sheet", round_.pk),
        {"rubric": made.rubric_id, "edition": round_.edition},
        follow=True,
    )
    assert "改用版本 2023-1.1" in answer.content.decode()
    assert Round.objects.get(pk=round_.pk).rubric_id == made.rubric_id


def test_a_workbook_with_mistakes_comes_back_red(gansu, by, as_, at):
    at(DAY)
    client = as_("甲省", Role.APPROVER)
    book = Book({**document("gansu-2023"), **shipped("gansu-2023")})
    book.put("评分表", "S32", "规则", "按例扣分")
    row = book.row("评分表", "S32")
    book.put("基本信息", "满分", "填写", "一百")
    page = upload(client, "gansu-2023", book.bytes())
    text = page.content.decode()
    assert "2 处需要修改" in text and "没有“按例扣分”这种规则" in text and "没有保存任何内容" in text
    assert 'name="checked"' not in text
    marked = base64.b64decode(re.search(r"base64,([^\"]+)\"", html.unescape(text))[1])
    assert load_workbook(io.BytesIO(marked))["评分表"][f"O{row}"].fill.fgColor.rgb == "FFF8C9C4"
    assert not RubricPublication.objects.exists() and not RubricVersion.objects.filter(
        programme="gansu-2023", sample=True
    )


@pytest.mark.parametrize("name", list(MISTAKES)[::9])
def test_mistakes_in_the_browser(house, as_, at, name):
    """The kinds of tests/scoring/test_workbook_mistakes.py reach the page as they are."""
    at(DAY)
    change, sentence = MISTAKES[name]
    book = Book("hunan-star-2017")
    change(book)
    page = upload(as_("甲省", Role.APPROVER), "hunan-star-2017", book.bytes())
    remedy = sentence.rpartition("：")[2].split("，")[0]
    assert remedy in html.unescape(page.content.decode())
    assert not RubricPublication.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.xlsx", b"x" * 3_000_000, "文件超过 2 MB"),
        ("a.txt", b"hello", "请上传 .xlsx 工作簿"),
        ("a.xlsx", b"", "空"),
    ],
)
def test_files_that_are_no_workbook(gansu, as_, at, name, data, sentence):
    at(DAY)
    page = upload(as_("甲省", Role.APPROVER), "gansu-2023", data, name)
    assert page.status_code in (200, 400) and sentence in page.content.decode()


def test_a_stale_or_foreign_check_publishes_nothing(gansu, house, as_, at):
    at(DAY)
    client = as_("甲省", Role.APPROVER)
    kept = token(upload(client, "gansu-2023", publishing_rubrics.sample(gansu)))
    for wrong in ("", kept[:-2], kept + "x"):
        answer = client.post(
            url("publish_score_sheet", "gansu-2023"), {"checked": wrong, "document_number": "一号"}
        )
        assert answer.status_code == 409 and "检查结果已经过期" in answer.content.decode()
    answer = client.post(
        url("publish_score_sheet", "hunan-star-2017"), {"checked": kept, "document_number": "一号"}
    )
    assert answer.status_code == 409
    assert not RubricPublication.objects.exists()


def test_who_may_look_and_who_may_import(gansu, house, as_, at):
    at(DAY)
    for place, role, looks, imports in (
        ("甲省", Role.APPROVER, 200, 200),
        ("甲省", Role.HANDLER, 200, 403),
        ("东市", Role.APPROVER, 200, 403),
        ("甲省", Role.SYSADMIN, 403, 403),
    ):
        client = as_(place, role)
        for name in ("score_sheets", "score_sheet_template"):
            assert client.get(url(name, "gansu-2023")).status_code == looks
        assert client.get(url("import_score_sheet", "gansu-2023")).status_code == imports
        refused = client.post(url("publish_score_sheet", "gansu-2023"), {})
        assert refused.status_code == (409 if imports == 200 else 403)
        assert ("上传工作簿" in client.get(url("score_sheets", "gansu-2023")).content.decode()) == (
            imports == 200
        )
    client.force_login(house.filer(house.community()))
    assert client.get(url("score_sheets", "gansu-2023")).status_code == 403
    other, _ = programmes.load(placed("pingdingshan-2021", house.regions["西市"]), "p.json", at=AT)
    client = as_("东市", Role.APPROVER)
    foreign = client.get(url("score_sheets", other.programme.key))
    missing = client.get(url("score_sheets", "nothing"))
    assert foreign.status_code == missing.status_code == 404 and foreign.content == missing.content
    assert client.get(url("score_sheet", "gansu-2023", house.version.rubric_id)).status_code == 404
    assert client.get(url("publish_score_sheet", "gansu-2023")).status_code == 405


def test_the_list_costs_the_same_with_more_versions(gansu, by, as_, at):
    at(DAY)
    client = as_("甲省", Role.APPROVER)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            client.get(url("score_sheets", "gansu-2023"))
        return len(asked)

    publish(gansu, by, "一号")
    first = cost()
    for number in ("二号", "三号", "四号"):
        publish(gansu, by, number)
    assert cost() <= first <= 20


# The label wherever the sheet shows


def test_the_label_is_on_every_page_made_from_a_sample(house, gansu, by, as_, at, client):
    """An open round scored by the sample: community, desk, list, public page, print and export say so."""
    at(DAY)
    round_ = publishing_rubrics.choose(prepared(gansu, house, by), publish(gansu, by)[0].rubric, by=by, at=AT)
    for region in ("东市", "西市"):
        rounds.set_quota(round_, "provincial", house.regions[region], 2, by=by, at=AT)
    round_ = rounds.open_round(round_, by=by, at=AT)
    community = house.community()
    Recognition.objects.filter(community=community).update(money="city", tier="city")
    filer = house.filer(community)
    application = filing.start(round_, "provincial", community, by=acting(filer), at=AT)
    community_pages = [
        url("start", round_.pk, "provincial"),
        url("application", application.pk),
        url("figures", application.pk, 1),
        url("check", application.pk),
    ]
    client.force_login(filer)
    labelled = [client.get(page) for page in community_pages]
    labelled += [as_("甲省", Role.APPROVER).get(page) for page in (url("rounds"), url("round", round_.pk))]
    labelled.append(client.get(url("desk_list", round_.pk, "provincial")))
    client.logout()
    labelled.append(client.get(reverse("programme", args=["gansu-2023"])))
    for page in labelled:
        assert page.status_code in (200, 302), page.request["PATH_INFO"]
        assert page.status_code == 302 or LABEL in page.content.decode(), page.request["PATH_INFO"]
    assert sum(page.status_code == 200 for page in labelled) >= 7
    rows = Application.objects.filter(pk=application.pk)
    file, _count = exports.applications_book(rows, by=acting(by), at=AT, filters="")
    book = load_workbook(file)
    cells = [str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert f"“2023年创建”：{LABEL}" in cells and f"2023年创建（{LABEL}）" in cells


def test_a_genuine_sheet_bears_no_label(house, as_, at):
    at(dt.date(2017, 8, 21))
    client = as_("甲省", Role.APPROVER)
    for page in (url("rounds"), url("round", house.round.pk), reverse("programme", args=["hunan-star-2017"])):
        assert LABEL not in client.get(page).content.decode()
