"""F10, F11: a list costs as many queries for a hundred rows as for ten, and nothing is counted when a desk lets go."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.models import Application
from tests.access.test_lists import shown
from tests.access.test_matrix import MATRIX, address
from tests.proof.growing import grow

# Who reads a list, if they may: those before whom the copied rows lie.
READERS = (
    "county approver", "county handler", "county publisher", "province auditor", "province approver", "sysadmin", "secadmin", "audadmin",
)  # fmt: skip


# Where the copied rows must be seen, else nothing was compared.
MULTIPLIED = {
    "/applications/", "/applications/?as=xlsx", "/desk/", "/desk/notices/", "/desk/objections/", "/draws/", "/lists/", "/notices/", "/offices/",
    "/people/", "/programmes/hunan-star-2017/", "/progress/", "/recognised/", "/rounds/", "/spot-checks/", "/titles/",
}  # fmt: skip


def readers(world) -> dict:
    """Route of a list → who reads it."""
    return {
        route: next((one for one in READERS if one in MATRIX[route].opens), name)
        for route, (name, _page) in shown(world).items()
    }


def cost(client, path):
    """How many queries a page takes and what is on it, asked twice so that what is kept in memory is there."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200, path
    return len(asked), content


def test_every_list_costs_the_same_for_ten_and_for_a_hundred(world, measure):
    """Every address that shows a list, as page and as workbook."""
    grow(world, 10)
    lists = readers(world)
    few, many = {}, {}
    for costs, more in ((few, 0), (many, 90)):
        if more:
            grow(world, more)
        for route, name in lists.items():
            path = address(route, world)
            costs[path] = cost(world.clients[name], path)
            if b"as=xlsx" in costs[path][1]:
                costs[f"{path}?as=xlsx"] = cost(world.clients[name], f"{path}?as=xlsx")
    grown = {path: (few[path][0], many[path][0]) for path in few if many[path][0] > few[path][0]}
    longer = [path for path in few if len(many[path][1]) > len(few[path][1]) + 500]
    measure("F10", "lists", len(few))
    measure("F10", "of these with more rows than before", len(longer))
    measure("F10", "grown", len(grown))
    assert grown == {}
    assert len(few) > 40 and set(longer) >= MULTIPLIED, longer
    assert Application.objects.count() > 100


def test_control_a_query_for_each_row_is_seen(world):
    """Control: asking each row for its community is seen as a growing number."""

    def each():
        with CaptureQueriesContext(connection) as asked:
            for application in Application.objects.all():
                str(application.community.name)
        return len(asked)

    few = each()
    grow(world, 10)
    assert each() == few + 10


# F11

COUNTS = re.compile(
    r"COUNT\(.*\bFROM \"accreditation_(application|quotaplace|recognition|notice)\"",
    re.IGNORECASE | re.DOTALL,
)


def counting(queries) -> list[str]:
    return [one["sql"][:200] for one in queries if COUNTS.search(one["sql"])]


@pytest.mark.parametrize("verb", ["pass-on", "shortlist", "submit"])
def test_nothing_is_counted_when_somebody_lets_go(world, verb, measure):
    """No COUNT over applications, titles, notices or places; the quota is one row (GOV.UK Notify's outage)."""
    house = world.house
    if verb == "submit":
        application, client = world.draft, world.clients["other filer"]
    elif verb == "pass-on":
        application = house.prepare(house.filed(3))
        client = world.sign_in("next street")
    else:
        application = house.prepare(house.fresh(world.application))
        client = world.sign_in("county approver")
    application = house.fresh(application)
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(f"/applications/{application.pk}/{verb}/", {"seen": application.moves})
    assert answer.status_code == 302, answer.content.decode()[-600:]
    assert house.fresh(application).moves == application.moves + 1
    measure("F11", f"queries of {verb}", len(asked))
    measure("F11", f"counts of {verb}", len(counting(asked.captured_queries)))
    assert counting(asked.captured_queries) == []


def test_control_a_count_is_seen(world):
    with CaptureQueriesContext(connection) as asked:
        Application.objects.filter(state="city_review").count()
    assert len(counting(asked.captured_queries)) == 1
