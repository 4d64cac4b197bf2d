"""What the opener of a round decides where the source leaves it open: the effect of every choice, and the page it is made on."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import programmes, reading_examples, round_settings, rounds
from accreditation.models import Round, RubricPublication
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from scoring.engine import score
from scoring.loading import rubric_of
from scoring.models import RubricVersion
from scoring.points import show_points
from tests.factories import document, moment

DAY = dt.date(2017, 8, 15)
AT = moment(DAY)
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "hunan-star-2017.json"


@pytest.fixture
def by(house):
    return house.officer("甲省", Role.APPROVER)


@pytest.fixture
def round_(house):
    """A round of the Hunan programme in preparation."""
    return house.prepared("hunan-star-2017", "甲省", code="P2017", version="2017-3")


def settle(round_, by, *, readings=None, **changes):
    given = {"name": round_.name, "opens_on": round_.opens_on, "edition": round_.edition, "settings": {}}
    given |= {"settings": {"readings": readings}} if readings else {}
    return rounds.settle(round_, **{**given, **changes}, by=by, at=AT)


def good_figures():
    """The good sheet of the golden file, with 94.4% in H04."""
    base = json.loads(GOLDEN.read_text(encoding="utf-8"))["base"]
    return {**base, "willing_workers_end": 1000, "willing_workers_employed_end": 944}


# The score sheet's readings


@pytest.mark.parametrize(
    ("readings", "code", "changed", "points"),
    [
        ({"A2": "ceil"}, "H04", {}, "2"),
        ({"A2": "prorata"}, "H04", {}, "2.4"),
        ({"A2": "floor"}, "H04", {}, "3"),
        ({"A1": "2"}, "H02", {"new_jobs_target": 10, "new_jobs_done": 9}, "2"),
        ({"A1": "0"}, "H02", {"new_jobs_target": 10, "new_jobs_done": 9}, "4"),
        ({"A10": "zero"}, "H07", {"zero_employment_families": 0, "zero_employment_families_cleared": 0}, "0"),
        ({"A10": "full"}, "H07", {"zero_employment_families": 0, "zero_employment_families_cleared": 0}, "3"),
        ({"A2": "ceil", "A1": "2", "A10": "zero"}, "H04", {}, "2"),
    ],
)
def test_points_follow_the_reading(house, readings, code, changed, points):
    base = house.version.rubric
    before = base.document
    made = round_settings.rubric_for(base, {"readings": readings})
    result = score(rubric_of(made), {**good_figures(), **changed})
    assert show_points(result.lines[code].points) == points
    base.refresh_from_db()
    assert base.document == before
    assert made == round_settings.rubric_for(base, {"readings": dict(reversed(readings.items()))})
    plain = all(value == {"A1": "0", "A2": "floor", "A10": "full"}[key] for key, value in readings.items())
    assert (made == base) is plain
    assert RubricVersion.objects.count() == (1 if plain else 2)


def test_a_sheet_read_otherwise_says_so(house):
    made = round_settings.rubric_for(house.version.rubric, {"readings": {"A2": "prorata"}})
    assert made.version == "2017-2+A2=prorata"
    assert "本批次按“按比例扣”计算" in rubric_of(made).readings["A2"].text
    assert "按比例折算" in rubric_of(made).by_code["H04"].words


def test_the_round_scores_by_its_own_sheet_once_open(house, by, round_):
    settled = settle(round_, by, readings={"A2": "ceil"})
    assert settled.rubric == settled.version.rubric  # pinned when it opens
    rounds.set_quota(settled, "star", house.regions["东市"], 2, by=by, at=AT)
    opened = rounds.open_round(settled, by=by, at=AT)
    assert opened.rubric.version.endswith("+A2=ceil")
    assert house.round.rubric == house.version.rubric


def test_examples_show_what_each_way_gives(house):
    told = reading_examples.examples(house.version.rubric)
    assert {key: {way: told[key].of(way)[0] for way in ways} for key, ways in WAYS.items()} == {
        "A1": {"0": "4 分（满分 6 分）", "2": "2 分（满分 6 分）"},
        "A2": {"floor": "3 分（满分 3 分）", "ceil": "2 分（满分 3 分）", "prorata": "2.4 分（满分 3 分）"},
        "A10": {"full": "4 分（满分 4 分）", "zero": "0 分（满分 4 分）"},
    }
    assert "944/1000 = 94.40%" in told["A2"].of("floor")[1]


WAYS = {"A1": ("0", "2"), "A2": ("floor", "ceil", "prorata"), "A10": ("full", "zero")}


def test_every_open_reading_of_every_programme_has_an_example_that_tells_its_ways_apart():
    for key in ("hunan-star-2017", "quangang-2016", "zhoukou-2022", "gansu-2023"):
        text = json.dumps(document(key))
        told = reading_examples._examples(text)
        for part in ("rubric", "criteria"):
            for reading in (json.loads(text).get(part) or {}).get("readings", []):
                if rule := reading.get("open"):
                    found = [told[reading["no"]].of(way)[0] for way in rule["choices"]]
                    assert len(set(found)) == len(found), (key, reading["no"], found)


# The frame's readings


def test_the_route_follows_the_reading(house, by, round_):
    settled = settle(round_, by, readings={"province_notice": "7", "A48": "true"})
    assert settled.route.step("province_notice").workdays == 7
    assert settled.route.step("street_review").one_clerk is True
    assert house.round.route.step("province_notice").workdays == 5
    assert settled.chosen["readings"] == {"province_notice": "7", "A48": "true"}


def scoreless(house, day=DAY, **changes):
    """A round whose county desk scores only if the organiser says so."""
    ways = {"true": "县级另行评分", "false": "县级只提意见，不另评分"}
    reading = {
        "key": "A46",
        "text": "初审",
        "reading": "x",
        "article": "三",
        "open": {"step": "county_review", "setting": "scores", "choices": ways},
    }
    return house.prepared(
        "hunan-star-2017", "甲省", code="S2017", version="s", readings=[reading], day=day, **changes
    )


def test_a_desk_without_a_sheet_is_not_asked_for_one(house, by):
    made = settle(scoreless(house), by, readings={"A46": "false"})
    step = made.route.step("county_review")
    assert (step.scores, dict(step.needs)) == (False, {"opinion": True})
    assert made.version.route.step("county_review").needs["score_at_least"] == "pass_mark"
    rounds.set_quota(made, "star", house.regions["东市"], 2, by=by, at=AT)
    opened = rounds.open_round(made, by=by, at=AT)
    # A walk through that desk: an opinion is enough, and the list ranks by the self score.
    house.round = Round.objects.select_related("version__programme", "rubric").get(pk=opened.pk)
    house.drive.round = house.round
    application = house.prepare(house.at("county_review", 0))
    assert application.total_county is None and application.step.scores is False
    listed = house.drive.shortlist(application, moment(dt.date(2017, 8, 29)))
    assert listed.listed_at


def test_a_desk_that_gets_a_sheet_must_fill_it(house, by):
    route = document()["route"]
    county = next(step for step in route if step["state"] == "county_review")
    del county["scores"]
    county["needs"] = {"opinion": True}
    made = settle(scoreless(house, route=route), by, readings={"A46": "true"})
    step = made.route.step("county_review")
    assert (step.scores, step.needs["sheet_complete"]) == (True, True)


# What is refused


@pytest.mark.parametrize(
    ("chosen", "place", "part"),
    [
        ({"readings": {"A2": "half"}}, "reading:A2", "请从列出的读法中选择"),
        ({"readings": {"A99": "x"}}, "reading:A99", "请从列出的读法中选择"),
        ({"pass_mark": "85"}, "pass_mark", "由评分表规定"),
        (
            {"windows": {"county_review": {"until": "10-25"}}},
            "window:county_review",
            "原文已经规定为2017年9月25日",
        ),
        ({"windows": {"street_review": {"until": "13-01"}}}, "window:street_review", "日期应写作"),
        ({"windows": {"nowhere": {"until": "11-01"}}}, "window:nowhere", "流程中没有"),
        ({"windows": {"street_review": {"until": "10-01"}}}, "window:street_review", "依次截止"),
        (
            {"windows": {"street_review": {"from": "09-20", "until": "09-10"}}},
            "window:street_review",
            "不能早于开始",
        ),
        ({"drop_extremes": True}, "drop_extremes", "没有考核评估组"),
    ],
)
def test_wrong_settings_are_said_at_their_place(house, by, round_, chosen, place, part):
    with pytest.raises(NotReady) as refused:
        settle(round_, by, settings=chosen)
    assert part in refused.value.message_dict[place][0]
    round_.refresh_from_db()
    assert round_.settings == "{}"


def test_settings_say_nothing_twice(house, by, round_):
    made = settle(
        round_,
        by,
        settings={
            "windows": {
                "county_review": {"until": "2017-09-25"},
                "street_review": {"until": "", "from": None},
            },
            "pass_mark": "",
            "drop_extremes": False,
        },
    )
    assert made.chosen == {}


def test_only_the_organiser_settles_and_only_before_it_opens(house, by, round_):
    with pytest.raises(NotYours):
        settle(round_, house.officer("东市", Role.APPROVER))
    with pytest.raises(AlreadyMoved):
        settle(round_, by, edition=99)
    with pytest.raises(AlreadyMoved):
        settle(house.round, by)
    with pytest.raises(NotReady) as refused:
        settle(round_, by, code="T2017")
    assert "已经用过" in refused.value.message_dict["code"][0]


@pytest.mark.parametrize(
    ("no", "change", "part"),
    [
        (
            "A2",
            lambda reading, rules: reading["open"].update(choices={"ceil": "a", "prorata": "b"}),
            "“floor”不在各种读法之中",
        ),
        ("A2", lambda reading, rules: rules[0].update(rounding="ceil"), "写的不一致（ceil、floor）"),
        (
            "A3",
            lambda reading, rules: reading.update(
                open={"setting": "nobody", "choices": {"full": "a", "zero": "b"}}
            ),
            "",
        ),
        (
            "A6",
            lambda reading, rules: reading.update(
                open={"setting": "missed", "choices": {"0": "a", "2": "b"}}
            ),
            "没有一条规则写了“missed”",
        ),
        ("A1", lambda reading, rules: reading["open"]["choices"].update({"-1": "x"}), "按“-1”评分表不能成立"),
    ],
)
def test_an_open_reading_that_cannot_hold_is_not_loaded(no, change, part):
    data = document()
    reading = next(r for r in data["rubric"]["readings"] if r["no"] == no)
    change(reading, [rule for rule in round_settings._citing(data, no)])
    found = programmes.check(data, "x.json")
    assert (part in " ".join(found)) if part else found == []


# 待录入


@pytest.mark.parametrize(
    ("key", "place", "day", "said"),
    [
        ("gansu-2023", "甲省", dt.date(2023, 9, 1), ["评分表待录入", "合格分数线待录入", "市级名额尚未下达"]),
        ("quangang-2016", "一县", dt.date(2017, 12, 1), ["合格分数线待录入"]),
        ("pingdingshan-2021", "东市", dt.date(2022, 1, 4), ["评定标准待录入"]),
        (
            "zhoukou-2022",
            "西市",
            dt.date(2022, 5, 1),
            ["“省级充分就业社区”的市级名额", "“星级充分就业社区”的市级名额"],
        ),
    ],
)
def test_what_the_source_lacks_is_asked_for(house, at, client, key, place, day, said):
    made = house.prepared(key, place, year=day.year, day=day)
    assert len(rounds.problems(made)) == len(said)
    assert all(part in sentence for part, sentence in zip(said, rounds.problems(made), strict=True))
    officer = house.officer(place, Role.APPROVER)
    with pytest.raises(NotReady):
        rounds.open_round(made, by=officer, at=moment(day))
    # The page says the same, with the way to each, and offers no button.
    at(day)
    client.force_login(officer)
    page = client.get(reverse("accreditation:open_round", args=[made.pk])).content.decode()
    assert all(part in page for part in said) and "开启申报</button>" not in page
    answer = client.post(reverse("accreditation:open_round", args=[made.pk]))
    assert answer.status_code == 409
    made.refresh_from_db()
    assert made.status == Round.Status.PREPARING


def test_a_pass_mark_entered_opens_quangang(house):
    made = house.prepared("quangang-2016", "一县", year=2016, day=dt.date(2016, 12, 1))
    officer = house.officer("一县", Role.APPROVER)
    settled = rounds.settle(
        made,
        name="2016年创建",
        opens_on=dt.date(2016, 12, 1),
        settings={"pass_mark": "85"},
        by=officer,
        at=moment(dt.date(2016, 12, 1)),
        edition=made.edition,
    )
    assert settled.pass_mark.words() == "85 分以上（含 85 分）"
    opened = rounds.open_round(settled, by=officer, at=moment(dt.date(2016, 12, 1)))
    assert opened.status == Round.Status.OPEN
    assert [opened.due(state) for state in ("draft", "street_review", "county_review")] == [
        dt.date(2016, 12, 10),
        dt.date(2016, 12, 20),
        dt.date(2016, 12, 31),
    ]


def test_a_published_sheet_is_chosen_and_the_document_s_own_part_is_not(house):
    made = house.prepared("gansu-2023", "甲省", year=2023, day=dt.date(2023, 9, 1))
    assert rounds.sheets_of(made.version) == []
    whole = house.version.rubric
    sheet = RubricVersion.objects.create(
        programme="gansu-2023",
        version="2023-A",
        document=whole.document.replace("2017-2", "2023-A"),
        checksum="x" * 64,
        sample=True,
    )
    officer = house.officer("甲省", Role.APPROVER)
    RubricPublication.objects.create(
        programme=made.version.programme,
        rubric=sheet,
        region=house.province,
        document_number="测试〔2023〕1号",
        published_at=AT,
        published_by=officer,
    )
    assert rounds.sheets_of(made.version) == [sheet]
    with pytest.raises(NotReady):
        settle(made, officer, rubric=whole)
    settled = settle(made, officer, rubric=sheet)
    assert settled.rubric == sheet
    assert rounds.problems(settled) == ["“省级充分就业社区”的市级名额尚未下达。"]


def test_the_panel_s_extremes_are_a_setting(house):
    made = house.prepared("pingdingshan-2021", "东市", year=2021, day=dt.date(2022, 1, 4))
    officer = house.officer("东市", Role.APPROVER)
    assert settle(made, officer, settings={"drop_extremes": True}).chosen == {"drop_extremes": True}


def test_a_cycle_that_is_not_over_is_said(house):
    first = house.prepared("gansu-2023", "甲省", year=2023, day=dt.date(2023, 9, 1))
    Round.objects.filter(pk=first.pk).update(status=Round.Status.OPEN)
    second = house.prepared("gansu-2023", "甲省", year=2024, day=dt.date(2024, 9, 1))
    third = house.prepared("gansu-2023", "甲省", year=2025, day=dt.date(2025, 9, 1))
    assert any("每 2 年开展一次" in sentence for sentence in rounds.problems(second))
    assert not any("每 2 年开展一次" in sentence for sentence in rounds.problems(third))
    late = house.prepared("gansu-2023", "甲省", year=2028, day=dt.date(2028, 9, 1))
    assert any("有效期至2028年8月10日" in sentence for sentence in rounds.problems(late))


# The page


def typed(round_, **more):
    return {
        "name": round_.name,
        "year": str(round_.year),
        "code": round_.code,
        "opens_on": round_.opens_on.isoformat(),
        "edition": str(round_.edition),
        **more,
    }


def test_the_settings_page_offers_only_what_the_source_leaves_open(round_, as_, at):
    at(DAY)
    page = (
        as_("甲省", Role.APPROVER)
        .get(reverse("accreditation:settle_round", args=[round_.pk]))
        .content.decode()
    )
    for name in ("until-draft", "from-street_review", "until-street_review", "reading-A2", "reading-A48"):
        assert f'name="{name}"' in page, name
    for name in ("until-county_review", "from-draft", "pass_mark", "drop_extremes", "until-county_notice"):
        assert f'name="{name}"' not in page, name
    assert "2017年9月25日 星期一" in page and "944/1000" in page
    # The province's notice, of a list published on its desk's last day: 25 November, a Saturday.
    for days, end in ((5, "12月1日"), (7, "12月5日"), (10, "12月8日")):
        assert f"公示到2017年{end} 24:00" in page, days


def test_what_was_typed_is_kept_refused_and_saved(round_, as_, at):
    at(DAY)
    client, address = as_("甲省", Role.APPROVER), reverse("accreditation:settle_round", args=[round_.pk])
    answer = client.post(address, typed(round_, **{"until-draft": "9月31日", "reading-A2": "ceil"}))
    page = answer.content.decode()
    assert answer.status_code == 400 and "社区申报截止：没有这一天" in page and 'value="9月31日"' in page
    assert (
        'value="ceil" id="id_reading-A2_1" checked' in page or "checked" in page.split('value="ceil"')[1][:60]
    )
    answer = client.post(address, typed(round_, **{"until-draft": "9月30日"}))
    assert answer.status_code == 409 and "依次截止" in answer.content.decode()
    said = {
        "until-draft": "９月１０日",
        "until-street_review": "2017.9.20",
        "reading-A2": "ceil",
        "name": "新名称",
    }
    assert client.post(address, typed(round_, **said)).status_code == 302
    saved = Round.objects.get(pk=round_.pk)
    assert saved.chosen == {
        "windows": {"draft": {"until": "09-10"}, "street_review": {"until": "2017-09-20"}},
        "readings": {"A2": "ceil"},
    }
    assert (saved.name, saved.edition) == ("新名称", round_.edition + 1)
    assert saved.due("draft") == dt.date(2017, 9, 10)
    # Somebody else saved in between: nothing typed is lost, and sending it once more keeps it.
    answer = client.post(address, typed(round_, **{"until-draft": "9月8日"}))
    page = answer.content.decode()
    assert answer.status_code == 409 and 'value="9月8日"' in page and "刚刚在另一处改过" in page
    assert f'name="edition" value="{saved.edition}"' in page
    again = typed(saved, **{"until-draft": "9月8日", "until-street_review": "9月20日"})
    assert client.post(address, again).status_code == 302
    assert Round.objects.get(pk=round_.pk).due("draft") == dt.date(2017, 9, 8)


def test_only_the_organiser_sees_the_settings(round_, as_, at):
    at(DAY)
    address = reverse("accreditation:settle_round", args=[round_.pk])
    assert as_("东市", Role.APPROVER).get(address).status_code == 403
    assert as_("甲省", Role.HANDLER).get(address).status_code == 403


def test_the_opening_is_previewed_and_done(house, by, round_, as_, at):
    at(DAY)
    settled = settle(round_, by, readings={"A2": "ceil", "province_notice": "7"})
    rounds.set_quota(settled, "star", house.regions["东市"], 2, by=by, at=AT)
    client, address = as_("甲省", Role.APPROVER), reverse("accreditation:open_round", args=[round_.pk])
    page = client.get(address).content.decode()
    for part in (
        "不满一个单位的按一个扣",
        "公示 7 个工作日",
        "东市 2 个",
        "90 分以上",
        "开启不能撤销",
        "2017年9月25日",
    ):
        assert part in page, part
    assert client.post(address).status_code == 302
    assert Round.objects.get(pk=round_.pk).status == Round.Status.OPEN
    assert client.get(address).status_code == 302  # it is open: back to its page
