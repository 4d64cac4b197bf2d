"""Programmes of conditions: each 符合, 不符合 or 不适用, from the first page a community writes to the title.

Zhoukou (周人社办〔2022〕72号 附件1) has conditions and no points.
"""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Event, Role
from accreditation import assessing, eligibility, filing, filing_content, lists, needs, recognitions, sheets
from accreditation.models import Application, Filing, Recheck, Recognition, State
from accreditation.refusals import AlreadyMoved, NotReady
from tests.factories import acting, document, moment
from tests.programme_walk import Walk, base_figures, open_programme

DAY = dt.date(2022, 4, 25)
AT = moment(DAY)
FETCH = {"HTTP_X_REQUESTED_WITH": "fetch", "HTTP_ACCEPT": "application/json"}
# What a page without points must not say.
POINTS = re.compile(r"None|(?<![\d.])0 分|[—\s]/ ?100")


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


@pytest.fixture
def round_(house):
    quotas = [
        {"tier": "provincial", "level": "city", "region": "东市", "size": 6},
        {"tier": "star", "level": "city", "region": "东市", "size": 4},
        {"tier": "provincial", "level": "county", "each": True, "size": 1},
    ]
    data = document("zhoukou-2022", quotas=quotas)
    return open_programme(house, data, place="东市", year=2022, opens_on=DAY)


@pytest.fixture
def provincial(house, round_):
    return Walk(house, round_, "provincial", base_figures("zhoukou-2022"))


@pytest.fixture
def star(house, round_):
    return Walk(house, round_, "star", base_figures("zhoukou-2022"))


@pytest.fixture
def titled(house):
    """titled(number, *years, granted=2018) gives a community the provincial title and rechecks it passed in the years."""

    def give(number, *years, granted=2018, passed=True, reason=""):
        community = house.community(number)
        recognitions.take_over(
            [community],
            tier="provincial",
            tier_name="省级充分就业社区",
            issuer="province",
            rank=1,
            money="provincial",
            issuer_name="测试",
            document_number="",
            granted_on=dt.date(granted, 12, 1),
            code="TP",
            by=None,
            at=moment(dt.date(2019, 1, 2)),
        )
        title = Recognition.objects.get(community=community, money="provincial")
        for year in years:
            Recheck.objects.create(
                recognition=title,
                year=year,
                passed=passed,
                authorised_reason=reason,
                decided_on=dt.date(year, 12, 20),
            )
        return title

    return give


def url(name, application, *more):
    return reverse(f"accreditation:{name}", args=[application.pk, *more])


def text(response):
    return response.content.decode()


def main(response):
    """The page without its head, menu and foot."""
    return re.sub(r"<[^>]+>", " ", text(response).split("<main")[1].split("</main")[0])


def fresh(application):
    return Application.objects.with_round().select_related("self_sheet", "community").get(pk=application.pk)


@pytest.fixture
def as_filer(client, house):
    def sign_in(number=0):
        client.force_login(house.filer(house.community(number)))
        return client

    return sign_in


# The community


def test_the_pages_hold_every_condition_of_the_tier_word_for_word(as_filer, provincial):
    application, client = provincial.draft(), as_filer()
    pages = [text(client.get(url("figures", application, n))) for n in (1, 2, 3)]
    assert client.get(url("figures", application, 4)).status_code == 404
    body = "".join(pages)
    for item in filing_content.conditions(application):
        assert item.text in body, item.code
    assert len(filing_content.conditions(application)) == 19
    for key in filing_content.asked(application):
        assert re.findall(rf'name="{key}"', body), key
        assert len(set(re.findall(rf'id="(id_{key})"', body))) <= 1
    assert 'name="loans_due"' not in body and 'name="provincial_title' not in body  # of the star tier
    assert "待填。填完本条的数据后自动得出是否符合。" in body and "已核对 <" in pages[0]
    assert "得分" not in body and "及格线" not in body
    assert "第 14 条" in pages[2]


