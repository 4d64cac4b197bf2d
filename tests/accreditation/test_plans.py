"""A street's dated plan: filed, filed again, filed late; read by those above and by nobody beside."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Event, Role
from accreditation import plans, rounds
from accreditation.models import Round, StreetPlan
from accreditation.refusals import NotYours
from tests.access.conftest import picture
from tests.factories import moment

OPENED, IN_TIME, LAST, LATE = (dt.date(2017, *day) for day in ((11, 1), (11, 20), (11, 25), (11, 26)))
SAID = {
    "title": "一南街道实施方案",
    "dated_on": "11月18日",
    "urban_goal": "2",
    "village_goal": "1",
    "text": "成立领导小组。",
    "seen": "0",
}


@pytest.fixture
def round_(house):
    """Quangang's programme in 一县, open since 1 November 2017; plans are due on the 25th."""
    made = house.prepared("quangang-2016", "一县", code="QG2017", day=OPENED)
    by = house.officer("一县", Role.APPROVER)
    settings = {"pass_mark": "85"}
    rounds.settle(
        made, name=made.name, year=2017, code=made.code, opens_on=OPENED, rubric=made.rubric, settings=settings,
        edition=made.edition, by=by, at=moment(OPENED),
    )  # fmt: skip
    made = Round.objects.get(pk=made.pk)
    rounds.open_round(made, by=by, at=moment(OPENED))
    return Round.objects.select_related("version__programme", "region").get(pk=made.pk)


@pytest.fixture
def file(house, round_):
    """file("一南街道", day) → the plan, by its handler."""

    def put(street, day, **said):
        return plans.file_plan(
            round_,
            house.regions[street],
            by=house.officer(street, Role.HANDLER),
            at=moment(day),
            **{"title": "方案", "dated_on": day, "text": "内容", "urban_goal": 2, "village_goal": 1, **said},
        )

    return put


def send(client, round_, **said):
    return client.post(reverse("accreditation:file_plan", args=[round_.pk]), {**SAID, **said})


def rows(client, round_):
    return client.get(reverse("accreditation:street_plans", args=[round_.pk]))


def told(response):
    return {row.region.name: row.words for row in response.context["rows"]}


def test_a_street_files_with_its_paper_and_the_chain_says_so(round_, as_, at):
    at(IN_TIME)
    client = as_("一南街道", Role.HANDLER)
    assert (
        "一南街道创建充分就业村"
        in client.get(reverse("accreditation:file_plan", args=[round_.pk])).content.decode()
    )
    response = send(client, round_, file=picture())
    plan = StreetPlan.objects.get()
    assert response.url == reverse("accreditation:street_plan", args=[plan.pk])
    assert (plan.number, plan.dated_on, plan.urban_goal, plan.village_goal) == (
        1,
        dt.date(2017, 11, 18),
        2,
        1,
    )
    assert (plan.name, plan.content_type) == ("照片.png", "image/png") and plan.checksum
    page = client.get(response.url).content.decode()
    assert "成立领导小组。" in page and "逾期" not in page
    paper = client.get(reverse("accreditation:street_plan_file", args=[plan.pk]))
    assert b"".join(paper.streaming_content).startswith(b"\x89PNG")
    event = Event.objects.latest("seq")
    assert event.action == "file_plan" and '"late":false' in event.body
    assert round_.events.filter(event=event).exists()


def test_a_later_filing_is_the_next_draft_and_the_earlier_stays(round_, file, as_, at):
    first = file("一南街道", IN_TIME, text="第一稿的内容")
    at(IN_TIME)
    client = as_("一南街道", Role.APPROVER)
    assert send(client, round_, seen="1", text="第二稿的内容").status_code == 302
    assert list(StreetPlan.objects.order_by("number").values_list("number", "text")) == [
        (1, "第一稿的内容"),
        (2, "第二稿的内容"),
    ]
    old = client.get(reverse("accreditation:street_plan", args=[first.pk])).content.decode()
    assert "第一稿的内容" in old and "这是以前的一稿" in old


def test_two_colleagues_at_once_the_second_is_told(round_, file, as_, at):
    file("一南街道", IN_TIME)
    at(IN_TIME)
    response = send(as_("一南街道", Role.HANDLER), round_)
    assert response.status_code == 409 and "同事刚刚报送" in response.content.decode()
    assert "成立领导小组。" in response.content.decode() and StreetPlan.objects.count() == 1


@pytest.mark.parametrize(("day", "words"), [(LAST, "已报送"), (LATE, "逾期报送")])
def test_the_last_day_is_in_time_and_the_next_is_late(file, round_, house, day, words):
    plan = file("一南街道", day)
    assert plans.due(round_) == LAST
    assert plans.is_late(round_, plan) is (words == "逾期报送")
    [row] = plans.overview(round_, house.regions["一南街道"], day=day)
    assert row.words == words


def test_a_draft_after_the_day_does_not_make_a_street_late(file, round_, house):
    file("一南街道", IN_TIME)
    second = file("一南街道", LATE)
    [row] = plans.overview(round_, house.regions["一南街道"], day=LATE)
    assert row.words == "已报送" and plans.is_late(round_, second)


def test_the_county_sees_who_filed_who_did_not_and_who_was_late(file, round_, as_, at):
    file("一南街道", LATE)
    at(LAST)
    assert told(rows(as_("一县", Role.PUBLISHER), round_)) == {"一南街道": "逾期报送", "一北街道": "待报送"}
    at(LATE)
    page = rows(as_("东市", Role.AUDITOR), round_)
    assert told(page) == {"一南街道": "逾期报送", "一北街道": "逾期未报"}
    assert (page.context["filed"], page.context["late"], page.context["unfiled"], page.context["goals"]) == (
        1,
        1,
        1,
        [2, 1],
    )


