"""优先推荐 and 行政村申报 (reading A33): a hint, an order among equals, a reason when departed from; never a point or a gate.

Community 1 (一南银杏社区) holds the county title of 一县, whose document (泉港人社〔2016〕151号 五) prefers its holders for
市级 and 省级; the province's star round is where it applies.
"""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from accreditation import hints, lists, notices, programmes, recognitions, transitions
from accreditation.models import Application, Assessment, ProgrammeVersion, Recognition
from accreditation.refusals import NotReady
from regions.models import Community
from tests.factories import acting, document, moment, placed
from tests.programme_walk import Walk, base_figures, open_programme

DAY = dt.date(2017, 8, 30)
SOURCE = "泉港人社〔2016〕151号 五、考核奖励"


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


@pytest.fixture
def preferring(house):
    """Quangang's document for 一县, loaded."""
    return programmes.load(placed("quangang-2016", house.regions["一县"]), "q.json", at=moment(DAY))[0]


def county_title(house, number, **changes):
    said = {
        "tier": "county", "tier_name": "区级充分就业社区", "issuer": "county", "rank": 1, "money": "county", "issuer_name": "测试",
        "document_number": "测试", "granted_on": dt.date(2016, 12, 26), "code": f"QG{number}", **changes,
    }  # fmt: skip
    [title] = recognitions.take_over([house.community(number)], by=None, at=moment(DAY), **said)
    return title


def the_list(house, day=DAY, level="county", region="一县"):
    return lists.desk_list(house.round, "star", f"{level}_review", house.regions[region], day=day)


def totals(**by_name):
    for application in Application.objects.select_related("community"):
        if (units := by_name.get(application.community.name[2:4])) is not None:
            Application.objects.filter(pk=application.pk).update(total_county=units)


def hint_of(application, day=DAY):
    return hints.hints([application], day)[application.pk]


# Who is preferred


def test_a_holder_is_preferred_with_sentence_number_and_article(house, preferring, standing):
    [application] = standing("county_review", 1)
    assert not hint_of(application)
    title = county_title(house, 1)
    found = hint_of(application).priority
    assert found.title == title and found.source == SOURCE
    assert found.sentence == "已是区级充分就业村（社区），优先推荐参加市级、省级创建"


@pytest.mark.parametrize(
    "changes",
    [
        {"ended_on": DAY},
        {"ended_on": dt.date(2017, 1, 1)},
        {"granted_on": dt.date(2017, 8, 31)},
        {"issuer": "city"},
        {"programme": "pingdingshan-2021"},
    ],
)
def test_a_title_that_is_over_or_of_something_else_prefers_nobody(house, preferring, standing, changes):
    [application] = standing("county_review", 1)
    title = county_title(house, 1)
    Recognition.objects.filter(pk=title.pk).update(**changes)
    assert hint_of(application).priority is None


def test_a_title_of_another_county_prefers_nobody_here(house, preferring, standing):
    [application] = standing("county_review", 4)  # 二县
    title = county_title(house, 4)
    assert hint_of(application).priority is None
    Recognition.objects.filter(pk=title.pk).update(programme="quangang-2016")
    assert hint_of(application).priority is not None  # granted under the programme itself


def test_the_day_before_it_ends_it_still_counts(house, preferring, standing):
    [application] = standing("county_review", 1)
    title = county_title(house, 1)
    Recognition.objects.filter(pk=title.pk).update(ended_on=DAY + dt.timedelta(1))
    assert hint_of(application).priority is not None
    assert hint_of(application, day=None).priority is None  # without a day: only titles nobody ended


def test_only_for_the_issuers_the_document_names(house, standing):
    rule = {**placed("quangang-2016", house.regions["一县"])["priority"], "issuers": ["city"]}
    document = placed("quangang-2016", house.regions["一县"], priority=rule)
    programmes.load(document, "q.json", at=moment(DAY))
    [application] = standing("county_review", 1)
    county_title(house, 1)
    assert hint_of(application).priority is None  # the star is the province's


def test_a_document_that_ran_out_prefers_nobody(house, standing):
    document = placed("quangang-2016", house.regions["一县"])
    document["source"] = {**document["source"], "valid_until": "2017-08-29"}
    programmes.load(document, "q.json", at=moment(DAY))
    [application] = standing("county_review", 1)
    county_title(house, 1)
    assert hint_of(application).priority is None
    assert hint_of(application, dt.date(2017, 8, 29)).priority is not None


def test_the_newest_document_of_a_programme_counts(house, preferring, standing):
    document = placed("quangang-2016", house.regions["一县"], version="2017-2", priority=None)
    programmes.load(document, "q.json", at=moment(DAY + dt.timedelta(1)))
    [application] = standing("county_review", 1)
    county_title(house, 1)
    assert hint_of(application).priority is None