def test_the_outcome_is_worked_out_while_it_is_written(as_filer, provincial):
    """登记率 1599/2000 = 79.95% is below 80%, though it would round to it; 1600/2000 is 80% and counts (A6)."""
    application, client = provincial.draft(), as_filer()
    typed = {"labour_force": "2000", "labour_force_registered": "1599", "edition": application.edition}
    told = client.post(url("figures", application, 3), typed, **FETCH).json()
    assert told["live"]["line_Zq1"] == (
        "不符合。劳动力资源登记率 = 1599/2000 = 79.95%，低于 80%；登记情况及时向上级传达：尚未填写，待核对；"
        "就业服务享受率：尚未填写，待核对"
    )
    assert (told["live"]["checked"], told["live"]["unmet"]) == ("1/19", "不符合 1 项")
    typed |= {
        "labour_force_registered": "1600",
        "reported_upward": "是",
        "unemployed_willing": "0",
        "unemployed_served": "0",
        "edition": told["edition"],
    }
    told = client.post(url("figures", application, 3), typed, **FETCH).json()
    assert told["live"]["line_Zq1"].startswith("符合。劳动力资源登记率 = 1600/2000 = 80.00%，达到 80%")
    assert "无此类对象，按符合计" in told["live"]["line_Zq1"]
    assert told["live"]["unmet"] == ""
    stale = client.post(url("figures", application, 3), typed | {"edition": 1}, **FETCH)
    assert stale.status_code == 409
    impossible = typed | {"labour_force_registered": "2001", "edition": told["edition"]}
    answer = client.post(url("figures", application, 3), impossible)
    assert answer.status_code == 400 and "不能大于" in text(answer)


def test_the_task_line_says_how_far_and_what_is_not_met(as_filer, provincial):
    application = provincial.fill(provincial.draft(), AT, office_area="49.9", satisfaction_rate=None)
    task = next(task for task in filing_content.tasks(fresh(application), AT) if task.key == "figures")
    assert task.title == "填写基础数据，对照认定条件"
    assert task.summary == "已核对 18/19 项 · 不符合 1 项"
    assert [sentence for sentence, _ in task.missing] == ["基础数据：请填写“服务对象满意率”。"]
    body = main(as_filer().get(url("application", application)))
    assert "已核对 18/19 项" in body and "None" not in body and "自评分" not in body
    assert application.self_sheet.passed is None and application.total_self is None


@pytest.mark.parametrize(("changes", "passed"), [({}, True), ({"office_area": "49.9"}, False)])
def test_the_self_sheet_keeps_whether_all_hold(provincial, changes, passed):
    application = provincial.filed(**changes)
    assert (application.self_sheet.passed, application.self_sheet.total, application.total_self) == (
        passed,
        None,
        None,
    )
    assert application.state == "street_review"  # what is not met is for the desks to find


def test_only_the_tiers_own_figures_are_kept(provincial):
    application = provincial.fill(provincial.draft(), AT)
    kept = filing_content.figures(fresh(application))
    assert "satisfaction_rate" in kept and not {"loans_due", "provincial_title_three_rechecks"} & kept.keys()
    assert set(kept) == set(filing_content.asked(application))


def test_a_fact_of_the_register_is_shown_in_words_and_never_asked(as_filer, star, titled):
    titled(0, 2019, 2020, 2021)
    application, client = star.draft(), as_filer()
    page = text(client.get(url("figures", application, 3)))
    assert "2018年认定；2019、2020、2021年度复查合格" in page and "不用填写" in page
    assert 'name="provincial_title_three_rechecks"' not in page
    assert "符合。已认定为省级充分就业社区，且连续三年年度复查合格：是" in page
    kept = filing_content.figures(fresh(application))
    assert kept == {"provincial_title_three_rechecks": True}
    client.post(url("figures", application, 3), {"provincial_title_three_rechecks": "否", "edition": 1})
    assert filing_content.figures(fresh(application))["provincial_title_three_rechecks"] is True


