"""The panel's pages: the desk that runs it, the members who score, and everyone else, who finds nothing there."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import DeclaredInterest, Event, Role
from accreditation import panels, transitions
from accreditation.models import Application, Attachment, Panel, PanelScore
from scoring.points import parse_points, show_points
from tests.accreditation.panel_city import PanelCity
from tests.factories import acting


@pytest.fixture
def city(house, at):
    made = PanelCity(house)
    at(made.at)
    return made


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(city):
    return browser(city.approver)


def url(name, *args):
    return reverse(f"accreditation:{name}", args=args)


def body(response, status=200):
    assert response.status_code == status, response.content.decode()[-3000:]
    return response.content.decode()


# The desk


def test_the_desk_forms_appoints_and_draws_in_the_browser(city, desk, house):
    city.at_city(0, 4, 12)
    people = [city.person(source) for source in ("finance", "audit", "university")]
    assert "尚未组建" in body(desk.get(url("panels")))
    page = body(desk.get(url("form_panel", city.round.pk)))
    assert "至少 2 人评分" in page and "保留 2 位小数" in page and "超过 10 分" in page
    assert desk.post(url("form_panel", city.round.pk)).status_code == 302
    panel = Panel.objects.get()
    page = body(desk.get(url("appoint", panel.pk)))
    assert all(user.name in page for user in people) and "二县人力资源和社会保障局" in page
    assert city.approver.pk not in [
        p.user_id for p in desk.get(url("appoint", panel.pk)).context["form"].postings.values()
    ]
    assert "请勾选要聘任的人员" in body(desk.post(url("appoint", panel.pk), {}), 400)
    county = [house.officer(name, Role.HANDLER) for name in ("一县", "二县")]
    picked = [user.acting.pk for user in (*people, *county)]
    assert desk.post(url("appoint", panel.pk), {"picked": picked, "county": ""}).status_code == 302
    assert dict(panel.assessors.values_list("user__name", "county__name")) == {
        **{user.name: None for user in people},
        county[0].name: "一县",
        county[1].name: "二县",
    }
    page = body(desk.get(url("panel", panel.pk)))
    assert "下一步：抽签分组" in page
    page = body(desk.get(url("draw_panel", panel.pk), {"groups": "3"}))
    assert (
        "每组至少 2 人，现有考核人员 5 名，最多可以分 2 组。" in page
        and "来自一县，不考核本县（市、区）的社区" in page
    )
    shown = desk.get(url("draw_panel", panel.pk), {"groups": "2"})
    assert not shown.context["findings"] and shown.context["pool"] in body(shown)
    old = {"groups": "2", "seen": shown.context["pool"]}
    city.appoint(panel, "finance")
    assert "重新预览" in body(desk.post(url("draw_panel", panel.pk), old), 409)
    again = {"groups": "2", "seen": desk.get(url("draw_panel", panel.pk), {"groups": "2"}).context["pool"]}
    assert desk.post(url("draw_panel", panel.pk), again).status_code == 302
    panel.refresh_from_db()
    page = body(desk.get(url("panel", panel.pk)))
    assert panel.seed in page and "复核的办法" in page and "未评" in page


def test_the_desk_sees_who_has_finished_but_no_points_until_the_total(city, desk, house):
    (one,) = city.at_city(0)
    panel = city.drawn(1)
    rows = list(one.panel_scores.select_related("assessor__user"))
    for number, score in enumerate(rows[:-1]):
        city.give(score, f"7{number}.12", "评语甲乙丙")
    handler = browser(house.officer("东市", Role.HANDLER))
    for client in (desk, handler, browser(house.officer("东市", Role.AUDITOR))):
        for page in (client.get(url("panel", panel.pk)), client.get(url("application", one.pk))):
            text = body(page)
            assert ".12" not in text and "评语甲乙丙" not in text
    text = body(desk.get(url("panel", panel.pk)))
    assert text.count("已评</span>") >= len(rows) - 1 and "4<small>／5 份" in text
    page = body(desk.get(url("close_panel", panel.pk)))
    assert f"{rows[-1].assessor.user.name}尚未评分" in page and '<button class="btn">汇总' not in page
    assert f"{rows[-1].assessor.user.name}尚未评分" in body(desk.post(url("close_panel", panel.pk)), 409)
    city.give(rows[-1], "95")
    assert desk.post(url("close_panel", panel.pk)).status_code == 302
    text = body(desk.get(url("panel", panel.pk)))
    # 70.12 71.12 72.12 73.12 95: the mean is 381.48 / 5, the median 72.12, and 95 lies further than 10 from it.
    assert "76.3" in text and "24.88" in text and text.count("偏离较大</span>") == 1 and "评语甲乙丙" in text
    assert "平均 76.3 分" in body(desk.get(url("application", one.pk)))
    below = browser(house.officer("一县", Role.HANDLER))
    assert "76.3" not in body(below.get(url("application", one.pk)))  # the city has not decided yet


def test_the_workbook_holds_points_only_once_they_stand(city, desk):
    (one,) = city.at_city(0)
    panel = city.drawn(1)
    city.give_all(panel, ["81.5", "90"])

    def cells():
        file = io.BytesIO(b"".join(desk.get(url("export_panel", panel.pk)).streaming_content))
        book = load_workbook(file)
        return book.sheetnames, [[c.value for c in row] for row in book["各人评分"].iter_rows()], book

    names, rows, book = cells()
    assert names == ["考核人员", "汇总", "各人评分", "抽签记录"]
    assert {row[4] for row in rows[1:]} == {"已评"}
    assert any(row[0].value == "抽签种子" for row in book["抽签记录"].iter_rows())
    desk.post(url("close_panel", panel.pk))
    _, rows, book = cells()
    assert {row[4] for row in rows[1:]} == {81.5, 90}
    total = [c.value for c in list(book["汇总"].iter_rows())[1]]
    assert total[7] == 84.9 and total[8] == 8.5  # 81.5 90 81.5 90 81.5
    assert Event.objects.filter(action="export_panel").count() == 2


def test_the_desk_takes_members_and_tasks_out(city, desk):
    (one,) = city.at_city(0)
    panel = city.drawn(2)
    score = one.panel_scores.first()
    assert "同组优先" in body(desk.get(url("recuse", panel.pk, score.pk)))
    assert "请填写原因" in body(desk.post(url("recuse", panel.pk, score.pk), {"reason": ""}), 400)
    assert desk.post(url("recuse", panel.pk, score.pk), {"reason": "亲属"}).status_code == 302
    assert desk.get(url("recuse", panel.pk, score.pk)).status_code == 404
    member = one.panel_scores.standing().first().assessor
    assert desk.post(url("dismiss", panel.pk, member.pk), {"reason": "调离"}).status_code == 302
    assert "已经退出" in body(desk.post(url("dismiss", panel.pk, member.pk), {"reason": "调离"}), 409)
    assert "调离" in body(desk.get(url("panel", panel.pk)))


def test_late_arrivals_are_assigned_at_a_press(city, desk):
    city.at_city(0)
    panel = city.drawn(2)
    (late,) = city.at_city(4)
    page = body(desk.get(url("panel", panel.pk)))
    assert "补派考核人员" in page and "缺 2 名" in page
    assert "二县二南桂花社区" in body(desk.get(url("assign_new", panel.pk)))
    assert desk.post(url("assign_new", panel.pk)).status_code == 302
    assert late.panel_scores.count() >= 2
    assert "没有需要补派的社区" in body(desk.post(url("assign_new", panel.pk)), 409)


def test_who_reads_runs_or_knows_nothing_of_a_panel(city, house):
    (one,) = city.at_city(0)
    panel = city.drawn(1)
    score = one.panel_scores.first()
    member = score.assessor
    read = [url("panel", panel.pk), url("export_panel", panel.pk)]
    run = [
        url("appoint", panel.pk), url("dismiss", panel.pk, member.pk), url("assign_new", panel.pk),
        url("recuse", panel.pk, score.pk), url("close_panel", panel.pk),
    ]  # fmt: skip
    readers = [("东市", role) for role in (Role.HANDLER, Role.PUBLISHER, Role.AUDITOR)] + [
        ("甲省", Role.AUDITOR)
    ]
    for seat in readers:
        client = browser(house.officer(*seat))
        assert [client.get(page).status_code for page in read] == [200, 200], seat
        assert [client.get(page).status_code for page in run] == [403] * 5, seat
        assert [client.post(page, {"reason": "x"}).status_code for page in run] == [403] * 5, seat
    strangers = [
        house.officer("西市", Role.APPROVER),
        house.officer("一县", Role.APPROVER),
        house.filer(house.community(0)),
    ]
    strangers += [
        house.officer("甲省", Role.APPROVER),
        house.officer("甲省", Role.SYSADMIN),
        acting(member.user),
    ]
    for user in strangers:
        client = browser(user)
        missing = client.get(url("panel", 10**9))
        for page in (*read, *run, url("draw_panel", panel.pk)):
            answer = client.get(page)
            assert (answer.status_code, answer.content) == (404, missing.content), (user, page)
            assert client.post(page, {"reason": "x"}).status_code in (404, 405), (user, page)
    assert PanelScore.objects.filter(recused_at__isnull=False).count() == 0


# The members


def member_of(one, source="university"):
    return one.panel_scores.standing().select_related("assessor__user").get(assessor__source=source)


def test_a_member_scores_one_community_after_the_other(city):
    first, second = city.at_city(0, 1)
    city.drawn(1)
    score = member_of(first)
    client = browser(score.assessor.user)
    assert client.get("/home/").url == url("panel_tasks")
    page = body(client.get(url("panel_tasks")))
    assert first.community.name in page and second.community.name in page and "0<small>／2 个" in page
    page = body(client.get(url("panel_task", first.pk)))
    assert f"{first.community.name}的工作情况" in page and "台账齐全" in page and "查看台账，走访居民" in page
    assert (
        'id="id_points"' in page and "第 1 个，共 2 个" in page and f"下一个：{second.community.name}" in page
    )
    assert client.get(url("application", first.pk)).url == url("panel_task", first.pk)
    given = {"points": "８８。５", "comment": "工作扎实", "edition": "0", "then": "next"}
    answer = client.post(url("panel_task", first.pk), given)
    assert answer.status_code == 302 and answer.url == url("panel_task", second.pk)
    score.refresh_from_db()
    assert (score.points, score.comment, score.edition) == (parse_points("88.5"), "工作扎实", 1)
    answer = client.post(url("panel_task", second.pk), {"points": "90", "edition": "0", "then": "next"})
    assert answer.url == url("panel_tasks")
    assert "都已评完" in body(client.get(url("panel_tasks")))
    answer = client.post(url("panel_task", first.pk), {"points": "89", "edition": "1", "then": "stay"})
    assert answer.url == url("panel_task", first.pk)
    score.refresh_from_db()
    assert show_points(score.points) == "89"


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("", "请填写评分"),
        ("很好", "例如 88 或 88.5"),
        ("100.5", "0 到 100"),
        ("-1", "0 到 100"),
        ("88.345", "两位小数"),
    ],
)
def test_points_that_cannot_be_are_said_at_the_box(city, points, sentence):
    (one,) = city.at_city(0)
    city.drawn(1)
    client = browser(member_of(one).assessor.user)
    page = body(
        client.post(url("panel_task", one.pk), {"points": points, "comment": "写好的话", "edition": "0"}), 400
    )
    assert sentence in page and "写好的话" in page
    assert not PanelScore.objects.filter(given_at__isnull=False).exists()


def test_an_old_page_is_told_and_nothing_typed_is_lost(city):
    (one,) = city.at_city(0)
    city.drawn(1)
    client = browser(member_of(one).assessor.user)
    client.post(url("panel_task", one.pk), {"points": "80", "edition": "0"})
    page = body(
        client.post(url("panel_task", one.pk), {"points": "81", "comment": "另一处写的", "edition": "0"}), 409
    )
    assert "另一处保存过" in page and "另一处写的" in page
    assert show_points(member_of(one).points) == "80"


def test_members_see_nobody_else_s_points(city):
    (one,) = city.at_city(0)
    city.drawn(1)
    for score in one.panel_scores.select_related("assessor__user"):
        if score.assessor.source != "university":
            city.give(score, "73.21", "他人的评语")
    client = browser(member_of(one).assessor.user)
    for page in (url("panel_tasks"), url("panel_task", one.pk), url("applications")):
        text = body(client.get(page))
        assert "73.21" not in text and "他人的评语" not in text, page


def test_a_member_sees_what_the_draw_gave_and_nothing_else(city, house):
    mine, theirs = city.at_city(0, 12)
    panel = city.formed()
    members = city.usual(panel)
    panels.draw(panel, 1, by=city.approver, at=city.at)
    home = next(m for m in members if m.county and m.county.name == "一县")  # assesses 四县 alone
    user = acting(home.user)
    seen = Application.objects.visible_to(user)
    assert theirs in seen
    client = browser(user)
    file = Attachment.objects.filter(application=theirs).first()
    assert client.get(url("attachment", file.pk)).status_code == 200
    # Someone of a department without a desk sees the tasks alone.
    auditor = next(m for m in members if m.source == "audit")
    client = browser(auditor.user)
    assert set(Application.objects.visible_to(acting(auditor.user))) == {mine, theirs}
    score = mine.panel_scores.get(assessor=auditor)
    panels.recuse(score, by=acting(auditor.user), at=city.at, reason="亲属")
    assert client.get(url("panel_task", mine.pk)).status_code == 404
    assert client.get(url("application", mine.pk)).status_code == 404
    own = Attachment.objects.filter(application=mine).first()
    assert client.get(url("attachment", own.pk)).status_code == 404
    assert client.get(url("panel_task", theirs.pk)).status_code == 200


def test_before_the_draw_and_after_the_total_a_member_sees_no_file(city):
    (one,) = city.at_city(0)
    panel = city.formed()
    members = city.usual(panel)
    client = browser(members[0].user)
    assert client.get(url("panel_task", one.pk)).status_code == 404
    assert "没有由您考核的社区" in body(client.get(url("panel_tasks")))
    panels.draw(panel, 1, by=city.approver, at=city.at)
    assert client.get(url("panel_task", one.pk)).status_code == 200
    city.give_all(panel, ["80"])
    browser(city.approver).post(url("close_panel", panel.pk))
    assert client.get(url("panel_task", one.pk)).status_code == 404
    page = body(client.get(url("panel_tasks")))
    assert "已汇总" in page and url("panel_task", one.pk) not in page


def test_a_department_without_a_desk_has_none(city, house):
    """Handlers, approvers and publishers of finance, audit and universities: no queue, no lists, no files, no rounds to run."""
    (one,) = city.at_city(0)
    panel = city.formed()
    city.usual(panel)
    for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER):
        for source in ("audit", "university", "finance"):
            user = city.person(source, role=role)
            assert not Application.objects.visible_to(user).exists()
            client = browser(user)
            pages = [
                url("queue"),
                url("lists"),
                url("notice_desk"),
                url("objection_desk"),
                url("export"),
                url("panels"),
            ]
            assert [client.get(page).status_code for page in pages] == [403] * 6, (source, role)
            assert client.get(url("application", one.pk)).status_code == 404
            assert client.get("/home/").url == url("panel_tasks")
            page = body(client.get(url("panel_tasks")))
            assert "考核评分" in page and "待办" not in page
    approver = city.person("audit", role=Role.APPROVER)
    with pytest.raises(panels.NotYours):
        transitions.decline(one, by=approver, at=city.at, seen=one.moves, reason="不")
    # Finance officers and auditors of any department keep what they have.
    finance, auditor = city.person("finance", role=Role.FINANCE), city.person("audit", role=Role.AUDITOR)
    assert one in Application.objects.visible_to(finance) and one in Application.objects.visible_to(auditor)


def test_a_county_officer_finds_the_panel_in_the_menu_and_cannot_act_at_the_city_s_desk(city, house):
    first, second = city.at_city(0, 12)
    panel = city.drawn(1)
    member = panel.assessors.get(county__name="四县")
    client = browser(member.user)
    page = body(client.get(url("queue")))
    assert url("panel_tasks") in page and first.community.name not in page
    for verb in ("propose", "visit", "send_back", "decline", "pass_on"):
        assert client.get(url(verb, first.pk)).status_code == 403, verb
    names = [entry["label"] for entry in client.get(url("queue")).context["nav"]]
    assert names[0] == "考核评分" and len(names) <= 6
    other = browser(house.officer("二县", Role.APPROVER)).get(url("queue"))
    assert "考核评分" not in [entry["label"] for entry in other.context["nav"]]


def test_a_member_with_an_interest_is_told_to_step_back_and_does(city):
    (one,) = city.at_city(0)
    city.drawn(1)
    score = member_of(one)
    user = score.assessor.user
    DeclaredInterest.objects.create(user=user, community=one.community, reason="亲属", declared_at=city.at)
    client = browser(user)
    page = body(client.get(url("panel_task", one.pk)))
    assert "应当回避" in page and 'id="id_points"' not in page
    assert client.post(url("panel_task", one.pk), {"points": "80", "edition": "0"}).status_code == 403
    assert "不能自行撤销" in body(client.get(url("recuse_own", one.pk)))
    assert client.post(url("recuse_own", one.pk), {"reason": "亲属"}).status_code == 302
    score.refresh_from_db()
    assert score.recused_reason == "亲属"
    assert client.get(url("panel_task", one.pk)).status_code == 404


def test_others_have_no_task_there(city, house):
    (one,) = city.at_city(0)
    city.drawn(1)
    for user in (city.approver, house.officer("东市", Role.HANDLER), house.filer(one.community)):
        client = browser(user)
        assert client.get(url("panel_task", one.pk)).status_code == 403
        assert client.post(url("panel_task", one.pk), {"points": "1", "edition": "0"}).status_code == 403
    assert browser(house.officer("西市", Role.HANDLER)).get(url("panel_task", one.pk)).status_code == 404


def test_what_the_desk_lists_is_ranked_by_the_panel(city, desk):
    first, second = city.at_city(0, 4)
    panel = city.drawn(1)
    for score in PanelScore.objects.select_related("assessor__user"):
        city.give(score, "80" if score.application_id == first.pk else "90")
    desk.post(url("close_panel", panel.pk))
    page = desk.get(url("desk_list", city.round.pk, "star"))
    assert [row["application"].pk for row in page.context["rows"]] == [second.pk, first.pk]
    assert "考核评分" in body(page) and "按考核评分从高到低排列" in body(page)


def test_pages_cost_the_same_for_one_community_and_four(city, desk):
    city.at_city(0)
    panel = city.drawn(1)
    score = PanelScore.objects.filter(assessor__source="audit").select_related("assessor__user").get()
    client = browser(score.assessor.user)

    def costs():
        found = []
        for who, page in (
            (desk, url("panel", panel.pk)),
            (desk, url("close_panel", panel.pk)),
            (client, url("panel_tasks")),
            (client, url("panel_task", score.application_id)),
        ):
            who.get(page)
            with CaptureQueriesContext(connection) as seen:
                body(who.get(page))
            found.append(len(seen))
        return found

    one = costs()
    city.at_city(4, 5, 12)
    panels.assign_new(panel, by=city.approver, at=city.at)
    assert costs() == one and max(one) <= 15, one