def test_a_street_sees_its_own_alone(file, round_, as_, at):
    plan = file("一南街道", IN_TIME)
    at(IN_TIME)
    client = as_("一北街道", Role.APPROVER)
    assert told(rows(client, round_)) == {"一北街道": "待报送"}
    missing = client.get(reverse("accreditation:street_plan", args=[10**9]))
    for name in ("street_plan", "street_plan_file"):
        foreign = client.get(reverse(f"accreditation:{name}", args=[plan.pk]))
        assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_another_county_and_a_programme_without_plans_are_missing_pages(house, file, round_, as_, at):
    plan = file("一南街道", IN_TIME)
    at(IN_TIME)
    client = as_("二县", Role.APPROVER)
    for name, pk in (
        ("street_plans", round_.pk),
        ("file_plan", round_.pk),
        ("export_plans", round_.pk),
        ("street_plan", plan.pk),
    ):
        assert client.get(reverse(f"accreditation:{name}", args=[pk])).status_code == 404
    assert rows(as_("一县", Role.APPROVER), house.round).status_code == 404


@pytest.mark.parametrize(
    ("place", "role", "sentence"),
    [
        ("一县", Role.APPROVER, "由本批次范围内的街道（乡镇）报送"),
        ("一县", Role.PUBLISHER, "由街道（乡镇）的经办或审核岗位报送"),
        ("东市", Role.AUDITOR, "由街道（乡镇）的经办或审核岗位报送"),
    ],
)
def test_others_do_not_file(round_, as_, at, place, role, sentence):
    at(IN_TIME)
    response = send(as_(place, role), round_)
    assert response.status_code == 403 and sentence in response.content.decode()
    assert not StreetPlan.objects.exists()


def test_a_filer_reads_nothing_and_files_nothing(house, round_, client, at):
    at(IN_TIME)
    client.force_login(house.filer(house.community(0)))
    assert rows(client, round_).status_code == 403 and send(client, round_).status_code == 403


def test_a_street_files_for_itself_alone(house, round_):
    with pytest.raises(NotYours, match="本街道"):
        plans.file_plan(
            round_, house.regions["一北街道"], title="方案", dated_on=IN_TIME, text="内容", urban_goal=0, village_goal=0,
            by=house.officer("一南街道", Role.HANDLER), at=moment(IN_TIME),
        )  # fmt: skip


def test_nothing_is_filed_outside_the_open_round(house, round_, file):
    Round.objects.filter(pk=round_.pk).update(status=Round.Status.CLOSED)
    with pytest.raises(NotYours, match="批次已经结束"):
        file("一南街道", IN_TIME)
    Round.objects.filter(pk=round_.pk).update(status=Round.Status.PREPARING)
    with pytest.raises(NotYours, match="批次尚未开启"):
        file("一南街道", IN_TIME)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("dated_on", "2017-11-21", "成文日期不能晚于今天。"),
        ("title", "", "标题"),
        ("text", " ", "实施方案"),
        ("urban_goal", "-1", "本年创建社区数"),
        ("village_goal", "两个", "本年创建村数"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(round_, as_, at, field, value, sentence):
    at(IN_TIME)
    response = send(as_("一南街道", Role.HANDLER), round_, **{field: value})
    page = response.content.decode()
    assert response.status_code == 400 and sentence in page and not StreetPlan.objects.exists()
    assert field == "text" or "成立领导小组。" in page


def test_a_paper_that_cannot_be_taken_stops_the_filing(round_, as_, at):
    at(IN_TIME)
    bad = io.BytesIO(b"plain words")
    bad.name = "方案.txt"
    response = send(as_("一南街道", Role.HANDLER), round_, file=bad)
    assert response.status_code == 400 and "不是 PDF、JPEG 或 PNG" in response.content.decode()
    assert not StreetPlan.objects.exists()


def test_the_rule_itself_refuses_a_day_to_come(file):
    with pytest.raises(ValidationError, match="不能晚于今天"):
        file("一南街道", IN_TIME, dated_on=LAST)


def test_the_workbook_has_every_street_and_is_an_event(file, round_, as_, at):
    file("一南街道", LATE, title="=1+1")
    at(LATE)
    response = as_("一县", Role.APPROVER).get(reverse("accreditation:export_plans", args=[round_.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    south, north = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert south[:4] == ["一南街道", "逾期报送", 1, "=1+1"] and south[5:7] == [2, 1]
    assert north[:3] == ["一北街道", "逾期未报", None]
    assert Event.objects.latest("seq").action == "export_plans"


def test_the_round_leads_to_the_plans(house, round_, as_, at):
    at(IN_TIME)
    address = reverse("accreditation:street_plans", args=[round_.pk])
    client = as_("一县", Role.APPROVER)
    assert address in client.get(reverse("accreditation:round", args=[round_.pk])).content.decode()
    assert (
        "实施方案" not in client.get(reverse("accreditation:round", args=[house.round.pk])).content.decode()
    )


def test_the_page_asks_as_much_for_many_plans_as_for_one(file, round_, as_, at):
    at(IN_TIME)
    client = as_("一县", Role.APPROVER)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            rows(client, round_)
        return len(queries)

    file("一南街道", IN_TIME)
    cost()
    one = cost()
    for _ in range(3):
        file("一南街道", IN_TIME)
        file("一北街道", IN_TIME)
    assert cost() == one