@pytest.mark.parametrize(
    ("years", "granted", "sentence"),
    [
        ((2019, 2021), 2018, "缺 2020 年度的复查结果"),
        ((2020, 2021), 2019, "2019 年认定，之后的年度复查不足 3 年"),  # its own year is no recheck
    ],
)
def test_a_broken_run_is_not_met_and_refuses(as_filer, star, titled, years, granted, sentence):
    titled(0, *years, granted=granted)
    application = star.fill(star.draft(), AT)
    assert "不符合。" in text(as_filer().get(url("figures", application, 3)))
    with pytest.raises(NotReady) as refused:
        star.submit(fresh(application), AT)
    assert any(sentence in said for said in refused.value.messages)


def test_a_year_left_out_with_authority_is_stepped_over_and_told(star, titled):
    title = titled(0, 2018, 2019, 2021, granted=2017)
    Recheck.objects.create(
        recognition=title,
        year=2020,
        passed=None,
        authorised_reason="疫情期间暂停",
        decided_on=dt.date(2021, 1, 5),
    )
    known = filing_content.known(star.draft(), AT)
    assert known == {
        "provincial_title_three_rechecks": (
            True,
            "2017年认定；2018、2019、2021年度复查合格；2020年度经批准未复查",
        )
    }


def test_the_register_is_looked_up_again_when_it_is_filed(star, titled):
    title = titled(0, 2019, 2020)
    application = star.fill(star.draft(), AT)
    assert filing_content.figures(fresh(application))["provincial_title_three_rechecks"] is False
    Recheck.objects.create(recognition=title, year=2021, passed=True, decided_on=dt.date(2022, 1, 5))
    filed = star.fresh(star.submit(fresh(application), AT))
    assert filed.self_sheet.passed is True
    content = json.loads(Filing.objects.get().content)
    assert content["figures"]["provincial_title_three_rechecks"] is True


def test_checking_and_the_receipt_read_well_without_points(as_filer, provincial):
    application = provincial.fill(provincial.draft(), AT)
    client = as_filer()
    body = main(client.get(url("check", application)))
    assert "自评：条件核对通过" in body and "及格线" not in body
    response = client.post(url("submit", application), {"seen": 0}, follow=True)
    assert "自评：条件核对通过" in main(response)
    for page in (response, client.get(url("application", application)), client.get(reverse("home"))):
        assert not POINTS.search(main(page))
    page = main(client.get(url("papers", application)))
    assert "河南省省级充分就业社区推荐表" in page and not POINTS.search(page)


# The desk


@pytest.fixture
def standing(provincial):
    """An application at the county's desk."""
    application, _ = provincial.to("county_review", provincial.filed(), DAY)
    return application


@pytest.fixture
def county(as_, standing):
    return as_("一县", Role.HANDLER)


def posted(application, edition=0, findings=(), **more):
    """The fields a browser sends: nothing chosen unless in `findings`: {code: "yes"}."""
    data = {"seen": application.moves, "edition": edition}
    laid = sheets.lay_out(fresh(application), {}, {})
    data |= {f"why_{check.item.code}": "" for check in laid.checks}
    data |= {f"met_{code}": met for code, met in dict(findings).items()}
    return data | more


def all_met(application):
    return {check.item.code: "yes" for check in sheets.lay_out(fresh(application), {}, {}).checks}


def sheet_of(application, state="county_review"):
    return application.assessments.select_related("sheet").get(state=state).sheet


def test_the_desk_sees_text_figures_and_outcome_and_nothing_is_chosen(county, standing):
    body = text(county.get(url("sheet", standing)))
    for item in filing_content.conditions(standing):
        assert body.count(item.text) == 2  # in its row, and beside it
    assert "服务对象满意率 96.5%，达到 90%" in body and "<b>96.5 %</b>" in body
    assert body.count('class="met"') == 57 and 'class="met" checked' not in body
    assert not re.search(r'class="met"[^>]*checked', body)
    assert 'class="score"' not in body and "核对：" in body and "按数据填入符合项" in body
    assert "自评 条件核对通过" in body and "已核对 <span data-checked>0/19" in body
    assert re.search(r'id="id_met_Zp1_yes"[^>]* autofocus', body)
    assert not POINTS.search(main(county.get(url("sheet", standing))))


