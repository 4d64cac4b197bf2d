"""Several rounds and programmes at once: one community in more than one, an officer working in several, and nothing mixes.

Open at the same time: two rounds of the Hunan programme over 甲省, and Quangang's over 一县; some tests add Zhoukou's over
东市 and Pingdingshan's over 东市.
"""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Role
from accreditation import eligibility, filing, filing_content, lists, needs, recognitions, rounds, uploads
from accreditation.models import Application, Quota, Round
from accreditation.refusals import NotReady
from demonstration.driving import Driver, scan
from scoring.points import parse_points
from tests.factories import moment

DAY = dt.date(2017, 8, 21)
AT = moment(DAY)
LATER = moment(dt.date(2017, 8, 29))
GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def fresh(pk):
    return Round.objects.select_related("version__programme", "rubric", "region").get(pk=pk)


@pytest.fixture
def second(house):
    """Another round of the Hunan programme, with its own places, dates and reading."""
    made = house.prepared("hunan-star-2017", "甲省", code="B2017", name="2017年第二批", version="2017-B")
    by = house.officer("甲省", Role.APPROVER)
    settings = {"readings": {"A2": "ceil"}, "windows": {"street_review": {"until": "2017-09-20"}}}
    given = {"name": made.name, "opens_on": made.opens_on, "edition": made.edition}
    made = rounds.settle(made, **given, settings=settings, by=by, at=AT)
    rounds.set_quotas(made, {f"star-{house.regions[c].pk}": 1 for c in ("东市", "西市")}, by=by, at=AT)
    return fresh(rounds.open_round(made, by=by, at=AT).pk)


@pytest.fixture
def quangang(house):
    """A county's own round: a score sheet of its own and a mark of 85."""
    made = house.prepared("quangang-2016", "一县", year=2017, name="2017年一县创建")
    Round.objects.filter(pk=made.pk).update(settings='{"pass_mark":"85"}')
    return fresh(rounds.open_round(made, by=house.officer("一县", Role.APPROVER), at=AT).pk)


def begin(house, round_, number, tier=None):
    community = house.community(number)
    tier = tier or round_.version.data["tiers"][0]["key"]
    return filing.start(round_, tier, community, by=house.filer(community), at=AT)


def filed_hunan(house, round_, number):
    drive = Driver(round_, "star", house.people, f"two-{number}")
    application = drive.fill(drive.start(house.community(number), AT), 0.95, AT)
    return drive.submit(application, AT + dt.timedelta(hours=1))


def filed_quangang(house, round_, number):
    """Through the public functions, with the good sheet of the golden file."""
    application = begin(house, round_, number)
    by = house.filer(house.community(number))
    figures = json.loads((GOLDEN / "quangang-2016.json").read_text(encoding="utf-8"))["base"]
    wanted = filing_content.rubric(application).figures
    figures |= {key: True for key in wanted if key not in figures}
    facts = {
        field["key"]: "12" if field["type"] == "count" else "0000-0000001"
        for field in filing_content.basics_fields(application)
    }
    application = filing.save_basics(application, facts, by=by, at=AT, edition=None)
    application = filing.save_figures(application, figures, {}, by=by, at=AT, edition=None)
    application = filing.save_narrative(application, "工作情况。", by=by, at=AT, edition=None)
    given = {statement["key"]: True for statement in filing_content.statements_wanted(application)}
    application = filing.save_statements(application, given, by=by, at=AT, edition=None)
    for material in filing_content.materials_wanted(application):
        if material.get("required"):
            filing.attach(
                application,
                uploads.check(scan(material["label"][:30])),
                material=material["key"],
                by=by,
                at=AT,
            )
    drive = Driver(house.round, "star", house.people, "x")
    return drive.submit(
        Application.objects.with_round().select_related("self_sheet").get(pk=application.pk),
        AT + dt.timedelta(hours=1),
    )


