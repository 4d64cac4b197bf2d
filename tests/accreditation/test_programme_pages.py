"""Programmes as offices read them, and a new round in the browser: from the programme to the open round by its own approver."""

import datetime as dt
import re
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import programmes, rounds
from accreditation.models import Round
from accreditation.refusals import NotReady, NotYours
from accreditation.route_drawing import draw
from accreditation.routes import Route
from tests.factories import document, moment, placed

DAY = dt.date(2017, 8, 16)
AT = moment(DAY)


@pytest.fixture
def shelf(house):
    """Every shipped programme, each issued by an office of the house."""
    places = {
        "gansu-2023": "甲省",
        "zhoukou-2022": "西市",
        "quangang-2016": "一县",
        "pingdingshan-2021": "东市",
    }
    for key, name in places.items():
        programmes.load(placed(key, house.regions[name]), f"{key}.json", at=AT)
    return places


def url(name, *args):
    return reverse(f"accreditation:{name}", args=args)


# The list and the page


def test_an_office_sees_the_programmes_of_its_places(shelf, as_, at):
    at(DAY)
    for place, seen in (
        ("甲省", {"gansu-2023", "zhoukou-2022", "quangang-2016", "pingdingshan-2021", "hunan-star-2017"}),
        ("东市", {"gansu-2023", "quangang-2016", "pingdingshan-2021", "hunan-star-2017"}),
        ("三县", {"gansu-2023", "zhoukou-2022", "hunan-star-2017"}),
    ):
        page = as_(place, Role.APPROVER).get(url("desk_programmes")).content.decode()
        found = set(re.findall(r"/rounds/programmes/([a-z0-9-]+)/", page))
        assert found == seen, place
    foreign = as_("三县", Role.APPROVER).get(url("desk_programme", "quangang-2016"))
    missing = as_("三县", Role.APPROVER).get(url("desk_programme", "nothing"))
    assert foreign.status_code == missing.status_code == 404 and foreign.content == missing.content


def test_only_the_issuer_is_offered_a_new_round(shelf, as_, at):
    at(DAY)
    page = as_("甲省", Role.APPROVER).get(url("desk_programmes")).content.decode()
    assert set(re.findall(r"programmes/([a-z0-9-]+)/prepare/", page)) == {"gansu-2023", "hunan-star-2017"}
    assert "prepare" not in as_("甲省", Role.HANDLER).get(url("desk_programmes")).content.decode()
    assert as_("东市", Role.APPROVER).get(url("prepare_round", "gansu-2023")).status_code == 403


@pytest.mark.parametrize(
    ("key", "place", "said"),
    [
        (
            "gansu-2023",
            "甲省",
            ["评分表待录入", "合格分数线待录入", "每个批次可以选定：5 个工作日；7 个工作日；10 个工作日"],
        ),
        ("quangang-2016", "一县", ["合格分数线待录入", "每年12月上旬", "在批次的设置中填写"]),
        ("pingdingshan-2021", "东市", ["评定标准待录入", "考核评估组评分", "2022年1月14日前（含当日）"]),
        ("zhoukou-2022", "西市", ["不超过县级名额（已下达的）", "认定条件全部符合", "公示 5 个工作日"]),
        ("hunan-star-2017", "甲省", ["2017年9月25日前（含当日）", "评分达到合格分"]),
    ],
)
def test_the_page_says_what_it_rules_and_what_is_to_be_entered(shelf, as_, at, key, place, said):
    at(DAY)
    page = as_(place, Role.APPROVER).get(url("desk_programme", key)).content.decode()
    for part in said:
        assert part in page, part
    assert "None" not in page and "_review" not in re.sub(r'(href|value|name)="[^"]*"', "", page)


def test_an_older_version_can_be_read(house, as_, at):
    at(DAY)
    programmes.load(
        placed("hunan-star-2017", house.province, version="2017-9", title="新版"),
        "x",
        at=moment(dt.date(2017, 8, 17)),
    )
    client = as_("甲省", Role.APPROVER)
    assert "方案版本 2017-9" in client.get(url("desk_programme", "hunan-star-2017")).content.decode()
    page = client.get(url("desk_programme", "hunan-star-2017"), {"version": "2017-2"}).content.decode()
    assert "方案版本 2017-2" in page
    assert client.get(url("desk_programme", "hunan-star-2017"), {"version": "x"}).status_code == 200


def test_filers_and_administrators_read_the_public_rules(house, as_, client, at):
    at(DAY)
    assert as_("甲省", Role.SYSADMIN).get(url("desk_programmes")).status_code == 403
    client.force_login(house.filer(house.community(0)))
    assert client.get(url("desk_programmes")).status_code == 403


# The drawing


@pytest.mark.parametrize(
    "key", ["gansu-2023", "zhoukou-2022", "hunan-star-2017", "quangang-2016", "pingdingshan-2021"]
)
def test_a_route_is_drawn_in_its_lanes(key):
    data = document(key)
    drawing = draw(Route(data["route"]))
    assert len(drawing.boxes) == len(data["route"]) + 2
    lanes = [step["state"].split("_")[0] for step in data["route"]]
    assert len(drawing.lanes) == len(set(lanes)) + 1
    for step, box in zip(data["route"], drawing.boxes[1:], strict=False):
        lane = next(lane for lane in drawing.lanes if lane.x <= box.middle <= lane.x + lane.width)
        assert (
            lane.label
            == {"street": "街道", "county": "县级", "city": "市级", "province": "省级"}[
                step["state"].split("_")[0]
            ]
        )
        assert lane.x <= box.x and box.x + box.width <= lane.x + lane.width
        assert box.width >= 4 * 14  # four characters at the size they are written in
    assert [box.y for box in drawing.boxes] == sorted({box.y for box in drawing.boxes})
    assert drawing.words.startswith("社区申报，然后") and drawing.words.endswith("，最后认定。")