def test_one_button_fills_in_what_the_figures_show_to_be_met(provincial, as_):
    application, _ = provincial.to("county_review", provincial.filed(office_area="49.9"), DAY)
    client = as_("一县", Role.HANDLER)
    data = posted(application, findings={"Zs1": "no"}, why_Zs1="现场没有记录", then="fill")
    response = client.post(url("sheet", application), data, follow=True)
    assert response.redirect_chain == [(url("sheet", application), 302)]
    lines = json.loads(sheet_of(application).lines)
    assert len(lines) == 18 and "Zp1" not in lines  # below 50 m²: the handler finds it himself
    assert lines["Zs1"] == {"met": "no", "reason": "现场没有记录"} and lines["Zq6"] == {"met": "yes"}
    assert "还有 1 条没有核对：第 1 条。" in text(response)
    assert sheet_of(application).passed is None and sheet_of(application).total is None


def test_findings_that_need_a_reason(provincial, standing):
    def saved(**findings):
        provincial.check(fresh(standing), AT, **findings)
        return sheets.read(
            fresh(standing), standing.assessments.select_related("sheet").get(state="county_review")
        )

    assert saved().passed is True and saved().gaps == []
    laid = saved(Zq3=("no", ""))  # the figures say it is met
    assert laid.passed is None and laid.gaps == [
        "第 16 条的结论与依据数据得出的不同、为不适用，或不符合而须说明，请写明理由。"
    ]
    assert saved(Zq3=("no", "抽查三人未就业")).passed is False
    laid = saved(Zq2=("na", ""))
    assert laid.passed is None and laid.by_code["Zq2"].missing_reason
    laid = saved(Zq2=("na", "辖区没有认定过零就业家庭"))
    assert laid.passed is True and laid.outcome == "各项条件均符合"


def test_unmet_by_the_figures_needs_no_further_reason(provincial, as_):
    application, _ = provincial.to("county_review", provincial.filed(office_area="49.9"), DAY)
    lines = provincial.lines(application)
    assert lines["Zp1"] == {"met": "no", "reason": ""}
    provincial.check(application, AT, lines)
    assert sheet_of(application).passed is False
    with pytest.raises(NotReady) as refused:
        provincial.propose(application, AT)
    assert refused.value.messages == ["有认定条件不符合，不能上报。"]
    body = main(as_("一县", Role.HANDLER).get(url("application", application)))
    assert "不符合 " in body
    provincial.propose(application, AT, verdict="decline", opinion="面积不足 50 平方米。")
    # A finding against the figures carries it, with its reason.
    provincial.check(application, AT, {"Zp1": {"met": "yes", "reason": "实测 52 平方米"}})
    assert sheet_of(application).passed is True
    provincial.propose(application, AT)


def test_an_open_sheet_lets_nothing_go(provincial, standing):
    with pytest.raises(NotReady) as refused:
        provincial.propose(standing, AT)
    assert refused.value.messages == ["认定条件尚未逐项核对完毕。"]
    provincial.check(fresh(standing), AT, {"Zp1": {"met": "yes", "reason": ""}})
    assert needs.unmet(fresh(standing), standing.step, apart=needs.AFTER_PROPOSAL) == [
        "认定条件尚未逐项核对完毕。"
    ]