@pytest.fixture
def at_county(house, second, quangang):
    """Community 0 at the county's desk in all three rounds: {round: application}."""
    found = {}
    for round_ in (house.round, second):
        drive = Driver(round_, "star", house.people, "county")
        application = filed_hunan(house, round_, 0)
        drive.propose(application, LATER)
        found[round_.pk] = drive.pass_on(application, LATER)
    application = filed_quangang(house, quangang, 0)
    house.drive.propose(application, LATER)
    found[quangang.pk] = house.drive.pass_on(application, LATER)
    assert {a.state for a in found.values()} == {"county_review"}
    return found


# One community in several


def test_one_application_for_each_round_and_tier(house, second, quangang):
    made = [begin(house, round_, 0) for round_ in (house.round, second, quangang)]
    again = [begin(house, round_, 0) for round_ in (house.round, second, quangang)]
    assert [a.pk for a in made] == [a.pk for a in again]
    assert [a.number.split("-")[0] for a in made] == ["T2017", "B2017", quangang.code]
    assert [filing_content.rubric(a).title for a in made][2] != filing_content.rubric(made[0]).title


def test_the_community_reads_each_by_its_round(house, second, quangang, client, at):
    at(DAY)
    begin(house, house.round, 0), begin(house, quangang, 0)
    client.force_login(house.filer(house.community(0)))
    page = client.get(reverse("home")).content.decode()
    assert "2017年认定 · 省级充分就业星级社区" in page
    assert "2017年一县创建 · 区级充分就业社区" in page  # the title as a 社区 would hold it
    assert '可以申报：省级充分就业星级社区 <span class="sub">2017年第二批' in page
    client.force_login(house.filer(house.community(8)))  # 西市: no round of 一县
    assert "一县创建" not in client.get(reverse("home")).content.decode()


def test_each_round_weighs_by_its_own_sheet_and_dates(house, second, quangang):
    """94.4% costs nothing in the first round, a point in the second; the county's has another sheet altogether."""
    by = house.filer(house.community(0))
    figures = json.loads((GOLDEN / "hunan-star-2017.json").read_text(encoding="utf-8"))["base"]
    figures |= {"willing_workers_end": 1000, "willing_workers_employed_end": 944}
    totals = []
    for round_ in (house.round, second):
        application = begin(house, round_, 0)
        totals.append(filing.save_figures(application, figures, {}, by=by, at=AT, edition=None).total_self)
    assert totals[0] - totals[1] == parse_points("1")
    assert "Q1" in filing_content.rubric(begin(house, quangang, 0)).by_code
    assert (house.round.due("street_review"), second.due("street_review")) == (None, dt.date(2017, 9, 20))
    assert quangang.due("street_review") == dt.date(2017, 12, 20)


# A desk with several


def test_the_queue_names_the_round_and_filters_by_it(house, second, quangang, at_county, as_, at):
    at(LATER)
    client = as_("一县", Role.HANDLER)
    page = client.get(reverse("accreditation:queue"), {"group": "all"}).content.decode()
    assert page.count("一南桂花社区</a>") == 3
    for name in ("2017年认定 · 省级充分就业星级社区", "2017年第二批 · ", "2017年一县创建 · 区级充分就业社区"):
        assert name in page, name
    only = client.get(reverse("accreditation:queue"), {"group": "all", "round": second.pk}).content.decode()
    assert (
        only.count("一南桂花社区</a>") == 1
        and reverse("accreditation:application", args=[at_county[second.pk].pk]) in only
    )


