"""Publishing a list: what stands in the way, the preview, the press, and what another change in between does."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Event, Role
from accreditation import transitions
from accreditation.models import Application, Notice, State
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions import clock
from regions.models import CalendarNotice, SpecialDay
from tests.factories import House, acting, document, moment

DAY = dt.date(2017, 8, 30)
WORDS = {
    "number": "测试公示〔2017〕9号",
    "title": "一县推荐名单公示",
    "basis": "依据文件。",
    "process": "经过评审。",
    "contact": "一县人社局 0000-0000000",
    "address": "",
}


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


@pytest.fixture
def listed(house, standing):
    [application] = standing("county_review", 0)
    house.drive.shortlist(application, moment(DAY))
    return house.fresh(application)


def address(house):
    return reverse("accreditation:publish", args=[house.round.pk, "star"])


def seen(*applications):
    return [f"{a.pk}:{a.moves}" for a in applications]


def test_the_page_says_what_will_happen(as_, house, listed):
    text = as_("一县", Role.PUBLISHER).get(address(house)).content.decode()
    for piece in (
        "1 个社区进入“县级公示”",
        "2017年8月31日 星期四",
        "2017年9月6日 星期三 24:00",
        "发布当日 2017年8月30日 星期三，2017年9月2日 星期六，2017年9月3日 星期日",
        "根据《湖南省人力资源和社会保障厅关于开展",
        "一县人力资源和社会保障局",
    ):
        assert piece in text, piece


def test_a_publisher_publishes(as_, house, listed, client):
    client = as_("一县", Role.PUBLISHER)
    response = client.post(address(house), {**WORDS, "seen": seen(listed), "publish": "1"})
    assert response.status_code == 302
    notice = Notice.objects.get()
    assert (notice.title, notice.number, notice.office.region.name) == (
        WORDS["title"],
        WORDS["number"],
        "一县",
    )
    assert (notice.first_day, notice.last_day) == (dt.date(2017, 8, 31), dt.date(2017, 9, 6))
    assert house.fresh(listed).state == State.COUNTY_NOTICE
    assert Event.objects.filter(action="publish_notice").count() == 1
    client.logout()
    assert WORDS["basis"] in client.get(reverse("notice", args=[notice.pk])).content.decode()


def test_the_preview_publishes_nothing(as_, house, listed):
    response = as_("一县", Role.PUBLISHER).post(
        address(house), {**WORDS, "title": "预览标题", "seen": seen(listed), "preview": "1"}
    )
    assert response.status_code == 200
    assert "预览标题" in response.content.decode()
    assert not Notice.objects.exists()


def test_only_a_publisher(as_, house, listed):
    for role in (Role.APPROVER, Role.HANDLER):
        client = as_("一县", role)
        page = client.get(address(house)).content.decode()
        assert 'name="publish"' not in page and "公示由本级的发布岗位发布。" in page
        response = client.post(address(house), {**WORDS, "seen": seen(listed), "publish": "1"})
        assert response.status_code == 403
    assert not Notice.objects.exists()


def test_another_county_sees_its_own_list_only(as_, house, listed):
    client = as_("二县", Role.PUBLISHER)
    assert listed.community.name not in client.get(address(house)).content.decode()
    response = client.post(address(house), {**WORDS, "seen": seen(listed), "publish": "1"})
    assert response.status_code == 409
    assert not Notice.objects.exists()


def test_a_list_changed_after_the_preview_is_not_published(as_, house, listed, standing):
    [second] = standing("county_review", 1)
    house.drive.shortlist(second, moment(DAY))
    response = as_("一县", Role.PUBLISHER).post(
        address(house), {**WORDS, "seen": seen(listed), "publish": "1"}
    )
    assert response.status_code == 409
    text = response.content.decode()
    assert "名单在您预览之后有变动" in text
    assert WORDS["basis"] in text  # what was typed is still there
    assert not Notice.objects.exists()


def test_a_passed_over_one_stops_it_until_the_reason_stands(as_, house, listed, standing):
    [second] = standing("county_review", 1)
    Application.objects.filter(pk=second.pk).update(total_county=999_000)
    client = as_("一县", Role.PUBLISHER)
    page = client.get(address(house)).content.decode()
    assert "排名在前而未列入，请写明理由" in page and "去修改" in page
    assert 'name="publish"' not in page
    response = client.post(address(house), {**WORDS, "seen": seen(listed), "publish": "1"})
    assert response.status_code == 409 and not Notice.objects.exists()
    second = house.fresh(second)
    transitions.pass_over(
        second,
        by=acting(house.officer("一县", Role.APPROVER)),
        at=moment(DAY),
        seen=second.moves,
        reason="后备。",
    )
    response = client.post(address(house), {**WORDS, "seen": seen(listed), "publish": "1"})
    assert response.status_code == 302


def test_an_empty_list_and_an_empty_form(as_, house, listed):
    client = as_("一县", Role.PUBLISHER)
    response = client.post(address(house), {"seen": seen(listed), "publish": "1"})
    assert response.status_code == 400
    assert "请填写标题" in response.content.decode()
    assert client.post(address(house), {**WORDS, "seen": "x:y", "publish": "1"}).status_code == 400
    assert client.post(address(house), {**WORDS, "publish": "1"}).status_code == 409
    assert "推荐名单为空" in as_("二县", Role.PUBLISHER).get(address(house)).content.decode()


def test_a_year_without_a_calendar_is_named(as_, house, listed):
    SpecialDay.objects.all().delete()
    CalendarNotice.objects.all().delete()
    client = as_("一县", Role.PUBLISHER)
    page = client.get(address(house)).content.decode()
    assert "2017 年的节假日安排尚未录入" in page and 'name="publish"' not in page
    response = client.post(address(house), {**WORDS, "seen": seen(listed), "publish": "1"})
    assert response.status_code == 409 and not Notice.objects.exists()


@pytest.fixture
def no_notice(db, settings, tmp_path):
    """A programme whose county list goes straight to the city."""
    settings.MEDIA_ROOT = tmp_path
    data = document()
    data["route"] = [step for step in data["route"] if step["state"] != "county_notice"]
    data["quotas"] = [
        {"tier": "star", "level": "city", "region": city, "size": 3} for city in ("东市", "西市")
    ]
    return House(programme=data)


def test_a_list_without_a_notice_is_passed_on_whole(no_notice, client):
    house = no_notice
    applications = [house.prepare(house.at("county_review", n)) for n in (0, 1)]
    client.force_login(house.officer("一县", Role.APPROVER))
    assert (
        "整体上报“市级评审”"
        in client.get(reverse("accreditation:desk_list", args=[house.round.pk, "star"])).content.decode()
    )
    for application in applications:
        house.drive.shortlist(application, moment(DAY))
    applications = [house.fresh(a) for a in applications]
    assert "整体上报" in client.get(address(house)).content.decode()
    assert client.post(address(house), {"seen": seen(applications[0])}).status_code == 409
    assert client.post(address(house), {"seen": seen(*applications)}).status_code == 302
    assert {house.fresh(a).state for a in applications} == {State.CITY_REVIEW}
    assert Event.objects.filter(action="pass_on", body__contains='"list":2').count() == 2


def test_a_list_with_a_notice_is_never_passed_on_whole(house, listed):
    by = acting(house.officer("一县", Role.APPROVER))
    with pytest.raises(NotReady):
        transitions.pass_on_list(
            house.round, "star", "county_review", by=by, at=clock.now(), seen={listed.pk: listed.moves}
        )


def test_passing_on_a_list_asks_who_and_what(no_notice):
    house = no_notice
    application = house.prepare(house.at("county_review", 0))
    house.drive.shortlist(application, moment(DAY))
    application = house.fresh(application)
    said = {"at": moment(DAY), "seen": {application.pk: application.moves}}
    for role in (Role.HANDLER, Role.PUBLISHER):
        with pytest.raises(NotYours):
            transitions.pass_on_list(
                house.round, "star", "county_review", by=acting(house.officer("一县", role)), **said
            )
    with pytest.raises(AlreadyMoved):
        transitions.pass_on_list(
            house.round, "star", "county_review", by=acting(house.officer("二县", Role.APPROVER)), **said
        )