def test_a_corrected_figure_changes_what_is_computed(provincial, standing, county):
    """满意率 filed as 96.5, found to be 88: Zq6 is computed not met, and 符合 would need its reason."""
    data = posted(
        standing, findings=all_met(standing), fix_satisfaction_rate="８８", fixwhy_satisfaction_rate=""
    )
    told = county.post(url("sheet", standing), data, **FETCH).json()
    assert told["basis"]["Zq6"] == "no" and told["live"]["computed-Zq6"] == "不符合"
    assert (
        told["live"]["because-Zq6"].startswith("更正后：") and "88%，低于 90%" in told["live"]["because-Zq6"]
    )
    laid = sheets.read(
        fresh(standing), standing.assessments.select_related("sheet").get(state="county_review")
    )
    assert laid.passed is None and laid.gaps == [
        "第 19 条的结论与依据数据得出的不同、为不适用，或不符合而须说明，请写明理由。",
        "更正“服务对象满意率”，请写明理由。",
    ]
    findings = all_met(standing) | {"Zq6": "no"}
    fixed = {"fix_satisfaction_rate": "88", "fixwhy_satisfaction_rate": "回访 50 人，44 人满意"}
    response = county.post(
        url("sheet", standing), posted(standing, told["edition"], findings, **fixed), follow=True
    )
    assert "核对已填完并保存，不符合 1 条" in text(response)
    assert sheet_of(standing).passed is False
    body = text(county.get(url("sheet", standing)))
    assert "<b>96.5 %</b>" in body and 'value="88 %"' in body
    wrong = posted(standing, told["edition"] + 1, findings, fix_hardship_reemployed="21")
    assert "更正后的数据不可能" in text(county.post(url("sheet", standing), wrong))
    other = posted(standing, told["edition"] + 1, findings, fix_loans_due="1", fixwhy_loans_due="x")
    county.post(url("sheet", standing), other)
    assert "loans_due" not in standing.assessments.get(state="county_review").corrections  # of the other tier


def test_without_script_and_from_an_old_page(county, standing):
    first = county.post(url("sheet", standing), posted(standing, findings={"Zp1": "yes"}))
    assert first.status_code == 302
    stale = county.post(url("sheet", standing), posted(standing, findings={"Zp1": "no"}, why_Zp1="没有专人"))
    body = text(stale)
    assert stale.status_code == 409 and "在另一处保存过" in body
    assert "已存 符合" in body and 'value="没有专人"' in body
    assert re.search(r'id="id_met_Zp1_no"[^>]* checked', body)
    assert json.loads(sheet_of(standing).lines) == {"Zp1": {"met": "yes"}}
    auto = county.post(url("sheet", standing), posted(standing, findings={"Zp1": "no"}), **FETCH)
    assert auto.status_code == 409
    guessed = county.post(url("sheet", standing), posted(standing, 1, findings={"Zp1": "perhaps"}))
    assert guessed.status_code == 400 and "第 1 条：结论应为符合、不符合、不适用之一" in text(guessed)
    long = county.post(
        url("sheet", standing), posted(standing, 1, findings={"Zp1": "na"}, why_Zp1="长" * 301)
    )
    assert long.status_code == 400


def test_what_cannot_be_is_refused_by_the_verb_too(provincial, standing):
    for lines, sentence in (
        ({"Zp1": {"met": "maybe"}}, "第 1 条：结论应为符合、不符合、不适用之一。"),
        ({"Zx1": {"met": "yes"}}, "评分表没有“Zx1”这一项。"),  # of the other tier
        ({"Zp1": {"met": "na", "reason": "长" * 301}}, "第 1 条：理由不能超过 300 字，现有 301 字。"),
    ):
        with pytest.raises(NotReady) as refused:
            provincial.check(fresh(standing), AT, lines)
        assert refused.value.messages == [sentence]


def test_the_events_record_when_it_becomes_whole_and_what_changes(provincial, standing):
    provincial.check(fresh(standing), AT, {"Zp1": {"met": "yes", "reason": ""}})
    assert not Event.objects.filter(action="assess").exists()
    provincial.check(fresh(standing), AT)
    provincial.check(fresh(standing), AT, {"Zq2": {"met": "na", "reason": "没有对象"}})
    whole, changed = (json.loads(event.body) for event in Event.objects.filter(action="assess"))
    assert whole["after"]["passed"] is True and len(whole["after"]["lines"]) == 19
    assert changed["before"]["lines"] == {"Zq2": {"met": "yes", "reason": ""}}
    assert changed["after"]["lines"] == {"Zq2": {"met": "na", "reason": "没有对象"}}