def test_lists_progress_and_workbook_keep_rounds_apart(house, second, quangang, at_county, as_, at):
    at(LATER)
    page = as_("一县", Role.APPROVER).get(reverse("accreditation:lists")).content.decode()
    for name in ("2017年认定", "2017年第二批", "2017年一县创建"):
        assert name in page
    assert (
        page.count('data-l="可以认定"') == 3 and page.count("认定<span") == 1
    )  # only the county's own ends here
    for round_ in (house.round, second, quangang):
        tier = round_.version.data["tiers"][0]["key"]
        desk = lists.desk_list(round_, tier, "county_review", house.regions["一县"])
        assert [c.application.pk for c in desk.candidates] == [at_county[round_.pk].pk]
    client = as_("东市", Role.AUDITOR)
    page = client.get(reverse("accreditation:progress"), {"round": quangang.pk}).content.decode()
    assert "市级</th>" not in page and "县级</th>" in page
    page = client.get(reverse("accreditation:applications")).content.decode()
    assert "2017年一县创建 · 区级充分就业社区" in page and "2017年第二批 · " in page
    for query, count in (({}, 3), ({"round": second.pk}, 1)):
        answer = client.get(reverse("accreditation:export"), query)
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))["申报"]
        assert sheet.max_row - 1 == count
        heads = [cell.value for cell in sheet[1]]
        last = [cell.value for cell in sheet[sheet.max_row]]
        assert last[heads.index("批次")] == ("2017年第二批" if count == 1 else "2017年一县创建")
        assert last[heads.index("层级")] == ("省级充分就业星级社区" if count == 1 else "区级充分就业社区")


def test_marks_do_not_mix(house, second, quangang, at_county):
    for pk, application in at_county.items():
        application = Application.objects.with_round().get(pk=application.pk)
        application.total_county = parse_points("88")
        sentence = needs.score_at_least(application, application.step, "pass_mark")
        assert bool(sentence) is (pk != quangang.pk), sentence


def test_places_do_not_mix(house, second):
    """The second round has one place for 东市: its list is full after one, and the first round's places stay untouched."""
    ready = []
    for number in (0, 2):
        drive = Driver(second, "star", house.people, f"q-{number}")
        application = filed_hunan(house, second, number)
        drive.propose(application, LATER)
        application = drive.fresh(drive.pass_on(application, LATER))
        drive.assess(application, LATER)
        drive.propose(application, LATER)
        drive.shortlist(application, LATER)
        ready.append(application)
    drive.publish("county_review", house.regions["一县"], LATER, "测试〔2017〕1号")
    held = Quota.objects.filter(region=house.regions["东市"]).order_by("round")
    assert list(held.values_list("used", flat=True)) == [0, 0]  # the county's list takes none of the city's
    from accreditation import notices
    from regions.clock import end_of

    notice = second.notices.get()
    notices.close(notice, at=end_of(notice.last_day))
    on = moment(notice.last_day + dt.timedelta(days=3))
    for application in ready:
        application = drive.fresh(application)
        drive.assess(application, on)
        drive.visit(drive.fresh(application), on)
        drive.propose(application, on)
    drive.shortlist(ready[0], on)
    with pytest.raises(NotReady) as refused:
        drive.shortlist(ready[1], on)
    assert refused.value.messages == ["东市名额已用完（共 1 个）。"]
    assert dict(held.values_list("round__code", "used")) == {"T2017": 0, "B2017": 1}


def test_pages_cost_the_same_for_one_round_and_three(
    house, as_, at, client, request, django_assert_max_num_queries
):
    at(LATER)
    pages = [
        (("一县", Role.APPROVER), "accreditation:lists"),
        (("一县", Role.APPROVER), "accreditation:rounds"),
        (("东市", Role.AUDITOR), "accreditation:progress"),
        (("一县", Role.APPROVER), "accreditation:desk_programmes"),
    ]
    begin(house, house.round, 0)
    counts = []
    for rounds_open in (1, 3):
        if rounds_open == 3:
            request.getfixturevalue("second"), request.getfixturevalue("quangang")
        for who, name in pages:
            as_(*who).get(reverse(name))
            with django_assert_max_num_queries(14) as asked:
                assert client.get(reverse(name)).status_code == 200
            counts.append(len(asked.captured_queries))
    assert counts[:4] == counts[4:], counts