def test_the_drawing_reads_aloud_and_has_no_style_of_its_own(house, as_, at):
    at(DAY)
    page = as_("甲省", Role.APPROVER).get(url("desk_programme", "hunan-star-2017")).content.decode()
    svg = page[page.index("<svg") : page.index("</svg>") + 6]
    tree = ElementTree.fromstring(svg)
    assert tree.get("role") == "img" and tree.get("aria-labelledby") == "route-title route-words"
    assert "社区申报，然后街道审核，然后县级评审" in svg and "style=" not in svg


# A new round


def test_from_the_programme_to_the_open_round(house, shelf, as_, at):
    """周口's own approver: prepares, enters places, previews, opens; the communities see it."""
    day = dt.date(2022, 4, 26)
    at(day)
    client = as_("西市", Role.APPROVER)
    said = {"name": "2022年推荐认定", "year": "2022", "code": "zk-2022", "opens_on": "2022年4月26日"}
    answer = client.post(url("prepare_round", "zhoukou-2022"), said)
    made = Round.objects.get(code="ZK-2022")
    assert answer.status_code == 302 and answer["Location"] == url("settle_round", made.pk)
    assert (made.region, made.status, made.opens_on) == (house.regions["西市"], "preparing", day)
    assert "已建立批次" in client.get(answer["Location"]).content.decode()
    client.force_login(house.filer(house.community(8)))
    assert "2022年推荐认定" not in client.get(url("rounds")).content.decode()
    assert client.get(url("round", made.pk)).status_code == 404
    client = as_("西市", Role.APPROVER)
    keys = {f"{tier}-{house.regions['西市'].pk}": size for tier, size in (("provincial", "6"), ("star", "4"))}
    county = {f"{tier}-{house.regions['三县'].pk}": "" for tier in ("provincial", "star")}
    was = {f"was-{key}": "" for key in keys | county}
    assert client.post(url("quotas", made.pk), keys | county | was).status_code == 302
    assert "开启申报</button>" in client.get(url("open_round", made.pk)).content.decode()
    assert client.post(url("open_round", made.pk)).status_code == 302
    client.force_login(house.filer(house.community(8)))
    assert "2022年推荐认定" in client.get(url("rounds")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"name": " "}, "请填写批次名称"),
        ({"year": "二〇一七"}, "年度应是整数"),
        ({"year": "1999"}, "年度应是 2000 到 2100"),
        ({"code": "T2017"}, "编号前缀“T2017”已经用过"),
        ({"code": "前缀"}, "编号前缀应为 2 到 12 个大写字母"),
        ({"code": "ABCDEFGHIJKLM"}, "编号前缀不能超过 12 字"),
        ({"opens_on": "2017-08-13"}, "不能早于文件的印发日期"),
        ({"opens_on": "2017-02-30"}, ""),
        ({"opens_on": "2020-01-01"}, "相差超过一年"),
    ],
)
def test_a_wrong_round_is_refused_at_its_field(house, as_, at, wrong, part):
    at(DAY)
    said = {"name": "第二批", "year": "2017", "code": "N2017", "opens_on": "2017-08-20"}
    answer = as_("甲省", Role.APPROVER).post(url("prepare_round", "hunan-star-2017"), said | wrong)
    page = answer.content.decode()
    assert answer.status_code in (400, 409) and part in page
    assert 'role="alert"' in page and Round.objects.count() == 1
    (name, value), *_ = wrong.items()
    assert value.strip() == "" or f'value="{value}"' in page  # nothing typed is lost


def test_a_cycle_not_over_is_warned_of(house, shelf, as_, at):
    at(dt.date(2024, 9, 1))
    first = house.prepared("gansu-2023", "甲省", year=2023, day=dt.date(2023, 9, 1))
    Round.objects.filter(pk=first.pk).update(status=Round.Status.CLOSED)
    client = as_("甲省", Role.APPROVER)
    assert "原文规定每 2 年开展一次" in client.get(url("prepare_round", "gansu-2023")).content.decode()
    said = {"name": "2024年", "year": "2024", "code": "GS2024", "opens_on": "2024-09-01"}
    page = client.post(url("prepare_round", "gansu-2023"), said, follow=True).content.decode()
    assert f"2023 年已经开展过“{first.name}”" in page


def test_a_table_of_places_with_an_unknown_region_is_said(house):
    quotas = [{"tier": "star", "level": "city", "region": "南市", "size": 3}]
    data = placed("hunan-star-2017", house.province, version="q", quotas=quotas)
    version, _ = programmes.load(data, "q.json", at=AT)
    by = house.officer("甲省", Role.APPROVER)
    given = {"name": "x", "year": 2017, "opens_on": DAY, "by": by, "at": AT}
    with pytest.raises(NotReady) as refused:
        rounds.prepare(version, house.province, code="Q2017", **given)
    assert refused.value.messages == ["原文名额表中的南市没有登记在行政区划中，请先登记。"]
    with pytest.raises(NotYours):
        rounds.prepare(
            version, house.province, code="Q2017", **given | {"by": house.officer("东市", Role.APPROVER)}
        )
