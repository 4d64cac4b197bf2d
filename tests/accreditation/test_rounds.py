"""Rounds, quotas, progress and the list of applications: who sees what, what may be changed, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from accreditation import rounds
from accreditation.models import Application, Quota, Round
from accreditation.queries import ByKeys
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from tests.factories import document, moment

AT = moment(dt.date(2017, 8, 20))
PAPER = {"document_number": "测试〔2017〕9号", "reason": "调整名额。"}


@pytest.fixture
def as_(client, house):
    """as_("东市", Role.APPROVER) → a signed-in client."""

    def sign_in(place, role):
        client.force_login(house.officer(place, role))
        return client

    return sign_in


def test_a_round_opens_only_when_nothing_is_missing(house):
    by = house.officer("甲省", Role.APPROVER)
    made = rounds.prepare(
        house.version,
        house.province,
        name="第二批",
        year=2018,
        code="T2018",
        opens_on=AT.date(),
        by=by,
        at=AT,
    )
    Quota.objects.filter(round=made).delete()
    with pytest.raises(NotReady) as refused:
        rounds.open_round(made, by=by, at=AT)
    assert refused.value.messages == ["“省级充分就业星级社区”的市级名额尚未下达。"]
    rounds.set_quota(made, "star", house.regions["东市"], 2, by=by, at=AT)
    assert rounds.open_round(made, by=by, at=AT).status == Round.Status.OPEN
    with pytest.raises(AlreadyMoved):
        rounds.open_round(made, by=by, at=AT)


def test_a_source_without_a_rubric_is_said_to_be_entered_first(house):
    from accreditation import programmes

    data = {**document(), "key": "x-2030", "version": "1", "rubric": None, "quotas": []}
    data["missing"] = [{"what": "rubric", "sentence": "评分表待录入：原文没有附评分表。"}]
    version, _ = programmes.load(data, "x.json", at=AT)
    by = house.officer("甲省", Role.APPROVER)
    made = rounds.prepare(
        version, house.province, name="x", year=2030, code="X2030", opens_on=AT.date(), by=by, at=AT
    )
    with pytest.raises(NotReady) as refused:
        rounds.open_round(made, by=by, at=AT)
    assert "评分表待录入：原文没有附评分表。" in refused.value.messages


def test_only_the_organiser_opens_and_sets_quotas(house):
    for place, role in (("东市", Role.APPROVER), ("甲省", Role.HANDLER), ("甲省", Role.SYSADMIN)):
        with pytest.raises(NotYours):
            rounds.set_quota(
                house.round, "star", house.regions["东市"], 9, by=house.officer(place, role), at=AT
            )


def test_a_quota_never_goes_below_what_is_used(house):
    quota = Quota.objects.get(region=house.regions["东市"])
    Quota.objects.filter(pk=quota.pk).update(used=2)
    by = house.officer("甲省", Role.APPROVER)
    with pytest.raises(NotReady) as refused:
        rounds.set_quota(house.round, "star", house.regions["东市"], 1, by=by, at=AT, **PAPER)
    assert refused.value.messages == ["东市已用 2 个名额，不能调减到 1 个。"]


def test_the_quota_page_keeps_a_wrong_number_in_its_box(house, as_):
    east, west = (Quota.objects.get(region=house.regions[name]) for name in ("东市", "西市"))
    address = reverse("accreditation:quotas", args=[house.round.pk])

    def typed(size, **more):
        keys = {f"star-{q.region_id}": str(q.size) for q in (east, west)}
        was = {f"was-{key}": value for key, value in keys.items()}
        return {**keys, **was, f"star-{east.region_id}": size, **PAPER, **more}

    answer = as_("甲省", Role.APPROVER).post(address, typed("三个"))
    assert answer.status_code == 400
    assert 'value="三个"' in answer.content.decode() and 'aria-invalid="true"' in answer.content.decode()
    Quota.objects.filter(pk=east.pk).update(used=2)
    answer = as_("甲省", Role.APPROVER).post(address, typed("1"))
    assert answer.status_code == 409 and "东市已用 2 个名额，不能调减到 1 个。" in answer.content.decode()
    answer = as_("甲省", Role.APPROVER).post(address, typed("7", document_number=""))
    assert answer.status_code == 409 and "请填写调整文号" in answer.content.decode()
    assert 'value="7"' in answer.content.decode()
    assert as_("甲省", Role.APPROVER).post(address, typed("7")).status_code == 302
    assert as_("东市", Role.APPROVER).post(address, typed("8")).status_code == 403
    east.refresh_from_db(), west.refresh_from_db()
    assert (east.size, west.size) == (7, 3)
    # Somebody saved in between: the page is old, and says what stands now.
    answer = as_("甲省", Role.APPROVER).post(address, typed("9") | {f"was-star-{east.region_id}": "3"})
    assert answer.status_code == 409 and "东市的名额刚刚已改为 7 个" in answer.content.decode()


def test_the_list_shows_what_one_may_see_filtered_and_counted(house, as_):
    house.at("county_review", 0), house.at("city_review", 4), house.at("street_review", 8)
    address = reverse("accreditation:applications")
    page = as_("东市", Role.AUDITOR).get(address).content.decode()
    assert "共 2 件" in page and "三" not in page[page.index("<tbody>") : page.index("</tbody>")]
    assert "共 1 件" in as_("东市", Role.AUDITOR).get(address, {"state": "city_review"}).content.decode()
    assert "共 1 件" in as_("东市", Role.AUDITOR).get(address, {"q": "一南桂花"}).content.decode()
    assert "没有符合条件的申报" in as_("东市", Role.AUDITOR).get(address, {"q": "不存在"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"state": "nowhere"},
        {"round": "99999999999999999999"},
        {"order": "password"},
        {"page": "abc"},
        {"region": "-1"},
        {"q": "x" * 200},
        {"_connector": "OR 1=1"},
    ],
)
def test_an_odd_query_is_answered_and_never_fails(house, as_, query):
    house.at("county_review", 0)
    assert as_("东市", Role.AUDITOR).get(reverse("accreditation:applications"), query).status_code == 200


def test_a_search_by_pairs_finds_what_a_search_by_reading_finds(house):
    """Every part of the names there are, of one to three characters, and parts of numbers."""
    for number in range(3):
        house.at("county_review", number)
    renamed = house.community(1)
    renamed.name = "A区2号桂花社区"
    renamed.save()
    told = {a.pk: (a.community.name, a.number) for a in Application.objects.select_related("community")}
    texts = {
        name[n : n + size]
        for name, _ in told.values()
        for size in (1, 2, 3)
        for n in range(len(name) - size + 1)
    }
    texts |= {number[n:] for _, number in told.values() for n in range(len(number))} | {
        "没有",
        "社区",
        "a区",
        "号桂",
        "区2",
    }
    assert len(texts) > 30
    for text in texts:
        low = text.lower()
        wanted = {pk for pk, words in told.items() if any(low in word.lower() for word in words)}
        assert set(Application.objects.named(text).values_list("pk", flat=True)) == wanted, text


def test_a_deep_page_is_read_by_its_keys(house, as_):
    for number in range(3):
        house.at("county_review", number)
    found = Application.objects.order_by("-number")
    pages = ByKeys(found, Application.objects.with_round(), 2)
    assert [a.pk for n in (1, 2) for a in pages.page(n)] == list(found.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as queries:
        assert list(pages.page(2))[0].round.version.programme.key and len(queries) == 1


def test_pages_cost_the_same_for_one_row_and_four(house, as_, django_assert_max_num_queries):
    client = as_("甲省", Role.AUDITOR)
    addresses = [reverse("accreditation:applications"), reverse("accreditation:progress")]
    house.at("street_review", 0)
    client.get(addresses[0])  # the first request of a session writes its times
    counts = []
    for rows in (1, 4):
        for number in range(1, rows):
            house.at("street_review", number)
        for address in addresses:
            with django_assert_max_num_queries(8) as asked:
                assert client.get(address).status_code == 200
            counts.append(len(asked.captured_queries))
    assert counts[:2] == counts[2:], counts


def test_progress_counts_by_region_and_stage(house, as_):
    house.at("county_review", 0), house.at("city_review", 1), house.at("street_review", 4)
    page = as_("东市", Role.AUDITOR).get(reverse("accreditation:progress")).content.decode()
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    first, second = body.split("</tr>")[:2]
    assert "一县" in first and "二县" in second
    import re

    assert re.findall(r'<td class="num">(?:<strong>)?(\d+)', first) == [
        "0",
        "1",
        "1",
        "0",
        "0",
        "0",
        "0",
        "2",
    ]
    assert re.findall(r'<td class="num">(?:<strong>)?(\d+)', second) == [
        "1",
        "0",
        "0",
        "0",
        "0",
        "0",
        "0",
        "1",
    ]


def test_a_foreign_round_is_like_a_missing_one(house, as_):
    made = Round.objects.create(
        version=house.version,
        region=house.regions["西市"],
        name="西市的批次",
        year=2017,
        code="W",
        opens_on=AT.date(),
    )
    client = as_("一县", Role.HANDLER)
    foreign, missing = (client.get(reverse("accreditation:round", args=[pk])) for pk in (made.pk, 10**9))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_the_workbook_comes_with_the_filters_of_the_page(house, as_):
    house.at("county_review", 0), house.at("city_review", 4)
    client = as_("东市", Role.AUDITOR)
    answer = client.get(reverse("accreditation:export"), {"state": "city_review"})
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert as_("甲省", Role.SYSADMIN).get(reverse("accreditation:export")).status_code == 403
