"""Several score columns become one result: read in the file, asked by a desk, checked with the document."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import needs, programme_document, programmes, rounds, score_columns
from accreditation.models import Round
from demonstration.driving import Driver
from scoring.points import parse_points
from tests.accreditation.test_sixth_programme import BEST, FILE
from tests.factories import document, moment

DAY = dt.date(2017, 8, 28)


def sixth(**needs_of_city):
    """The sixth programme, its city desk asking for more."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["route"][2]["needs"] |= needs_of_city
    return data


@pytest.fixture
def drive(house):
    """Its round in 东市, open; the combined result must reach the mark, and desks score without seeing each other (A46)."""
    data = sixth(combined_at_least="pass_mark")
    data["readings"].append({"key": "A46", "text": "复核", "reading": "各级独立评分。", "article": "第七条"})
    version, _ = programmes.load(data, "x.json", at=moment(DAY))
    by, at = house.officer("东市", Role.APPROVER), moment(dt.date(2017, 8, 15))
    given = {"name": "2017年示范社区", "year": 2017, "code": "DS2017", "opens_on": dt.date(2017, 8, 15)}
    made = rounds.prepare(version, house.regions["东市"], **given, by=by, at=at)
    rounds.open_round(made, by=by, at=at)
    made = Round.objects.select_related("version__programme", "rubric", "region").get(pk=made.pk)
    return Driver(made, "model", house.people, "columns", lambda *_: dict(BEST), lambda *_: "总结。")


def at_city(house, drive):
    """An application at the city's desk: self 105, county 105."""
    at = moment(DAY)
    one = drive.submit(drive.fill(drive.start(house.community(0), at), 1, at), at)
    drive.propose(one, at)
    one = drive.pass_on(one, at)
    drive.assess(drive.fresh(one), at)
    drive.propose(one, at)
    return drive.fresh(drive.pass_on(one, at))


def scored(one, county, city):
    one.total_county, one.total_city = parse_points(county), parse_points(city) if city else None
    return one


def test_a_desk_asks_for_the_combined_result(house, drive):
    """105×20% + 80×30% + 80×50% = 21+24+40 = 85 reaches 85; a tenth less for the county and 0.03 are missing."""
    one, step = at_city(house, drive), drive.round.route.step("city_review")

    def asked():
        return needs.combined_at_least(one, step, "pass_mark")

    scored(one, "80", "80")
    assert asked() == ""
    scored(one, "79.9", "80")
    assert asked() == (
        "综合得分 84.97 分（105×20% + 79.9×30% + 80×50% = 84.97 分），未达到 85 分以上（含 85 分），不能上报。"
    )
    scored(one, "80", "")
    assert asked() == "综合得分尚不能算出：缺少复核分，暂不能加权。"
    assert needs.combined_at_least(scored(one, "80", "80"), step, "86").startswith("综合得分 85 分")


def test_a_sheet_with_one_column_has_no_combined_result(house):
    one = house.filed()
    assert score_columns.combined(one) is None
    assert needs.combined_at_least(one, house.round.route.step("county_review"), "pass_mark") == ""


def test_the_file_tells_the_combined_result_to_those_who_see_its_scores(house, drive, as_, at):
    at(DAY)
    one = at_city(house, drive)
    address = reverse("accreditation:application", args=[one.pk])
    county = as_("一县", Role.HANDLER).get(address).content.decode()
    assert "初审分 105 分" in county and "综合得分：尚不能算出" in county and "缺少复核分" in county
    # The city scores afresh: before its own sheet is in, neither the county's points nor what they come to are shown.
    own = as_("东市", Role.HANDLER)
    assert "综合得分" not in own.get(address).content.decode()
    drive.assess(drive.fresh(one), moment(DAY))
    told = own.get(address).content.decode()
    assert "初审分 105 分" in told and "复核分 105 分" in told
    assert "<b>105 分</b>" in told and "105×20% + 105×30% + 105×50% = 105 分" in told


def test_columns_are_the_self_score_and_desks_that_score():
    data = sixth()
    data["rubric"]["columns"][1]["key"] = "province"
    assert programme_document.check(data, "x.json") == [
        "x.json 评分表 第 2 个评分栏：“key”没有“province”，自评和流程中评分的各级为 self、county、city。"
    ]


def test_a_need_for_their_result_needs_columns():
    data = sixth(combined_at_least="85")
    del data["rubric"]["columns"], data["rubric"]["combine"]
    assert programme_document.check(data, "x.json") == [
        "x.json 评分表：“city_review”要求综合得分（combined_at_least），评分表应写明“columns”和“combine”。"
    ]


def test_conditions_are_of_tiers_that_there_are():
    data = document("zhoukou-2022")
    data["criteria"]["groups"][2]["criteria"][0]["tiers"] = ["gold"]
    assert programme_document.check(data, "z.json") == [
        "z.json 条件“Zq1”：没有层级“gold”，可用的有 provincial、star。"
    ]
