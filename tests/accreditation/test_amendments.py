"""A live round is changed by a document alone: dates and places move, everything is recorded, and those who wait read it."""

import datetime as dt
import json

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import Role
from accreditation import amendments, rounds
from accreditation.models import Amendment, Application, Quota, Round, State
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from tests.factories import moment

DAY = dt.date(2017, 9, 1)
AT = moment(DAY)
PAPER = {"document_number": "湘人社函〔2017〕300号", "reason": "汛情影响，顺延一周。"}
LATER = {"windows": {"county_review": {"until": "2017-10-02"}}}


@pytest.fixture
def by(house):
    return house.officer("甲省", Role.APPROVER)


def amend(round_, by, settings=LATER, **more):
    round_ = Round.objects.get(pk=round_.pk)
    given = {"settings": settings, "edition": round_.edition, **PAPER, **more}
    return rounds.amend(round_, **given, by=by, at=AT)


# Dates


def test_the_dates_of_what_stands_there_move_and_no_others(house, by):
    standing = house.at("county_review", 0)
    draft, street = house.draft(1), house.at("street_review", 2)
    noticed = house.at("county_notice", 4)
    returned = house.at("returned", 5)
    before = {a.pk: a.due_on for a in Application.objects.all()}
    made = amend(house.round, by)
    after = {a.pk: a.due_on for a in Application.objects.all()}
    assert after[standing.pk] == dt.date(2017, 10, 2) != before[standing.pk]
    assert noticed.state == "county_notice" and before[noticed.pk] is not None
    for other in (draft, street, noticed, returned):
        assert after[other.pk] == before[other.pk]
    assert made.due("county_review") == dt.date(2017, 10, 2)
    assert made.first_due("county_review") == dt.date(2017, 9, 25)


def test_what_comes_back_gets_the_new_date(house, by):
    returned = house.at("returned", 0)
    assert returned.returned_from == "street_review"
    amend(house.round, by, {"windows": {"street_review": {"until": "2017-09-10"}}})
    back = house.drive.resubmit(house.fresh(returned), AT)
    assert back.due_on == dt.date(2017, 9, 10)


def test_an_amendment_is_recorded_whole(house, by):
    amend(house.round, by)
    amend(house.round, by, {"windows": {"county_review": {"until": "2017-10-03"}}}, reason="再顺延一日。")
    second, first = amendments.told(house.round)
    assert (first.number, first.document_number, first.reason) == (
        1,
        PAPER["document_number"],
        PAPER["reason"],
    )
    assert first.changes == [("县级评审截止", "2017年9月25日", "2017年10月2日")]
    assert second.changes == [("县级评审截止", "2017年10月2日", "2017年10月3日")]
    assert (first.by, first.office) == (by.name, by.acting.office.name)
    event = house.round.events.filter(event__action="amend_round").latest("event_id").event
    assert json.loads(event.body)["data"]["document"] == PAPER["document_number"]


def test_the_first_date_is_remembered_until_the_round_is_back_at_it(house, by):
    amend(house.round, by)
    made = amend(house.round, by, {"windows": {"county_review": {"until": "2017-10-03"}}})
    assert made.first_due("county_review") == dt.date(2017, 9, 25)
    made = amend(house.round, by, {"windows": {"county_review": {"until": "2017-09-25"}}})
    assert made.chosen == {} and made.first_due("county_review") is None
    made = amend(house.round, by, {"windows": {"draft": {"until": "2017-09-10"}}})
    assert made.due("draft") == dt.date(2017, 9, 10) and made.first_due("draft") is None


@pytest.mark.parametrize(
    ("more", "place", "part"),
    [
        ({"document_number": " "}, "document_number", "请填写调整文号"),
        ({"reason": ""}, "reason", "请写明调整理由"),
        ({"settings": {}}, "settings", "没有任何改动"),
        ({"settings": {"readings": {"A2": "ceil"}}}, "settings", "读法不再变动"),
        (
            {"settings": {"windows": {"county_review": {"until": "9-9"}}}},
            "window:county_review",
            "日期应写作",
        ),
        ({"settings": {"pass_mark": "80"}}, "pass_mark", "由评分表规定"),
    ],
)
def test_what_an_amendment_lacks_is_said(house, by, more, place, part):
    with pytest.raises(NotReady) as refused:
        amend(house.round, by, **more)
    assert part in refused.value.message_dict[place][0]
    assert not Amendment.objects.exists()


