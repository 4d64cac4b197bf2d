"""The score desk: what the grid shows, what a press and an autosave keep, and what they refuse."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import DeclaredInterest, Event, Role
from accreditation import filing_content, sheets
from accreditation.forms.sheet import read_points
from accreditation.models import Application
from scoring.points import show_points
from tests.factories import moment

DAY = dt.date(2017, 8, 30)
AUTO = {"HTTP_ACCEPT": "application/json", "HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


@pytest.fixture
def application(house):
    return house.at("county_review", 0)


@pytest.fixture
def handler(as_, application):
    return as_("一县", Role.HANDLER)


@pytest.fixture
def address(application):
    return reverse("accreditation:sheet", args=[application.pk])


@pytest.fixture
def posted(house, application):
    """posted(**changed) → the fields a browser sends: every score as the figures give it."""

    def fields(edition=0, **changed):
        data = {"seen": application.moves, "edition": edition}
        for row in sheets.lay_out(house.fresh(application), {}, {}).rows:
            code = row.item.code
            below = row.item.judged and row.basis.points < row.item.max
            data |= {f"score_{code}": row.basis.shown, f"why_{code}": "与自评一致" if below else ""}
            data |= {f"fix_{key}": "" for key in row.item.figures}
        return {**data, **changed}

    return fields


def county(application):
    """The county's assessment, or None."""
    return application.assessments.select_related("sheet").filter(state="county_review").first()


def test_the_grid_shows_numbers_formula_clause_and_boxes(handler, address, house, application):
    body = handler.get(address).content.decode()
    figures = filing_content.figures(application)
    part, whole = figures["registered_unemployed_reemployed"], figures["registered_unemployed_total"]
    assert f"{part}/{whole} = " in body
    assert (
        "登记失业人员就业率低于95%的，每减少一个百分点扣0.5分，扣完3分为止。" in body
    )  # the clause, word for word
    assert "湘人社函〔2017〕246号 附件2" in body
    assert body.count('class="score"') == 34 and body.count('aria-labelledby="item-H') == 34
    assert "评分，第 1 件，共 1 件" in body and "还有 18 个工作日" in body
    assert len(re.findall(r'name="fix_', body)) == len(
        set(re.findall(r'name="(fix_\w+)"', body))
    )  # each box once
    assert "autofocus" in re.search(r'<input class="score" id="id_score_H01"[^>]*>', body)[0]


def test_a_press_keeps_the_scores_and_stays(handler, address, posted, application):
    response = handler.post(address, {**posted(), "then": "stay"}, follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert "评分已填完并保存" in response.content.decode()
    application.refresh_from_db()
    assert application.total_county == application.total_self


def test_a_half_filled_sheet_is_kept_and_says_what_is_missing(handler, address, posted, application):
    response = handler.post(address, posted(score_H01="", score_H02="", why_H34=""), follow=True)
    body = response.content.decode()
    assert "还有 2 项没有评分：第 1–2 项。" in body
    assert county(application).sheet.total is None
    assert 'value="3"' in re.search(r'<input class="score" id="id_score_H04"[^>]*>', body)[0]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("2", "2"), ("２．５", "2.5"), ("2。5", "2.5"), (" 2.50 ", "2.5"), (".5", "0.5"), ("2.", "2"), ("2 分", "2"), ("", "")],
)  # fmt: skip
def test_points_are_read_as_people_type_them(typed, kept):
    assert read_points(typed) == kept


@pytest.mark.parametrize("typed", ["二", "1,5", "1e1", "1_0", "٣", ".", "2.5.1", "0.00001", "9" * 30, "NaN"])
def test_what_is_no_number_is_said(typed):
    with pytest.raises(ValueError, match="不是分数"):
        read_points(typed)


def test_mistakes_stand_at_their_rows_and_lose_nothing(handler, address, posted, application):
    response = handler.post(address, posted(score_H01="9", score_H05="二", why_H04="打错的理由"))
    body = response.content.decode()
    assert response.status_code == 400
    assert "第 1 项：考核分不能高于标准分 2 分" in body and "第 5 项：“二”不是分数" in body
    assert 'value="9"' in body and 'value="打错的理由"' in body and 'value="二"' in body
    assert body.count('aria-invalid="true"') == 2 and "错误：评分" in body
    assert county(application) is None  # a press keeps all or nothing


