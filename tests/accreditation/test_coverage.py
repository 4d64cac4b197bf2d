"""How far a programme has come by street: numbers worked by hand for 一县 in the way of 泉港人社〔2016〕151号 一.

一南街道: 7 villages, 3 with the title (42.86%, 50% needs 4: one more); 2 urban communities, 1 with it (100% needs both).
一北街道: 2 villages, none with it (one more); 2 urban communities, both with it. Abolished ones and ended titles do not count.
"""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Event, Role
from accreditation import coverage, recognitions
from accreditation.models import Recognition, Round
from regions import communities
from regions.models import Community
from tests.factories import moment

DAY = dt.date(2020, 6, 1)


def title(*rows, on=dt.date(2016, 12, 26), issuer="county", money="county", rank=1, code="QG"):
    return recognitions.take_over(
        list(rows),
        tier=issuer,
        tier_name="区级充分就业村",
        issuer=issuer,
        rank=rank,
        money=money,
        issuer_name="测试",
        document_number="测试〔2016〕1号",
        granted_on=on,
        code=f"{code}{on.year}",
        by=None,
        at=moment(on),
    )


@pytest.fixture
def round_(house):
    return house.prepared("quangang-2016", "一县", name="2017年一县创建", code="QG2017")


@pytest.fixture
def places(house, round_):
    """The communities of the example by street, and the titles."""
    south, north = house.regions["一南街道"], house.regions["一北街道"]
    villages = [
        communities.create_community(south, f"一南{n}村", kind="village", since=dt.date(2004, 1, 1))
        for n in range(7)
    ]
    others = [communities.create_community(north, f"一北{n}村", kind="village") for n in range(2)]
    urban = [house.community(n) for n in range(4)]
    title(*villages[:2], urban[0])
    title(villages[2], on=dt.date(2018, 12, 31))
    title(*urban[2:], on=dt.date(2019, 12, 20))
    return {"south": villages, "north": others, "urban": urban}


def numbers(row):
    return [(cell.target.kind, cell.total, cell.held, cell.share, cell.gap) for cell in row.cells]


def of(house, round_, place="一县", day=DAY):
    return coverage.coverage(round_, house.regions[place], day)


def test_by_street_and_together(house, round_, places):
    found = of(house, round_)
    assert [row.region.name for row in found.rows] == ["一南街道", "一北街道"]
    assert numbers(found.rows[0]) == [("urban", 2, 1, "50.00%", 1), ("village", 7, 3, "42.86%", 1)]
    assert numbers(found.rows[1]) == [("urban", 2, 2, "100.00%", 0), ("village", 2, 0, "0.00%", 1)]
    # All villages together: 3 of 9, half of nine rounded up is 5, so that two are missing.
    assert numbers(found.total) == [("urban", 4, 3, "75.00%", 1), ("village", 9, 3, "33.33%", 2)]


def test_the_share_needs_the_next_whole_village(house, round_, places):
    """Half of 7 is 3.5: four villages reach it, three do not; half of 8 is four."""
    target = coverage.targets(round_)[1]
    assert [coverage.Cell(target, total, 0).wanted for total in (0, 1, 2, 7, 8)] == [0, 1, 1, 4, 4]
    assert coverage.Cell(target, 0, 0).share == ""


def test_an_abolished_community_is_not_counted(house, round_, places):
    Community.objects.filter(pk=places["south"][0].pk).update(until=dt.date(2020, 5, 31))
    Community.objects.filter(pk=places["south"][6].pk).update(until=DAY)  # gone from that day on
    assert numbers(of(house, round_).rows[0])[1] == ("village", 5, 2, "40.00%", 1)
    Community.objects.filter(pk=places["south"][5].pk).update(until=DAY + dt.timedelta(1))
    assert numbers(of(house, round_).rows[0])[1][1] == 5


def test_one_that_is_not_there_yet_is_not_counted(house, round_, places):
    Community.objects.filter(pk=places["south"][6].pk).update(since=DAY + dt.timedelta(1))
    assert numbers(of(house, round_).rows[0])[1] == ("village", 6, 3, "50.00%", 0)


def test_an_ended_title_does_not_count(house, round_, places):
    Recognition.objects.filter(community=places["south"][0]).update(ended_on=DAY)
    assert numbers(of(house, round_).rows[0])[1] == ("village", 7, 2, "28.57%", 2)


def test_only_titles_of_the_issuer_count_and_higher_ones_are_named_apart(house, round_, places):
    """A higher rank of the county's own ladder counts; a city's title does not, since its holder may still apply."""
    title(places["south"][5], rank=2, code="H", on=dt.date(2019, 1, 1))
    title(places["south"][6], issuer="city", money="city", code="C", on=dt.date(2019, 1, 1))
    [_, villages] = of(house, round_).rows[0].cells
    assert (villages.held, villages.above) == (4, 1)
    [urban, _] = of(house, round_).rows[0].cells
    assert (urban.held, urban.above) == (1, 1)  # every urban community of the house holds a city title


def test_a_title_counts_once(house, round_, places):
    title(places["south"][0], on=dt.date(2019, 1, 1), code="Z")
    assert numbers(of(house, round_).rows[0])[1] == ("village", 7, 3, "42.86%", 1)


def test_the_end_of_each_year_since_the_document(house, round_, places):
    years = of(house, round_).years
    assert [(year.year, year.day) for year in years] == [
        *((y, dt.date(y, 12, 31)) for y in range(2016, 2020)), (2020, DAY)
    ]  # fmt: skip
    assert [tuple(cell.held for cell in year.cells) for year in years] == [
        (1, 2),
        (1, 2),
        (1, 3),
        (3, 3),
        (3, 3),
    ]


