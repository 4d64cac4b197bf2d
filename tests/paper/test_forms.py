"""Every official form of every programme, printed from applications walked by the public verbs."""

import datetime as dt
import io
import json
import subprocess

import pikepdf
import pytest

from accounts.models import Role
from accreditation.models import Application
from accreditation.paper import facts, forms, pages, printing, rendering
from regions import clock
from regions.models import Community
from scoring.points import parse_points
from tests.factories import acting, document, moment
from tests.programme_walk import Walk, base_figures, open_programme

QR = rendering.qr_svg("https://portal.test/papers/ABCDEFGHJKMN/")
ABOUT = {"code": "ABCD-EFGH-JKMN", "qr": QR}


def whole(application):
    return printing.with_findings(Application.objects).get(pk=application.pk)


def told(application, key, user=None, levels=None):
    """The facts of a form as a reader sees them, or with these levels."""
    application, form = whole(application), forms.FORMS[key]
    if levels is None:
        levels = facts.levels_of(application, form, acting(user))
    return facts.of(application, form, levels, clock.now())


def text_of(pdf, tmp_path, *options):
    path = tmp_path / "form.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, text=True, check=True)
    return done.stdout


def page_count(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as found:
        return len(found.pages)


# Hunan


def test_hunan_sheet_has_the_rows_classes_and_columns_of_the_source(house):
    application = house.filed()
    data = told(application, "hunan_2", house.filer(application.community))
    assert data["columns"] == ["自评", "县级", "市级", "省级"]
    assert len(data["rows"]) == 34
    spans = [(r["category"], r["category_rows"]) for r in pages.spanned(data["rows"]) if r["category_rows"]]
    assert spans == [("就业工作情况", 22), ("劳动保障服务中心建设情况", 9), ("社区工作开展情况", 3)]
    projects = [r["project_rows"] for r in pages.spanned(data["rows"]) if r["project_rows"]]
    assert projects == [10, 8, 4, 5, 4, 3]
    assert sum(parse_points(row["max"]) for row in data["rows"]) == parse_points("100")
    assert [row["points"][1:] for row in data["rows"]] == [["", "", ""]] * 34
    assert data["totals"] == [str(data["totals"][0]), "", "", ""] and data["totals"][0]
    first = data["rows"][0]
    assert (first["content"], first["standard"]) == (
        "达到市州充分就业社区标准。",
        "已认定为市州充分就业社区或已达到市州充分就业社区标准的，计2分。",
    )
    assert len(data["notes"]) == 6 and data["notes"][1].startswith("2. 城镇登记失业率=")


def test_hunan_sheet_repeats_its_head_and_its_classes_on_every_page(house, tmp_path):
    application = house.filed()
    form = forms.FORMS["hunan_2"]
    made = forms.pdf(form, told(application, "hunan_2", levels=()), **ABOUT)
    count = page_count(made)
    assert count >= 3
    for number in range(1, count + 1):
        page = text_of(made, tmp_path, "-f", str(number), "-l", str(number))
        assert "考核内容" in page and "评分标准" in page
        assert f"第{number}页/共{count}页" in page.replace(" ", "")
        assert "ABCD-EFGH-JKMN" in page
    assert "就业工" in text_of(made, tmp_path, "-f", "2", "-l", "2")  # the class that goes on is named again


def test_no_merged_cell_spans_two_pages():
    rows = [{"category": "甲", "project": p} for p in "一一一二二"]
    cut = pages.spanned(rows, {"row-0": 1, "row-1": 1, "row-2": 2, "row-3": 2, "row-4": 3})
    assert [(r["breaks"], r["category_rows"], r["project_rows"]) for r in cut] == [
        (False, 2, 2),
        (False, 0, 0),
        (True, 2, 1),
        (False, 0, 1),
        (True, 1, 1),
    ]


def test_hunan_form_has_its_boxes_and_an_opinion_stands_in_its_own(house, tmp_path):
    application = house.prepare(house.at("county_review"))
    county = house.officer("一县", Role.HANDLER)
    data = told(application, "hunan_3", county)
    assert set(data["opinions"]) == {"county"}
    html = forms.html(forms.FORMS["hunan_3"], data, **ABOUT)
    for level, heading in (
        ("county", "县（市、区）人力资源社会保障部门审核意见："),
        ("city", "市（州）人力资源社会保障部门审核意见："),
        ("province", "省人力资源社会保障部门审核意见："),
    ):
        box = html.split(heading)[1].split("</td>")[0]
        assert ("同意" in box) == (level == "county") and "（公章）" in box and "年　　月　　日" in box
    text = text_of(forms.pdf(forms.FORMS["hunan_3"], data, **ABOUT), tmp_path)
    assert text.count("（公章）") == 3 and "附件3" in text


def test_a_proposal_to_decline_is_no_opinion_on_the_form(house):
    application = house.filed()
    at = moment(dt.date(2017, 8, 28))
    application = house.fresh(house.prepare(application, at))
    house.drive.pass_on(application, at)
    application = house.fresh(application)
    house.drive.propose(application, at, "decline", "不符合条件。")
    assert told(application, "hunan_3", house.officer("一县", Role.HANDLER))["opinions"] == {}


def test_whoever_may_not_see_scores_prints_none(house):
    application = house.at("city_review")
    at = moment(dt.date(2017, 9, 20))
    house.drive.assess(application, at)
    county, city = house.officer("一县", Role.APPROVER), house.officer("东市", Role.HANDLER)
    community = house.filer(application.community)
    assert [bool(t) for t in told(application, "hunan_2", community)["totals"]] == [True, False, False, False]
    assert [bool(t) for t in told(application, "hunan_2", county)["totals"]] == [True, True, False, False]
    assert [bool(t) for t in told(application, "hunan_2", city)["totals"]] == [True, True, True, False]


def test_a_city_that_has_not_scored_yet_prints_no_county_scores(house):
    """Each level scores afresh (A46): the county's points are not before the city's eyes on paper either."""
    application = house.at("city_review")
    city = house.officer("东市", Role.HANDLER)
    assert [bool(t) for t in told(application, "hunan_2", city)["totals"]] == [True, False, False, False]


# The other programmes

WHERE = {
    "zhoukou-2022": ("东市", 2022, dt.date(2022, 4, 25)),
    "quangang-2016": ("一县", 2017, dt.date(2017, 11, 1)),
    "pingdingshan-2021": ("东市", 2021, dt.date(2022, 1, 4)),
    "gansu-2023": ("甲省", 2024, dt.date(2024, 4, 1)),
}


def walked(house, key, tier, **settings):
    """A round of the programme in the house, and one community that filed in it."""
    place, year, day = WHERE[key]
    Community.objects.update(county_approved=True, civil_affairs_filed=True)
    data = document(key)
    for row in data["quotas"]:
        if "region" in row:
            row["region"] = place
    sample = bool(data["missing"]) and key != "quangang-2016"
    places = (("provincial", "东市", 2),) if key == "gansu-2023" else ()
    round_ = open_programme(
        house, data, place=place, year=year, opens_on=day, sample=sample, places=places, **settings
    )
    figures = base_figures(key) if key != "pingdingshan-2021" else _all_met(round_, tier)
    return Walk(house, round_, tier, figures), day


def _all_met(round_, tier):
    from scoring.loading import rubric_of

    sheet = rubric_of(round_.rubric)
    return {f.key: True if f.type == "yesno" else 1 for page in sheet.pages_for(tier) for f in page.figures}


def test_henan_provincial_form(house, tmp_path, at):
    walk, day = walked(house, "zhoukou-2022", "provincial")
    at(day)
    application = walk.filed(0, day)
    walk.propose(application, moment(day), opinion="情况属实，同意推荐。")
    data = told(application, "henan_2", house.officer("一南街道", Role.HANDLER))
    assert data["places"] == ["东市", "一县", "一南街道", application.community.name]
    assert data["opinions"] == {"street": "情况属实，同意推荐。"}
    text = text_of(forms.pdf(forms.FORMS["henan_2"], data, **ABOUT), tmp_path, "-layout")
    assert "河南省省级充分就业社区推荐表" in text and text.count("（公章）") == 3
    for words in (
        "社区名称",
        "社区联系人",
        "(固话、手机)",
        "社区基本情况，创建工作情况：",
        "街道（乡镇）意见",
        "县（市、区）推荐意见",
        "省辖市推荐意见",
    ):
        assert words in text
    assert "三年复查情况" not in text
    assert forms.of(application)[0][0].key == "henan_2"  # not the star's


def test_henan_star_form_tells_the_title_and_three_rechecks(house, tmp_path, at):
    walk, day = walked(house, "zhoukou-2022", "star")
    at(day)
    community = house.community(0)
    from accreditation.models import Recheck, Recognition

    title = Recognition.objects.create(
        community=community, position=community.position, tier="provincial", tier_name="省级充分就业社区", issuer="province",
        rank=1, money="provincial", number="HEN-1", document_number="豫人社函〔2018〕9号", year=2018,
        granted_on=dt.date(2018, 6, 29), issuer_name="河南省人力资源和社会保障厅",
    )  # fmt: skip
    for year in (2019, 2020, 2021):
        Recheck.objects.create(recognition=title, year=year, passed=True, decided_on=dt.date(year + 1, 1, 10))
    application = walk.draft(0, day)
    data = told(application, "henan_3", house.filer(community))
    assert data["granted"] == "2018年6月29日（豫人社函〔2018〕9号）"
    assert data["rechecks"] == ["2019年度：合格", "2020年度：合格", "2021年度：合格"]
    text = text_of(forms.pdf(forms.FORMS["henan_3"], data, **ABOUT), tmp_path)
    assert "省级充分就业社区认定时间" in text and "三年复查情况" in text and "2021年度：合格" in text


@pytest.mark.parametrize(("tier", "ticked"), [("city", "city"), ("star", "star")])
def test_pingdingshan_form_ticks_the_tier(house, tier, ticked, at):
    walk, day = walked(house, "pingdingshan-2021", tier)
    at(day)
    application = walk.draft(0, day)
    data = told(application, "pingdingshan_3", house.filer(application.community))
    html = forms.html(forms.FORMS["pingdingshan_3"], data, **ABOUT)
    city, star = (part.split("</span>")[0] for part in html.split('<span class="tick">')[1:])
    assert (city.strip(), star.strip()) == (("√", "") if ticked == "city" else ("", "√"))
    assert page_count(forms.pdf(forms.FORMS["pingdingshan_3"], data, **ABOUT)) == 1


def test_quangang_sheet_has_both_columns(house, tmp_path, at):
    walk, day = walked(house, "quangang-2016", "county", settings={"pass_mark": "85"})
    at(day)
    application = walk.filed(0, day, recommended_twice=True, no_unemployed_over_year=True)
    application, day = walk.to("county_review", application, day)
    walk.check(application, moment(day))
    data = told(application, "quangang_sheet", house.officer("一县", Role.HANDLER))
    assert data["columns"] == ["自评分", "考核分"]
    assert [row["max"] for row in data["rows"]] == ["15", "20", "20", "10", "10", "7", "10", "8"]
    assert data["totals"] == ["100", "100"]
    assert all(row["points"][0] == row["points"][1] != "" for row in data["rows"])
    text = text_of(forms.pdf(forms.FORMS["quangang_sheet"], data, **ABOUT), tmp_path)
    assert "推荐申报村（社区）" in text and "申报日期" in text and "（15分）" in text
    community = told(application, "quangang_sheet", house.filer(application.community))
    assert community["totals"] == ["100", ""]


def test_gansu_sheet_is_marked_where_it_is_a_sample(house, tmp_path, at):
    walk, day = walked(house, "gansu-2023", "provincial")
    at(day)
    application = walk.draft(0, day)
    data = told(application, "gansu_sheet", house.filer(application.community))
    assert data["label"] == "演示用，非官方附件"
    made = forms.pdf(forms.FORMS["gansu_sheet"], data, **ABOUT)
    text = text_of(made, tmp_path)
    assert "甘肃省省级充分就业社区认定量化评分表" in text
    assert text.count("演示用，非官方附件") == page_count(made) + 1  # once above the title, and on each page


def test_recheck_register_has_the_nine_columns_and_repeats_its_head(tmp_path):
    row = dict.fromkeys(forms.REGISTER_CELLS, "") | {
        "county": "一县",
        "community": "桂花社区",
        "passed": "合格",
    }
    heads = {"unit": "一县人社局", "leader": "", "head": "", "clerk": "", "day": ""}
    made = forms.recheck_register(heads, [row] * 40)
    text = text_of(made, tmp_path)
    assert page_count(made) > 1 and text.count("联系人及联系电话") == page_count(made)
    for words in ("填报单位（盖章）：一县人社局", "分管领导：", "就业部门负责人：", "填表人：", "填表时间："):
        assert words in text


# What people type


HOSTILE = [
    "<img src=http://127.0.0.1:9/x>",
    "</td></tr></table><script>alert(1)</script>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<style>@import 'http://127.0.0.1:9/'</style>",
    "{{ facts }}{% include 'x' %}",
    "&lt;b&gt; \" ' >",
]


@pytest.mark.parametrize("key", sorted(forms.FORMS))
def test_whatever_is_typed_stays_text(key, tmp_path):
    """Every text of the facts replaced by hostile HTML: it stands on the page as it was typed, and adds no element."""
    hostile = "".join(HOSTILE)
    clean, dirty = (_invented(key, words) for words in ("字", hostile))
    form = forms.FORMS[key]
    plain, attacked = forms.html(form, clean, **ABOUT), forms.html(form, dirty, **ABOUT)
    assert attacked.count("<") == plain.count("<")
    made = forms.pdf(form, dirty, **ABOUT)
    assert "passwd>" in text_of(made, tmp_path).replace("\n", "")
    with pikepdf.open(io.BytesIO(made)) as found:
        assert len(found.attachments) == 0


def _invented(key, words):
    found = {
        "form": key, "number": words, "document": words, "label": words, "places": [words] * 4, "contact": words, "phone": words,
        "narrative": f"{words}\n{words}", "opinions": {level: words for level in ("street", "county", "city", "province")},
        "granted": words, "rechecks": [words], "tier": "city", "full": "100", "columns": [words, words], "totals": ["1", words],
        "notes": [words],
    }  # fmt: skip
    row = dict.fromkeys(("category", "project", "content", "standard"), words)
    figures = dict.fromkeys(("category_max", "project_max", "number", "max"), "3")
    return found | {"rows": [row | figures | {"points": [words, "1"]}]}


@pytest.mark.parametrize("key", sorted(forms.FORMS))
def test_long_names_and_texts_break_nothing(key):
    words = "很长的名称" * 12
    data = _invented(key, words) | {"narrative": "\n".join(["内容" * 100] * 30)}
    data["opinions"] = {level: "意见" * 150 for level in data["opinions"]}
    made = forms.pdf(forms.FORMS[key], data, **ABOUT)
    with pikepdf.open(io.BytesIO(made)) as found:
        assert 1 <= len(found.pages) <= 20


def test_a_text_of_the_longest_kind_is_printed_whole(house, tmp_path):
    application = house.draft()
    text = "".join(f"第{number}句创建工作情况。" for number in range(400))
    Application.objects.filter(pk=application.pk).update(narrative=text)
    data = told(application, "hunan_3", house.filer(application.community))
    made = text_of(forms.pdf(forms.FORMS["hunan_3"], data, **ABOUT), tmp_path).replace("\n", "")
    assert "第0句" in made and "第399句创建工作情况。" in made and made.count("（公章）") == 3


def test_the_facts_are_plain_data(house):
    data = told(house.filed(), "hunan_2", levels=())
    assert json.loads(json.dumps(data, ensure_ascii=False)) == data