def test_an_autosave_keeps_what_is_right(handler, address, posted, application):
    response = handler.post(address, posted(score_H01="9"), **AUTO)
    assert response.status_code == 200
    told = response.json()
    assert told["edition"] == 1 and told["saved_at"] == "09:00"
    assert told["live"]["unsaved"] == "没有保存：第 1 项：考核分不能高于标准分 2 分"
    lines = json.loads(county(application).sheet.lines)
    assert "H01" not in lines and len(lines) == 33
    assert not Event.objects.filter(action="assess").exists()
    told = handler.post(address, posted(edition=1), **AUTO).json()
    assert told["edition"] == 2 and told["live"]["unsaved"] == ""
    assert Event.objects.filter(action="assess").count() == 1


def test_an_autosave_recomputes_corrected_rows(handler, address, posted, application):
    told = handler.post(address, posted(fix_registered_unemployed_reemployed="０ 人"), **AUTO).json()
    assert told["basis"]["H05"] == "0" and told["live"]["because-H05"].startswith("更正后：")
    assert told["basis"]["H06"] == sheets.lay_out(application, {}, {}).by_code["H06"].basis.shown
    body = handler.get(address).content.decode()
    assert "更正后：登记失业人员就业率 = 0/" in body
    filed = filing_content.figures(application)["registered_unemployed_reemployed"]
    assert f"<b>{filed} 人</b>" in body and 'value="0 人"' in body  # both stay visible


def test_an_impossible_correction_is_said_at_its_box(handler, address, posted, application):
    whole = filing_content.figures(application)["registered_unemployed_total"]
    data = posted(fix_registered_unemployed_reemployed=str(whole + 1))
    response = handler.post(address, data)
    assert response.status_code == 400 and "更正后的数据不可能" in response.content.decode()
    told = handler.post(address, data, **AUTO).json()
    assert "更正后的数据不可能" in told["live"]["unsaved"]
    assert json.loads(county(application).corrections) == {}


def test_a_page_left_open_is_told_and_shows_both(handler, address, posted, application):
    assert handler.post(address, posted(score_H01="0", why_H01="没有认定文件"), **AUTO).status_code == 200
    response = handler.post(address, posted(score_H01="2"), **AUTO)
    assert response.status_code == 409 and "在另一处保存过" in response.json()["message"]
    response = handler.post(address, posted(score_H01="2"))
    body = response.content.decode()
    assert response.status_code == 409 and "在另一处保存过" in body
    assert "已存 0" in body and 'name="edition" value="1"' in body
    assert handler.post(address, posted(edition=1)).status_code == 302  # having seen both, the press counts
    assert handler.post(address, {**posted(edition=2), "seen": application.moves + 1}).status_code == 409


def test_next_leads_to_the_next_unfinished_one_and_then_home(as_, house, posted, application):
    second, third = house.at("county_review", 1), house.at("county_review", 2)
    house.drive.assess(house.fresh(second), moment(DAY))
    client = as_("一县", Role.HANDLER)
    first_page = client.get(reverse("accreditation:sheet", args=[application.pk])).content.decode()
    assert "第 1 件，共 3 件" in first_page and "已评完 1/3 件" in first_page
    response = client.post(
        reverse("accreditation:sheet", args=[application.pk]), {**posted(), "then": "next"}
    )
    assert response.headers["Location"] == reverse("accreditation:sheet", args=[third.pk])
    house.drive.assess(house.fresh(third), moment(DAY))
    done = {**posted(edition=1), "then": "next"}
    response = client.post(reverse("accreditation:sheet", args=[application.pk]), done, follow=True)
    assert response.redirect_chain == [(reverse("accreditation:queue"), 302)]
    assert "都已评完" in response.content.decode()


def test_other_buttons_lead_to_the_opinion(handler, address, posted, application):
    propose = reverse("accreditation:propose", args=[application.pk])
    assert handler.post(address, {**posted(), "then": "propose"}).headers["Location"] == propose
    back = {**posted(edition=1), "then": "send_back"}
    assert handler.post(address, back).headers["Location"] == f"{propose}?verdict=send_back"