def test_a_street_sees_its_own(house, round_, places):
    found = of(house, round_, "一北街道")
    assert [row.region.name for row in found.rows] == ["一北街道"]
    assert numbers(found.total) == numbers(found.rows[0])
    assert [cell.held for cell in found.years[-1].cells] == [2, 0]


def test_from_above_the_whole_place_is_seen(house, round_, places):
    assert len(of(house, round_, "甲省").rows) == 2 and len(of(house, round_, "东市").rows) == 2
    assert of(house, round_, "二县").rows == ()


def test_the_lists_agree_with_the_numbers(house, round_, places):
    for row in of(house, round_).rows:
        for cell in row.cells:
            rows = coverage.communities(round_, row.region, DAY, kind=cell.target.kind)
            assert (rows.count(), rows.filter(holds=True).count()) == (cell.total, cell.held)
    without = coverage.communities(round_, house.regions["一县"], DAY, kind="village", held=False)
    assert without.count() == 6


def test_the_same_queries_for_few_and_many_streets(house, round_, places):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            of(house, round_)
        return len(seen)

    one = cost()
    for n in range(6):
        house._add(f"一{n}街道", "street", house.regions["一县"])
        communities.create_community(house.regions[f"一{n}街道"], f"一{n}村", kind="village")
    assert cost() == one <= 4


# The pages


def page(client, round_, name="coverage", **query):
    return client.get(reverse(f"accreditation:{name}", args=[round_.pk]), query)


def test_the_county_reads_the_gap_by_street_and_what_counts(round_, places, as_, at):
    at(DAY)
    text = page(as_("一县", Role.APPROVER), round_).content.decode()
    assert "42.86%" in text and "33.33%" in text and "2020年12月31日前达到 50%" in text
    assert "一南街道" in text and "上级" in text


def test_a_street_reads_its_own_street_alone(round_, places, as_, at):
    at(DAY)
    answer = page(as_("一北街道", Role.HANDLER), round_)
    assert [region.name for region, _ in answer.context["parts"][0]["rows"]] == ["一北街道"]
    assert "一南街道" not in answer.content.decode()


def test_those_to_come_are_listed(house, round_, places, as_, at):
    at(DAY)
    client = as_("一县", Role.APPROVER)
    answer = page(client, round_, "coverage_communities", kind="village", held="no")
    assert answer.context["page"].paginator.count == 6
    text = answer.content.decode()
    assert "一南3村" in text and "一南2村" not in text
    then = page(client, round_, "coverage_communities", kind="village", held="yes", year="2017")
    assert then.context["page"].paginator.count == 2
    foreign = page(client, round_, "coverage_communities", region=house.regions["二南街道"].pk)
    assert "没有使用" in foreign.content.decode()


def test_the_workbook_has_the_same_numbers_and_is_an_event(round_, places, as_, at):
    at(DAY)
    answer = page(as_("一县", Role.APPROVER), round_, "export_coverage")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [[cell.value for cell in row] for row in book["覆盖情况"].iter_rows(min_row=2)]
    assert rows[1][:6] == ["一南街道", "行政村", 7, 3, "42.86%", "50%"] and rows[1][7] == 1
    assert rows[-1][0] == "合计" and rows[-1][7] == 2
    assert [row[3].value for row in book["各年"].iter_rows(min_row=2)] == [1, 2, 1, 2, 1, 3, 3, 3, 3, 3]
    assert Event.objects.latest("seq").action == "export_coverage"


def test_others_find_nothing_or_are_refused(house, round_, places, as_, at, client):
    at(DAY)
    Round.objects.filter(pk=round_.pk).update(status=Round.Status.OPEN)
    for name in ("coverage", "export_coverage", "coverage_communities"):
        assert page(as_("二县", Role.APPROVER), round_, name).status_code == 404
        assert page(as_("一县", Role.APPROVER), house.round, name).status_code == 404
        client.force_login(house.filer(house.community(0)))
        assert page(client, round_, name).status_code == 403


def test_the_round_leads_to_it(house, round_, places, as_, at):
    at(DAY)
    client = as_("一县", Role.APPROVER)
    address = reverse("accreditation:coverage", args=[round_.pk])
    assert address in page(client, round_, "round").content.decode()
    other = reverse("accreditation:coverage", args=[house.round.pk])
    assert other not in page(client, house.round, "round").content.decode()


def test_the_page_asks_as_much_for_many_streets(house, round_, places, as_, at):
    at(DAY)
    client = as_("一县", Role.APPROVER)

    def cost():
        with CaptureQueriesContext(connection) as seen:
            page(client, round_)
        return len(seen)

    cost()
    one = cost()
    for n in range(4):
        house._add(f"一{n}街道", "street", house.regions["一县"])
        communities.create_community(house.regions[f"一{n}街道"], f"一{n}村", kind="village")
    assert cost() == one


def test_progress_leads_to_it_for_those_who_may_read(house, round_, places, as_, at):
    at(DAY)
    Round.objects.filter(pk=round_.pk).update(status=Round.Status.OPEN)
    address = reverse("accreditation:coverage", args=[round_.pk])
    for place, role, there in (
        ("一县", Role.HANDLER, True),
        ("一北街道", Role.HANDLER, True),
        ("东市", Role.AUDITOR, True),
        ("东市", Role.HANDLER, False),
    ):
        text = as_(place, role).get(reverse("accreditation:progress"), {"round": round_.pk}).content.decode()
        assert (address in text) is there, place
