"""Plans that streets file for the year: by whom, until when, every draft kept, who reads them.

泉港人社〔2016〕151号 四、（二）, played in 一县 with its streets 一南街道 and 一北街道; due on 25 November 2017.
"""

import datetime as dt

import pytest

from accounts.models import Event, Role
from accreditation import plans, rounds, uploads
from accreditation.models import Round, StreetPlan
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from demonstration.driving import scan
from regions.clock import end_of, start_of
from tests.factories import acting, moment

OPENED = dt.date(2017, 11, 1)
DAY = dt.date(2017, 11, 20)
DUE = dt.date(2017, 11, 25)
SAID = {
    "title": "一南街道创建活动具体实施方案",
    "dated_on": dt.date(2017, 11, 18),
    "text": "成立领导小组。\n12月上旬完成自评。",
    "urban_goal": 1,
    "village_goal": 3,
}
TYPED = {**SAID, "dated_on": "2017年11月18日", "urban_goal": "1", "village_goal": "３", "seen": "0"}


@pytest.fixture
def round_(house):
    made = house.prepared("quangang-2016", "一县", name="2017年一县创建", code="QG2017", day=OPENED)
    Round.objects.filter(pk=made.pk).update(settings='{"pass_mark":"85"}')
    made = Round.objects.get(pk=made.pk)
    rounds.open_round(made, by=house.officer("一县", Role.APPROVER), at=moment(OPENED))
    return Round.objects.select_related("version__programme", "region").get(pk=made.pk)


@pytest.fixture
def street(house):
    return house.regions["一南街道"]


def filed(house, round_, street="一南街道", *, role=Role.HANDLER, at=None, **changes):
    by = acting(house.officer(street, role))
    return plans.file_plan(round_, house.regions[street], by=by, at=at or moment(DAY), **{**SAID, **changes})


# Filing


def test_a_plan_is_kept_with_its_number_and_an_event(house, round_, street):
    plan, new = filed(house, round_)
    assert new and (plan.number, plan.region, plan.filed_at) == (1, street, moment(DAY))
    event = Event.objects.latest("seq")
    assert event.action == "file_plan" and round_.events.filter(event=event).exists()
    assert "一南街道第 1 稿" in event.subject


def test_a_later_plan_takes_the_next_number_and_leaves_the_first(house, round_):
    first, _ = filed(house, round_)
    second, _ = filed(house, round_, role=Role.APPROVER, title="调整后的方案", urban_goal=2)
    first.refresh_from_db()
    assert (first.number, first.title, first.urban_goal) == (1, SAID["title"], 1)
    assert (second.number, second.title, second.urban_goal) == (2, "调整后的方案", 2)


def test_the_same_again_is_no_further_draft(house, round_):
    first, _ = filed(house, round_)
    again, new = filed(house, round_)
    assert again == first and not new and StreetPlan.objects.count() == 1


def test_who_may_not_file(house, round_):
    region = house.regions["一南街道"]
    others = [
        house.officer("一北街道", Role.APPROVER), house.officer("一县", Role.APPROVER), house.officer("一南街道", Role.PUBLISHER)
        if (region.pk, Role.PUBLISHER) in house.people else house.officer("一县", Role.PUBLISHER),
        house.officer("东市", Role.AUDITOR), house.filer(house.community(0)), house.officer("甲省", Role.SYSADMIN),
    ]  # fmt: skip
    for user in others:
        with pytest.raises(NotYours):
            plans.file_plan(round_, region, by=acting(user), at=moment(DAY), **SAID)
    far = acting(house.officer("二南街道", Role.APPROVER))  # a street outside the county
    with pytest.raises(NotYours):
        plans.file_plan(round_, house.regions["二南街道"], by=far, at=moment(DAY), **SAID)
    assert StreetPlan.objects.count() == 0


def test_a_programme_without_plans_takes_none(house):
    with pytest.raises(NotYours) as refusal:
        filed(house, house.round)
    assert "没有规定" in str(refusal.value)


def test_the_day_itself_is_in_time_and_the_next_is_late(house, round_, street):
    """Until 25 November, 24:00 (A26): the last minute counts, the first of the 26th does not."""
    last = end_of(DUE) - dt.timedelta(minutes=1)
    filed(house, round_, at=last)
    filed(house, round_, "一北街道", at=start_of(dt.date(2017, 11, 26)))
    user = acting(house.officer("一县", Role.APPROVER))
    found = plans.standings(plans.scope(user, round_), round_, user, dt.date(2017, 11, 30))
    assert [(s.region.name, s.state) for s in found] == [("一南街道", "filed"), ("一北街道", "late")]
    assert plans.due(round_) == DUE


def test_a_later_draft_does_not_make_a_plan_in_time_late(house, round_):
    filed(house, round_)
    filed(house, round_, title="第二稿", at=moment(dt.date(2017, 12, 2)))
    user = acting(house.officer("一南街道", Role.HANDLER))
    [one] = plans.standings(plans.scope(user, round_), round_, user, dt.date(2017, 12, 3))
    assert (one.state, one.latest.number, one.first.number) == ("filed", 2, 1)


def test_nothing_filed_is_overdue_only_after_the_day(house, round_):
    user = acting(house.officer("一南街道", Role.HANDLER))
    for day, state in ((DUE, "waiting"), (dt.date(2017, 11, 26), "overdue")):
        [one] = plans.standings(plans.scope(user, round_), round_, user, day)
        assert one.state == state


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("dated_on", dt.date(2017, 11, 21), "不能晚于今天"),
        ("dated_on", dt.date(2015, 11, 18), "相差超过一年"),
        ("title", "  ", "请填写标题"),
        ("title", "方" * 121, "最多 120 个字"),
        ("text", "", "请填写实施方案的正文"),
        ("urban_goal", -1, "0 到 9999"),
        ("village_goal", 10_000, "0 到 9999"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(house, round_, field, value, words):
    with pytest.raises(NotReady) as refusal:
        filed(house, round_, **{field: value})
    assert words in refusal.value.message_dict[field][0]
    assert StreetPlan.objects.count() == 0


def test_only_while_the_round_is_open(house, round_):
    for status, words in (("preparing", "开启后"), ("closed", "已经结束")):
        Round.objects.filter(pk=round_.pk).update(status=status)
        with pytest.raises(NotReady) as refusal:
            filed(house, round_)
        assert words in refusal.value.messages[0]


def test_a_stale_page_is_said_so(house, round_):
    filed(house, round_)
    with pytest.raises(AlreadyMoved):
        filed(house, round_, title="另一稿", seen=0)
    assert filed(house, round_, title="另一稿", seen=1)[0].number == 2


def test_the_file_of_the_last_draft_can_be_kept(house, round_):
    checked = uploads.check(scan("方案"))
    first, _ = filed(house, round_, file=checked)
    second, _ = filed(house, round_, title="第二稿", keep_file=True)
    third, _ = filed(house, round_, title="第三稿")
    assert first.file.name == second.file.name and second.checksum == checked.checksum
    assert not third.file and third.checksum == ""