def test_in_its_own_programme_nobody_is_preferred(house, standing):
    """The star round of Hunan with a document of its own that would prefer its own holders."""
    rule = {"issuers": ["province"], "sentence": "x", "article": "y"}
    ProgrammeVersion.objects.get(pk=house.version.pk).data["priority"] = rule
    try:
        [application] = standing("county_review", 1)
        title = county_title(house, 1)
        Recognition.objects.filter(pk=title.pk).update(programme="hunan-star-2017")
        assert hint_of(application).priority is None
    finally:
        del house.version.data["priority"]


# The list


def test_first_among_equals_and_never_before_a_better_one(house, preferring, standing):
    """Equal totals: the preferred one first, with the same shared rank; half a point more stands above it."""
    standing("county_review", 0, 1)
    county_title(house, 1)
    totals(桂花=950_000, 银杏=950_000)
    found = the_list(house).candidates
    assert [(c.application.community.name, c.rank, c.tied) for c in found] == [
        ("一南银杏社区", 1, True), ("一南桂花社区", 1, True),
    ]  # fmt: skip
    totals(桂花=955_000)
    assert [c.application.community.name for c in the_list(house).candidates] == [
        "一南桂花社区",
        "一南银杏社区",
    ]
    assert [c.application.total_county for c in the_list(house).candidates] == [955_000, 950_000]


def test_leaving_it_off_needs_a_reason_whatever_the_ranks(house, preferring, standing):
    other, preferred = standing("county_review", 0, 1)
    county_title(house, 1)
    totals(桂花=960_000, 银杏=940_000)  # ranks lower: no reason by rank, one by A33
    assert the_list(house).unexplained == []
    house.drive.shortlist(house.fresh(other), moment(DAY))
    desk = the_list(house)
    assert [(c.application.pk, c.passed_over, c.left_off) for c in desk.unexplained] == [
        (preferred.pk, False, True)
    ]
    step = house.round.route.step("county_review")
    assert [sentence for sentence, _ in lists.findings(desk, step)] == [
        f"一南银杏社区属于优先推荐（{SOURCE}）而未列入，请写明理由。"
    ]
    by = acting(house.officer("一县", Role.APPROVER))
    fresh = house.fresh(preferred)
    transitions.pass_over(fresh, by=by, at=moment(DAY), seen=fresh.moves, reason="今年不具备条件。")
    assert lists.findings(the_list(house), step) == []


def test_both_reasons_in_one_sentence(house, preferring, standing):
    other, _ = standing("county_review", 0, 1)
    county_title(house, 1)
    totals(桂花=940_000, 银杏=960_000)
    house.drive.shortlist(house.fresh(other), moment(DAY))
    [(sentence, _)] = lists.findings(the_list(house), house.round.route.step("county_review"))
    assert sentence == f"一南银杏社区排名在前、属于优先推荐（{SOURCE}）而未列入，请写明理由。"


def test_no_reason_where_only_preferred_ones_are_listed(house, preferring, standing):
    first, second = standing("county_review", 0, 1)
    county_title(house, 0), county_title(house, 1)
    totals(桂花=960_000, 银杏=940_000)
    house.drive.shortlist(house.fresh(first), moment(DAY))
    assert the_list(house).left_off == []


def test_nor_where_the_handler_proposed_against_it(house, preferring, standing):
    other, preferred = standing("county_review", 0, 1)
    county_title(house, 1)
    house.drive.shortlist(house.fresh(other), moment(DAY))
    Assessment.objects.filter(application=preferred, state="county_review").update(verdict="decline")
    assert the_list(house).left_off == []


def test_nothing_goes_out_before_the_reason_is_there(house, preferring, standing):
    other, preferred = standing("county_review", 0, 1)
    county_title(house, 1)
    totals(桂花=960_000, 银杏=940_000)
    house.drive.shortlist(house.fresh(other), moment(DAY))
    by = acting(house.officer("一县", Role.PUBLISHER))
    text = {
        "number": "测试〔2017〕1号",
        "title": "公示",
        "basis": "x",
        "process": "x",
        "contact": "x",
        "address": "x",
    }
    seen = {other.pk: house.fresh(other).moves}
    with pytest.raises(NotReady) as refusal:
        notices.publish(house.round, "star", "county_review", by=by, at=moment(DAY), seen=seen, text=text)
    assert "属于优先推荐" in refusal.value.messages[0]


def test_the_hints_cost_two_queries_for_any_list(house, preferring, standing):
    applications = standing("county_review", 0, 1, 2)
    for number in (0, 1, 2):
        county_title(house, number)
    applications = list(Application.objects.with_round())

    def cost(rows):
        with CaptureQueriesContext(connection) as seen:
            hints.hints(rows, DAY)
        return len(seen)

    cost(applications)
    assert cost(applications[:1]) == cost(applications) == 2
    assert hints.hints([], DAY) == {}


# A list without points: Zhoukou's, at the desk of 一县 and at the province's

SPRING = dt.date(2022, 5, 5)


@pytest.fixture
def zhoukou(house, at):
    at(SPRING)
    quotas = [
        {"tier": "provincial", "level": "city", "region": "东市", "size": 6},
        {"tier": "provincial", "level": "county", "each": True, "size": 1},
        {"tier": "star", "level": "city", "region": "东市", "size": 4},
    ]
    data = document("zhoukou-2022", quotas=quotas)
    round_ = open_programme(house, data, place="东市", year=2022, opens_on=SPRING)
    return Walk(house, round_, "provincial", base_figures("zhoukou-2022"))