# Titles held already


@pytest.fixture
def cities(house):
    """Zhoukou's round and Pingdingshan's, both over 东市, at the same time (prepared: who may apply is asked all the same)."""
    return {
        key: fresh(house.prepared(f"{key}", "东市", year=2017, code=code).pk)
        for key, code in (("zhoukou-2022", "ZK17"), ("pingdingshan-2021", "PD17"))
    }


def title(house, number, *, tier, issuer, rank, money):
    recognitions.take_over(
        [house.community(number)],
        tier=tier,
        tier_name=f"{issuer} {tier}",
        issuer=issuer,
        rank=rank,
        money=money,
        issuer_name="测试",
        document_number="",
        granted_on=dt.date(2016, 12, 1),
        code=f"H{issuer[0]}{rank}",
        by=None,
        at=moment(dt.date(2017, 1, 2)),
    )


def against(house, round_, tier, number):
    application = Application(
        round=round_, tier=tier, community=house.community(number), position=house.community(number).position
    )
    return [s for s in eligibility.reasons_against(application, AT) if "不能重复申报" in s]


def test_a_holder_of_the_same_or_a_higher_tier_of_the_same_issuer_is_refused(house, cities):
    """Both programmes have a `star`: Zhoukou's is the province's, Pingdingshan's the city's. The key says nothing."""
    zhoukou, pingdingshan = cities.values()
    # All communities of the house hold the city's first title.
    assert against(house, pingdingshan, "city", 0) and not against(house, pingdingshan, "star", 0)
    assert not against(house, zhoukou, "provincial", 0) and not against(house, zhoukou, "star", 0)
    title(house, 0, tier="star", issuer="city", rank=2, money="city")
    (sentence,) = against(house, pingdingshan, "star", 0)
    assert sentence.startswith("一南桂花社区已是city star（")
    assert against(house, pingdingshan, "city", 0)  # a lower one than what it holds
    assert not against(house, zhoukou, "star", 0) and not against(house, zhoukou, "provincial", 0)
    title(house, 1, tier="star", issuer="province", rank=2, money="provincial")
    assert against(house, zhoukou, "star", 1) and against(house, zhoukou, "provincial", 1)
    assert not against(house, pingdingshan, "star", 1)
    title(house, 2, tier="provincial", issuer="province", rank=1, money="provincial")
    assert against(house, zhoukou, "provincial", 2) and not against(house, zhoukou, "star", 2)


def test_both_tiers_of_a_round_may_stand_side_by_side(house, cities):
    zhoukou = cities["zhoukou-2022"]
    rounds.set_quotas(
        zhoukou,
        {f"{tier}-{house.regions['东市'].pk}": 2 for tier in ("provincial", "star")},
        by=house.officer("东市", Role.APPROVER),
        at=AT,
    )
    Round.objects.filter(pk=zhoukou.pk).update(status=Round.Status.OPEN)
    zhoukou = fresh(zhoukou.pk)
    both = [begin(house, zhoukou, 0, tier) for tier in ("provincial", "star")]
    assert both[0].pk != both[1].pk
    assert [a.tier_name for a in both] == ["省级充分就业社区", "星级充分就业社区"]


def test_the_page_says_why_before_anything_is_written(house, cities, client, at):
    at(DAY)
    pingdingshan = cities["pingdingshan-2021"]
    Round.objects.filter(pk=pingdingshan.pk).update(status=Round.Status.OPEN)
    client.force_login(house.filer(house.community(0)))
    address = reverse("accreditation:start", args=[pingdingshan.pk, "city"])
    assert "一南桂花社区已是市级充分就业社区（" in client.get(address).content.decode()
    client.post(address)  # a draft may be written; it cannot be filed
    made = Application.objects.get(round=pingdingshan)
    assert any("不能重复申报" in sentence for sentence in eligibility.reasons_against(made, AT))