def test_lower_scores_come_after_the_own_sheet(house, as_):
    """Reading A46: a level below is hidden until the own sheet is in; the self score stands always."""
    application = house.at("city_review", 0)
    address = reverse("accreditation:sheet", args=[application.pk])
    client = as_("东市", Role.HANDLER)
    assert "县级" not in client.get(address).content.decode().split("<main")[1]
    house.drive.assess(house.fresh(application), moment(DAY))
    body = client.get(address).content.decode()
    assert '<th scope="col" class="num w3">县级</th>' in body


@pytest.mark.parametrize(
    ("place", "role", "status"),
    [
        ("二县", Role.HANDLER, 404), ("三县", Role.HANDLER, 404), ("东市", Role.HANDLER, 404), ("甲省", Role.HANDLER, 404),
        ("一县", Role.APPROVER, 403), ("一县", Role.PUBLISHER, 403), ("一南街道", Role.HANDLER, 403),
        ("一北街道", Role.HANDLER, 404), ("东市", Role.AUDITOR, 403),
    ],
)  # fmt: skip
def test_who_may_not_score(as_, address, posted, application, place, role, status):
    client = as_(place, role)
    assert client.get(address).status_code == status
    response = client.post(address, posted())
    assert response.status_code == status
    if status == 404:
        assert response.content == client.post(reverse("accreditation:sheet", args=[10**9]), posted()).content
    assert client.post(address, posted(), **AUTO).status_code == status
    assert county(application) is None


def test_a_refused_guess_shows_nothing_of_the_desk(as_, house, application):
    house.drive.assess(house.fresh(application), moment(DAY))
    body = (
        as_("一南街道", Role.HANDLER)
        .post(reverse("accreditation:sheet", args=[application.pk]), {})
        .content.decode()
    )
    assert "不在您所在单位的办理环节" in body and 'class="score"' not in body


def test_an_interested_handler_reads_why(handler, address, house, application):
    DeclaredInterest.objects.create(
        user=house.officer("一县", Role.HANDLER),
        community=application.community,
        reason="亲属",
        declared_at=moment(DAY),
    )
    response = handler.get(address)
    assert response.status_code == 403 and "应当回避" in response.content.decode()


def test_after_it_left_the_desk_the_old_page_is_told(handler, address, posted, application, house):
    house.drive.send_back(application, moment(DAY), [("narrative", "请补充。")])
    response = handler.post(address, posted())
    assert response.status_code == 409 and "退回补正" in response.content.decode()
    assert handler.post(address, posted(), **AUTO).status_code == 409


def test_a_desk_without_a_sheet_says_so(house, as_):
    application = house.at("street_review", 0)
    response = as_("一南街道", Role.HANDLER).get(reverse("accreditation:sheet", args=[application.pk]))
    assert response.status_code == 409 and "本环节不评分" in response.content.decode()


def test_nothing_changes_on_get_and_the_page_costs_few_queries(handler, address, house, application):
    handler.get(address)
    before = Event.objects.count()
    with CaptureQueriesContext(connection) as seen:
        assert handler.get(address).status_code == 200
    one = len(seen)
    house.at("county_review", 1), house.at("county_review", 2)
    with CaptureQueriesContext(connection) as seen:
        handler.get(address)
    assert len(seen) == one <= 12
    assert county(application) is None and Event.objects.count() >= before


def test_a_proposed_sheet_warns(handler, address, house, application):
    house.prepare(application, moment(DAY))
    assert "意见自动收回" in handler.get(address).content.decode()


def test_flags_are_kept_for_the_send_back(handler, address, posted, application):
    handler.post(address, {**posted(), "flag_H14": "1", "why_H14": "走访记录不全"})
    assert json.loads(county(application).sheet.lines)["H14"]["flag"] is True
    body = handler.get(address).content.decode()
    assert "checked" in re.search(r'<input type="checkbox" name="flag_H14"[^>]*>', body)[0]
    handler.post(address, posted(edition=1))
    assert "flag" not in json.loads(county(application).sheet.lines)["H14"]


def test_exact_totals_reach_the_list(handler, address, posted, application):
    row = sheets.lay_out(application, {}, {}).by_code["H05"]
    lower = show_points(row.basis.points - 5_000)
    handler.post(address, posted(score_H05=lower, why_H05="台账缺两人"))
    assert Application.objects.get(pk=application.pk).total_county == application.total_self - 5_000