def test_a_change_takes_the_proposal_back(provincial, standing, county):
    provincial.prepare(standing, AT)
    assert "改动结论后，意见自动收回" in text(county.get(url("sheet", standing)))
    provincial.check(fresh(standing), AT, {"Zq2": {"met": "na", "reason": "没有对象"}})
    assert standing.assessments.get(state="county_review").proposed_at is None


def test_remarks_open_a_condition_and_the_desk_weighs_again(provincial, standing, as_filer):
    provincial.check(fresh(standing), AT)
    provincial.propose(standing, AT, "send_back", "请补正。")
    returned = provincial.send_back(standing, AT, [("indicator:Zq6", "请核对满意率")])
    client = as_filer()
    page = text(client.get(url("figures", returned, 3)))
    assert "请核对满意率" in page and 'name="satisfaction_rate"' in page and 'name="labour_force"' not in page
    edition = fresh(returned).edition
    typed = {"complaints_handled": "是", "satisfaction_rate": "85", "labour_force": "1", "edition": edition}
    assert client.post(url("figures", returned, 3), typed).status_code == 302
    kept = filing_content.figures(fresh(returned))
    assert (kept["satisfaction_rate"], kept["labour_force"]) == ("85", 2000)
    back = provincial.fresh(provincial.resubmit(returned, AT))
    assert back.self_sheet.passed is False
    assert sheet_of(back).passed is None  # 符合 stood on the figures before: now it needs a reason


def test_the_queue_the_file_and_the_lists_read_well_without_points(house, provincial, standing, as_):
    second, _ = provincial.to("county_review", provincial.filed(1, office_area="49.9"), DAY)
    provincial.prepare(standing, AT)
    provincial.check(second, AT, Zp1=("yes", "实测 52 平方米"))
    handler = as_("一县", Role.HANDLER)
    queue = main(handler.get(reverse("accreditation:queue") + "?group=all"))
    assert re.search(r"不符合\s+符合", queue) and "核对" in queue  # the self finding and the own one
    assert "待评分" not in queue
    file = main(handler.get(url("application", standing)))
    assert "认定条件" in file and "自评 条件核对通过" in file and "县级 条件核对通过" in file
    assert "继续" not in file
    approver = as_("一县", Role.APPROVER)
    address = reverse("accreditation:desk_list", args=[standing.round_id, "provincial"])
    page = main(approver.get(address))
    assert "不排名次" in page and "宁缺毋滥" in page and "并列" not in page
    for told in (queue, file, page, main(approver.get(reverse("accreditation:applications")))):
        assert not POINTS.search(told)
    assert approver.get(reverse("accreditation:progress")).status_code == 200
    desk = lists.desk_list(standing.round, "provincial", "county_review", house.regions["一县"])
    assert [candidate.rank for candidate in desk.candidates] == [None, None] and desk.cut is None
    provincial.shortlist(standing, AT)
    desk = lists.desk_list(standing.round, "provincial", "county_review", house.regions["一县"])
    assert desk.passed_over == [] and lists.findings(desk, standing.step) == []


def test_a_county_recommends_one_and_the_city_within_its_places(provincial, standing):
    second, _ = provincial.to("county_review", provincial.filed(1), DAY)
    provincial.prepare(standing, AT), provincial.prepare(second, AT)
    provincial.shortlist(standing, AT)
    with pytest.raises(NotReady) as refused:
        provincial.shortlist(second, AT)
    assert "名额" in refused.value.messages[0]


def test_a_higher_desk_sees_the_findings_below_and_makes_its_own(provincial, as_):
    application, _ = provincial.to("city_review", provincial.filed(), DAY)
    body = text(as_("东市", Role.HANDLER).get(url("sheet", application)))
    assert '<th scope="col" class="w4">县级</th>' in body  # Zhoukou has no reading A46
    assert not re.search(r'class="met"[^>]*checked', body)


def test_the_page_costs_the_same_whatever_is_in_it(provincial, standing, county):
    def cost():
        county.get(url("sheet", standing))
        with CaptureQueriesContext(connection) as seen:
            assert county.get(url("sheet", standing)).status_code == 200
        return len(seen)

    one = cost()
    for number in (1, 2):
        provincial.to("county_review", provincial.filed(number), DAY)
    provincial.check(fresh(standing), AT, Zq2=("na", "没有对象"))
    assert cost() == one <= 12