def test_only_the_organiser_amends_only_a_live_round_and_only_what_it_saw(house, by):
    with pytest.raises(NotYours):
        amend(house.round, house.officer("东市", Role.APPROVER))
    with pytest.raises(AlreadyMoved):
        amend(house.round, by, edition=99)
    made = house.prepared("hunan-star-2017", "甲省", code="P2017", version="p")
    with pytest.raises(AlreadyMoved):
        amend(made, by)


def test_the_mark_its_opener_set_moves_by_a_document(house):
    officer = house.officer("一县", Role.APPROVER)
    made = house.prepared("quangang-2016", "一县", year=2017)
    Round.objects.filter(pk=made.pk).update(settings='{"pass_mark":"80"}')
    rounds.open_round(made, by=officer, at=AT)
    changed = amend(made, officer, {"pass_mark": "85"})
    assert changed.pass_mark.words() == "85 分以上（含 85 分）"
    assert amendments.told(changed)[0].changes == [("合格分数线", "80 分", "85 分")]


def test_amendments_only_grow(house, by):
    amend(house.round, by)
    for change in (
        lambda: Amendment.objects.update(reason="x"),
        lambda: Amendment.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Amendment.objects.get().reason == PAPER["reason"]


def test_a_broken_amendment_leaves_nothing(house, by, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(rounds, "record", broken)
    standing = house.at("county_review", 0)
    with pytest.raises(RuntimeError):
        amend(house.round, by)
    standing.refresh_from_db()
    assert standing.due_on == dt.date(2017, 9, 25) and not Amendment.objects.exists()


# Who reads it


def test_the_community_reads_the_old_and_the_new_date(house, by, client, at):
    at(DAY)
    application = house.at("county_review", 0)
    house.draft(1)
    amend(
        house.round, by, {"windows": {"county_review": {"until": "2017-10-02"}, "draft": {"until": "09-20"}}}
    )
    client.force_login(house.filer(application.community))
    home = client.get(reverse("home")).content.decode()
    assert "原定2017年9月25日前完成，调整为2017年10月2日前" in home and "10月2日前（原定9月25日）" in home
    client.force_login(house.filer(house.community(1)))
    # The source has no date here: the first one came by amendment, and there is none it was moved from.
    amend(house.round, by, {"windows": {"draft": {"until": "09-22"}}})
    assert "申报截止：<b>2017年9月22日" in client.get(reverse("home")).content.decode()


def test_a_draft_reads_the_moved_deadline_of_its_round(house, client, at):
    at(DAY)
    officer = house.officer("东市", Role.APPROVER)
    made = house.prepared("zhoukou-2022", "东市", year=2017, windows={"draft": {"until": "2017-09-10"}})
    for tier, size in (("provincial", 6), ("star", 4)):
        rounds.set_quota(made, tier, house.regions["东市"], size, by=officer, at=AT)
    opened = rounds.open_round(made, by=officer, at=AT)
    amend(opened, officer, {"windows": {"draft": {"until": "2017-09-15"}}})
    client.force_login(house.filer(house.community(0)))
    page = client.get(reverse("accreditation:start", args=[opened.pk, "provincial"])).content.decode()
    assert "原定 2017年9月10日，调整为 <b>2017年9月15日" in page


def test_the_public_reads_it_on_the_programme_page(house, by, client):
    amend(house.round, by)
    page = client.get(reverse("programme", args=["hunan-star-2017"])).content.decode()
    assert "正在进行：2017年认定" in page and PAPER["document_number"] in page
    assert "原为 2017年9月25日，调整为 <b>2017年10月2日</b>" in page
    assert by.name not in page


def test_the_pages_show_and_make_an_amendment(house, as_, at):
    at(DAY)
    client = as_("甲省", Role.APPROVER)
    address = reverse("accreditation:amend_round", args=[house.round.pk])
    page = client.get(address).content.decode()
    assert 'name="until-county_review" value="2017年9月25日"' in page
    assert 'name="until-county_notice"' not in page and "reading-" not in page
    said = {
        "edition": str(house.round.edition),
        "until-draft": "",
        "until-street_review": "",
        "until-county_review": "10月2日",
        "until-city_review": "2017年10月25日",
        "until-province_review": "2017年11月25日",
        **PAPER,
    }
    answer = client.post(address, {**said, "until-city_review": ""})
    assert answer.status_code == 400 and "原文规定了这一日期，不能留空" in answer.content.decode()
    answer = client.post(address, {**said, "document_number": ""})
    page = answer.content.decode()
    assert answer.status_code == 409 and "请填写调整文号" in page and 'value="10月2日"' in page
    answer = client.post(address, {**said, "edition": "99"})
    page = answer.content.decode()
    assert answer.status_code == 409 and 'value="10月2日"' in page and PAPER["reason"] in page
    assert client.post(address, said).status_code == 302
    for name in ("amendments", "round"):
        page = client.get(reverse(f"accreditation:{name}", args=[house.round.pk])).content.decode()
        assert "调整为 <b>2017年10月2日</b>" in page and PAPER["document_number"] in page
    page = (
        as_("一县", Role.HANDLER).get(reverse("accreditation:round", args=[house.round.pk])).content.decode()
    )
    assert "原定 2017年9月25日" in page and "调整期限" not in page


# Places


def test_places_of_a_live_round_move_by_a_document_alone(house, by):
    with pytest.raises(NotReady) as refused:
        rounds.set_quota(house.round, "star", house.regions["东市"], 5, by=by, at=AT)
    assert any("请填写调整文号" in sentence for sentence in refused.value.messages)
    rounds.set_quota(house.round, "star", house.regions["东市"], 5, by=by, at=AT, **PAPER)
    told = amendments.told(house.round)[0]
    assert told.changes == [("甲省 东市的名额（省级充分就业星级社区）", "3 个", "5 个")]
    house.round.refresh_from_db()
    with pytest.raises(NotReady):  # no change is no amendment, and no refusal either
        rounds.set_quota(house.round, "star", house.regions["西市"], 9, by=by, at=AT)
    rounds.set_quota(house.round, "star", house.regions["东市"], 5, by=by, at=AT)
    assert Amendment.objects.count() == 1


def test_many_places_are_set_together_or_not_at_all(house, by):
    Quota.objects.filter(region=house.regions["西市"]).update(used=2)
    east, west = (f"star-{house.regions[name].pk}" for name in ("东市", "西市"))
    with pytest.raises(NotReady) as refused:
        rounds.set_quotas(house.round, {east: 8, west: 1}, by=by, at=AT, **PAPER)
    assert refused.value.message_dict == {west: ["西市已用 2 个名额，不能调减到 1 个。"]}
    assert sorted(house.round.quotas.values_list("size", flat=True)) == [3, 3]
    rounds.set_quotas(house.round, {east: 8, west: 2}, by=by, at=AT, **PAPER)
    assert sorted(house.round.quotas.values_list("size", flat=True)) == [2, 8]
    assert Amendment.objects.count() == 1 and len(amendments.told(house.round)[0].changes) == 2


@pytest.fixture
def gansu(house):
    """Gansu's way: the province gives the cities, a city may give its own on."""
    return house.prepared("gansu-2023", "甲省", year=2023, day=dt.date(2023, 9, 1))


def given(house, **sizes):
    return {f"provincial-{house.regions[name].pk}": size for name, size in sizes.items()}


def test_a_city_splits_its_own_and_never_more(house, by, gansu):
    city = house.officer("东市", Role.APPROVER)
    with pytest.raises(NotReady) as refused:
        rounds.set_quotas(gansu, given(house, 一县=1), by=city, at=AT)
    assert "东市本身还没有名额" in refused.value.messages[0]
    rounds.set_quotas(gansu, given(house, 东市=3, 西市=2), by=by, at=AT)
    with pytest.raises(NotReady) as refused:
        rounds.set_quotas(gansu, given(house, 一县=2, 二县=2), by=city, at=AT)
    assert refused.value.messages == ["东市共有 3 个名额，分配合计 4 个，超出 1 个。"]
    rounds.set_quotas(gansu, given(house, 一县=2, 二县=1), by=city, at=AT)
    for who, sizes in (
        (city, {"三县": 1}),
        (city, {"东市": 9}),
        (by, {"一县": 1}),
        (house.officer("一县", Role.APPROVER), {"一县": 3}),
    ):
        with pytest.raises(NotYours):
            rounds.set_quotas(gansu, given(house, **sizes), by=who, at=AT)
    with pytest.raises(NotReady) as refused:
        rounds.set_quotas(gansu, given(house, 东市=2), by=by, at=AT)
    assert "已向下分配 3 个，不能调减到 2 个" in refused.value.messages[0]
    rounds.set_quotas(gansu, given(house, 东市=5), by=by, at=AT)
    assert gansu.quotas.count() == 4


def test_counties_that_cap_on_their_own_are_no_split(house):
    """周口: each county 1 and the city 6 hold together; the counties' sum may exceed the city's."""
    made = house.prepared("zhoukou-2022", "东市", year=2022, day=dt.date(2022, 5, 1))
    officer = house.officer("东市", Role.APPROVER)
    rounds.set_quotas(made, given(house, 东市=1, 一县=1, 二县=1), by=officer, at=AT)
    assert made.quotas.count() == 3


def test_a_row_once_given_is_not_emptied(house, by, gansu):
    rounds.set_quotas(gansu, given(house, 东市=3, 西市=None), by=by, at=AT)
    assert gansu.quotas.count() == 1
    with pytest.raises(NotReady) as refused:
        rounds.set_quotas(gansu, given(house, 东市=None), by=by, at=AT)
    assert "不给名额的填 0" in refused.value.messages[0]


def test_the_page_has_every_row_and_each_office_s_own_boxes(house, gansu, as_, at, by):
    at(dt.date(2023, 9, 1))
    address = reverse("accreditation:quotas", args=[gansu.pk])
    page = as_("甲省", Role.APPROVER).get(address).content.decode()
    boxes = [key for key in given(house, 东市=0, 西市=0, 一县=0) if f'name="{key}"' in page]
    assert boxes == list(given(house, 东市=0, 西市=0))
    rounds.set_quotas(gansu, given(house, 东市=3, 西市=2), by=by, at=AT)
    page = as_("东市", Role.APPROVER).get(address).content.decode()
    boxes = [key for key in given(house, 东市=0, 西市=0, 一县=0, 二县=0, 三县=0) if f'name="{key}"' in page]
    assert boxes == list(given(house, 一县=0, 二县=0))
    keys = list(given(house, 一县=0, 二县=0))
    post = {keys[0]: "2", keys[1]: "2", f"was-{keys[0]}": "", f"was-{keys[1]}": ""}
    answer = as_("东市", Role.APPROVER).post(address, post)
    page = answer.content.decode()
    assert answer.status_code == 409 and "超出 1 个" in page and page.count('value="2"') == 2
    answer = as_("东市", Role.APPROVER).post(address, {**post, keys[1]: "1"})
    assert answer.status_code == 302
    assert "已分配 3 个，余 0 个" in as_("东市", Role.APPROVER).get(address).content.decode()
    assert 'name="provincial-' not in as_("一县", Role.APPROVER).get(address).content.decode()


def test_the_page_costs_the_same_for_more_rows(house, gansu, as_, at, by, django_assert_max_num_queries):
    at(dt.date(2023, 9, 1))
    address = reverse("accreditation:quotas", args=[gansu.pk])
    client = as_("东市", Role.APPROVER)
    client.get(address)
    counts = []
    for sizes in ({"东市": 3}, {"西市": 2}):
        rounds.set_quotas(gansu, given(house, **sizes), by=by, at=AT)
        with django_assert_max_num_queries(12) as asked:
            client.get(address)
        counts.append(len(asked.captured_queries))
    assert counts[0] == counts[1]


# The end


def test_a_round_closes_when_nothing_stands(house, by, as_, at):
    at(DAY)
    application = house.at("county_review", 0)
    house.at("returned", 2)
    house.draft(4)
    client, address = as_("甲省", Role.APPROVER), reverse("accreditation:close_round", args=[house.round.pk])
    page = client.get(address).content.decode()
    assert "还有 1 件申报在“县级评审”环节" in page and "还有 1 件退回补正的申报" in page
    assert f"?round={house.round.pk}&amp;state=county_review" in page and "结束批次</button>" not in page
    assert client.post(address).status_code == 409
    with pytest.raises(NotYours):
        rounds.close_round(house.round, by=house.officer("东市", Role.APPROVER), at=AT)
    house.drive.withdraw(application, AT, "x")
    house.drive.withdraw(Application.objects.get(state=State.RETURNED), AT, "x")
    assert "有 1 份尚未提交的填报" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    closed = Round.objects.get(pk=house.round.pk)
    assert closed.status == Round.Status.CLOSED
    for verb in (rounds.close_round, rounds.open_round):
        with pytest.raises(AlreadyMoved):
            verb(closed, by=by, at=AT)
    with pytest.raises(AlreadyMoved):
        amend(closed, by)
    with pytest.raises(AlreadyMoved):
        rounds.set_quota(closed, "star", house.regions["东市"], 9, by=by, at=AT, **PAPER)