def without_points(house, zhoukou):
    return lists.desk_list(zhoukou.round, "provincial", "county_review", house.regions["一县"], day=SPRING)


def test_without_ranks_preferred_ones_stand_first_and_villages_last(house, preferring, zhoukou):
    for number in (0, 1, 2):
        zhoukou.to("county_review", zhoukou.filed(number), SPRING)
    Community.objects.filter(pk=house.community(0).pk).update(kind="village")
    Application.objects.filter(community=house.community(0)).update(
        exception_reason="服务人口多，与社区相近。"
    )
    county_title(house, 2)
    desk = without_points(house, zhoukou)
    assert [c.application.community.name[1:4] for c in desk.candidates] == ["北桂花", "南银杏", "南桂花"]
    assert [c.hints.village for c in desk.candidates] == [None, None, "服务人口多，与社区相近。"]


def test_a_village_is_marked_with_its_reason_in_list_and_file(house, zhoukou, as_):
    application, _ = zhoukou.to("county_review", zhoukou.filed(0), SPRING)
    Community.objects.filter(pk=house.community(0).pk).update(kind="village")
    client = as_("一县", Role.HANDLER)
    addresses = (
        reverse("accreditation:desk_list", args=[zhoukou.round.pk, "provincial"]),
        reverse("accreditation:application", args=[application.pk]),
    )
    for reason, words in (("服务人口多。", "理由：服务人口多。"), ("", "没有写明理由。")):
        Application.objects.filter(pk=application.pk).update(exception_reason=reason)
        for address in addresses:
            page = client.get(address).content.decode()
            assert "行政村申报</span>" in page and words in page
    Community.objects.filter(pk=house.community(0).pk).update(kind="urban")
    for address in addresses:
        assert "行政村申报" not in client.get(address).content.decode()


def test_a_village_is_not_marked_where_villages_are_at_home(house, preferring, standing):
    [application] = standing("county_review", 0)
    Community.objects.filter(pk=application.community_id).update(kind="village")
    assert hint_of(Application.objects.with_round().get(pk=application.pk)).village is None


def test_recognition_straight_from_the_list_waits_for_the_reason(house, zhoukou, as_):
    programmes.load(placed("quangang-2016", house.regions["二县"]), "q.json", at=moment(SPRING))
    county_title(house, 4)
    day, found = SPRING, []
    for number in (0, 4):
        application, _ = zhoukou.to("province_review", zhoukou.filed(number), day)
        found.append(zhoukou.prepare(application, moment(dt.date(2022, 5, 30))))
    listed, preferred = found
    zhoukou.shortlist(listed, moment(dt.date(2022, 5, 31)))
    at = moment(dt.date(2022, 6, 1))
    with pytest.raises(NotReady) as refusal:
        zhoukou.recognise(house.province, at, "测试〔2022〕9号")
    assert refusal.value.messages == [f"二南桂花社区属于优先推荐（{SOURCE}）而未列入，请写明理由。"]
    address = reverse("accreditation:recognise", args=[zhoukou.round.pk, "provincial"])
    page = as_("甲省", Role.APPROVER).get(address).content.decode()
    assert "二南桂花社区属于优先推荐" in page and "认定 1 个社区</button>" not in page
    by = acting(house.officer("甲省", Role.APPROVER))
    fresh = house.fresh(preferred)
    transitions.pass_over(fresh, by=by, at=at, seen=fresh.moves, reason="今年名额让给其他县。")
    assert len(zhoukou.recognise(house.province, at, "测试〔2022〕9号")) == 1


# What officers see


def test_the_list_page_shows_the_hint_and_why_a_reason_is_due(house, preferring, standing, as_):
    other, _ = standing("county_review", 0, 1)
    county_title(house, 1)
    totals(桂花=960_000, 银杏=940_000)
    client, address = (
        as_("一县", Role.APPROVER),
        reverse("accreditation:desk_list", args=[house.round.pk, "star"]),
    )
    page = client.get(address).content.decode()
    assert "优先推荐</span>" in page and SOURCE in page and "已是区级充分就业村（社区）" in page
    assert "未列入的理由" not in page
    house.drive.shortlist(house.fresh(other), moment(DAY))
    page = client.get(address).content.decode()
    assert "优先推荐的社区没有列入，而没有这一条件的社区已列入" in page and "未列入的理由" in page


def test_the_file_shows_the_hint(house, preferring, standing, as_):
    other, preferred = standing("county_review", 0, 1)
    county_title(house, 1)
    client = as_("一县", Role.HANDLER)
    page = client.get(reverse("accreditation:application", args=[preferred.pk])).content.decode()
    assert "优先推荐</span>" in page and SOURCE in page
    page = client.get(reverse("accreditation:application", args=[other.pk])).content.decode()
    assert "优先推荐" not in page