def test_lists_cost_the_same_for_one_and_three(provincial, standing, as_):
    client = as_("一县", Role.APPROVER)
    addresses = [
        reverse("accreditation:queue") + "?group=all",
        reverse("accreditation:applications"),
        reverse("accreditation:desk_list", args=[standing.round_id, "provincial"]),
    ]

    def cost():
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            found.append(len(seen))
        return found

    provincial.check(fresh(standing), AT)
    one = cost()
    for number in (1, 2):
        application, _ = provincial.to("county_review", provincial.filed(number), DAY)
        provincial.check(application, AT)
    assert cost() == one


# To the title


@pytest.mark.parametrize("tier", ["provincial", "star"])
def test_an_application_walks_from_the_first_page_to_its_title(tier, house, round_, titled, as_, at):
    if tier == "star":
        titled(0, 2019, 2020, 2021)
    walk = Walk(house, round_, tier, base_figures("zhoukou-2022"))
    application, seen, day = walk.filed(), [], DAY
    while application.state != State.RECOGNISED:
        seen.append(application.state)
        application, day = walk.on(application, day)
    assert seen == ["street_review", "county_review", "city_review", "city_notice", "province_review"]
    title = Recognition.objects.get(application=application)
    assert (title.issuer, title.tier, title.year) == ("province", tier, 2022)
    at(day)
    client = as_("甲省", Role.APPROVER)
    for address in (
        reverse("accreditation:lists"),
        reverse("accreditation:desk_list", args=[round_.pk, tier]),
        reverse("accreditation:recognise", args=[round_.pk, tier]),
        url("application", application),
    ):
        assert not POINTS.search(main(client.get(address)))
    client.logout()
    for address in (reverse("recognised"), reverse("certificate", args=[title.number]), reverse("notices")):
        assert client.get(address).status_code == 200


def test_who_holds_the_tier_or_a_higher_one_is_refused(house, round_, titled):
    titled(0, 2019, 2020, 2021)
    walk = Walk(house, round_, "provincial", base_figures("zhoukou-2022"))
    with pytest.raises(NotReady) as refused:
        walk.filed()
    assert "已是省级充分就业社区" in refused.value.messages[0]


def test_an_edition_of_another_window_is_told(provincial, standing):
    provincial.check(fresh(standing), AT)
    with pytest.raises(AlreadyMoved):
        assessing.save_sheet(
            fresh(standing),
            {"Zp1": {"met": "no", "reason": "x"}},
            {},
            by=provincial.officer(standing, Role.HANDLER),
            at=AT,
            seen=standing.moves,
            edition=0,
        )


def test_the_workbook_has_the_conditions_too(provincial, standing, as_, tmp_path):
    import openpyxl

    provincial.check(fresh(standing), AT, Zq2=("na", "没有对象"))
    response = as_("一县", Role.HANDLER).get(reverse("accreditation:export"))
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"".join(response.streaming_content))
    book = openpyxl.load_workbook(file)
    rows = [[cell.value for cell in row] for row in book["评分"].iter_rows(min_row=2)]
    zq2 = next(row for row in rows if row[2] == "Zq2")
    assert len(rows) == 19 and zq2[5] == "符合" and zq2[7:9] == ["不适用", "没有对象"]
    heads, *applications = ([cell.value for cell in row] for row in book["申报"].iter_rows())
    assert (
        applications[0][heads.index("自评分")] == "符合"
        and applications[0][heads.index("县级评分")] == "符合"
    )


def test_a_condition_is_not_derived_for_a_tier_it_does_not_concern(provincial):
    application = provincial.draft()
    assert filing_content.known(application, AT) == {}
    rubric = filing_content.rubric(application)
    assert eligibility.derived(application, rubric.derived, AT) == {}
    assert acting(provincial.people.filer(application.community)) and filing.look_up(application, AT) is None
