"""A title's validity where its programme gives one: shown, ended by the clock on its day, told in public."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Event, Role
from accreditation import endings, programmes, public, recognitions, title_invariants
from accreditation.models import Ending, Recognition
from accreditation.programme_lines import lines
from regions import clock
from tests.factories import document
from tests.titles.conftest import on
from tests.titles.test_pages import text

LAST = dt.date(2022, 3, 31)


@pytest.fixture
def limited(titled):
    """The first title is valid to 31 March 2022, its last day."""
    Recognition.objects.filter(pk=titled.titles[0].pk).update(valid_until=LAST)
    return Recognition.objects.get(pk=titled.titles[0].pk)


def test_it_ends_after_its_last_day_once_with_an_event(limited):
    assert endings.expire_due(on(3, 31)) == []
    assert [title.pk for title in endings.expire_due(on(4, 1))] == [limited.pk]
    limited.refresh_from_db()
    assert (limited.status, limited.ended_on, limited.ended_reason) == (
        "expired",
        dt.date(2022, 4, 1),
        "有效期届满",
    )
    event = Event.objects.get(action="expire")
    assert event.actor is None and limited.events.filter(event=event).exists()
    assert endings.expire_due(on(4, 2)) == [] and Event.objects.filter(action="expire").count() == 1


def test_a_late_run_still_ends_it_on_its_day(limited):
    endings.expire_due(on(6, 15))
    limited.refresh_from_db()
    assert limited.ended_on == dt.date(2022, 4, 1)


def test_the_tick_does_it(limited, monkeypatch, capsys):
    monkeypatch.setattr(clock, "moments", lambda: [(None, on(4, 1))])
    call_command("tick")
    limited.refresh_from_db()
    assert limited.status == "expired" and limited.number in capsys.readouterr().out


def test_it_is_held_on_its_last_day_and_not_after_even_before_the_clock_came_by(limited):
    held = Recognition.objects.held_on
    assert held(LAST).filter(pk=limited.pk).exists()
    assert not held(LAST + dt.timedelta(days=1)).filter(pk=limited.pk).exists()


def test_a_waiting_proposal_falls_with_it(titled, limited):
    endings.propose(limited, kind=Ending.Kind.FRAUD, reason="虚报。", by=titled.who("甲省"), at=on(3, 1))
    endings.expire_due(on(4, 1))
    assert Ending.objects.get().state == Ending.State.REFUSED


def test_the_public_reads_it(titled, limited, monkeypatch):
    endings.expire_due(on(4, 1))
    monkeypatch.setattr(clock, "now", lambda: on(4, 2))
    assert "已过期" in text(Client().get(f"/certificates/{limited.number}/"))
    page = text(Client().get("/recognised/ended/"))
    assert limited.number in page and "有效期届满" in page and "2022年4月1日" in page
    browser = Client()
    browser.force_login(titled.who("甲省"))
    page = text(browser.get(f"/titles/{limited.pk}/"))
    assert "已到期" in page and "有效期至" in page


def test_a_programme_s_tier_gives_the_last_day_of_its_titles(titled, monkeypatch):
    """Three years from 29 February 2016: to 28 February 2019, the month's last day (民法典 第二百零二条)."""
    data = document(version="9")
    data["tiers"] = [{**data["tiers"][0], "valid_years": 3}]
    house = titled.house
    application = house.at("province_notice")
    # The parsed document is one for the whole process.
    monkeypatch.setitem(house.round.version.data, "tiers", data["tiers"])
    told = {"document_number": "x", "issuer_name": "x"}
    title = recognitions.title_of(house.round, application, 1, granted_on=dt.date(2016, 2, 29), **told)
    assert title.valid_until == dt.date(2019, 2, 28)
    del data["tiers"][0]["valid_years"]
    title = recognitions.title_of(house.round, application, 1, granted_on=dt.date(2016, 2, 29), **told)
    assert title.valid_until is None


def test_the_document_is_read_and_told():
    data = document()
    data["tiers"] = [{**data["tiers"][0], "valid_years": 3}]
    assert programmes.check(data, "x.json") == []
    assert ("有效期", "省级充分就业星级社区自认定之日起 3 年内有效，期满后称号终止。") in {
        line[:2] for line in lines(data)
    }
    for wrong in (0, 31, "3"):
        data["tiers"][0]["valid_years"] = wrong
        assert programmes.check(data, "x.json")


def test_an_expired_title_on_another_day_is_found(limited):
    endings.expire_due(on(4, 1))
    assert list(title_invariants.expiries_match(on(4, 2))) == []
    Recognition.objects.filter(pk=limited.pk).update(ended_on=dt.date(2022, 4, 2))
    assert len(list(title_invariants.expiries_match(on(4, 2)))) == 1


# The public list of what ended


def revoke(titled, title, day=dt.date(2022, 3, 1)):
    ending = endings.propose(
        title, kind=Ending.Kind.FRAUD, reason="虚报登记人数。", by=titled.who("甲省"), at=on(3, 1)
    )
    return endings.decide(
        ending, document_number="甲人社函〔2022〕8号", on=day, by=titled.who("甲省", Role.APPROVER), at=on(3, 2)
    )  # fmt: skip


def test_what_ended_is_listed_with_day_document_and_kind_but_not_the_facts(titled, monkeypatch):
    first, second = titled.titles[:2]
    revoke(titled, first)
    Recognition.objects.filter(pk=second.pk).update(valid_until=LAST)
    endings.expire_due(on(4, 1))
    former = titled.grant([6], dt.date(2016, 1, 1), "OT")[0]
    Recognition.objects.filter(pk=former.pk).update(
        status="revoked", ended_on=dt.date(2019, 5, 1), ended_reason="摘牌"
    )
    rows = public.ended_lines(public.ended(public.EndedFilter(), dt.date(2022, 5, 1)))
    assert [(row.number, row.ended_on, row.kind, row.document) for row in rows] == [
        (second.number, dt.date(2022, 4, 1), "expired", ""),
        (first.number, dt.date(2022, 3, 1), "fraud", "甲人社函〔2022〕8号"),
        (former.number, dt.date(2019, 5, 1), "former", ""),
    ]  # fmt: skip
    assert public.ended_years(dt.date(2022, 5, 1)) == [2022, 2019]
    assert len(public.ended(public.EndedFilter(year=2019), dt.date(2022, 5, 1))) == 1
    assert len(public.ended(public.EndedFilter(), dt.date(2022, 3, 15))) == 2  # nothing of a later day
    assert (
        len(public.ended(public.EndedFilter(places=[titled.house.regions["西市"]]), dt.date(2022, 5, 1))) == 0
    )
    monkeypatch.setattr(clock, "now", lambda: on(5, 1))
    page = text(Client().get("/recognised/ended/?year=2022"))
    assert "弄虚作假" in page and "甲人社函〔2022〕8号" in page and "虚报登记人数" not in page
    assert former.number not in page
    got = Client().get("/api/v1/endings/?size=2").json()
    assert [row["number"] for row in got["data"]] == [first.number, second.number] and got["next"]
    assert got["data"][0]["kind"] == "fraud" and "虚报" not in str(got)


def test_a_carried_title_leads_to_the_one_that_goes_on(titled):
    old = titled.titles[0]
    revoke(titled, old)
    Ending.objects.update(kind="carried")
    new = titled.grant([5], dt.date(2022, 3, 1), "CT")[0]
    Recognition.objects.filter(pk=new.pk).update(carries=old)
    row = public.ended_lines(public.ended(public.EndedFilter(), dt.date(2022, 5, 1)))[0]
    assert (row.kind, row.later) == ("carried", new.number)


# Fraud found after the recognition


def test_an_application_with_a_standing_title_is_not_disqualified_past_the_title(titled):
    """The title is ended by two people first; the application's own end follows, by the way it always had."""
    house = titled.house
    application = house.at("recognised")
    title = Recognition.objects.get(application=application)
    browser = Client()
    browser.force_login(house.officer("甲省", Role.APPROVER))
    got = browser.get(f"/applications/{application.pk}/disqualify/")
    assert got.status_code == 403 and title.number in text(got) and "建议撤销" in text(got)
    page = text(browser.get(f"/applications/{application.pk}/"))
    assert f"/titles/{title.pk}/" in page and "disqualify/" not in page
    at = on(1, 5)
    ending = endings.propose(
        title, kind=Ending.Kind.FRAUD, reason="虚报。", by=house.officer("甲省", Role.HANDLER), at=at
    )
    endings.decide(
        ending, document_number="x", on=dt.date(2022, 1, 5), bar=True, bar_until=dt.date(2025, 1, 4),
        by=house.officer("甲省", Role.APPROVER), at=at,
    )  # fmt: skip
    assert browser.get(f"/applications/{application.pk}/disqualify/").status_code == 200
    assert endings.barred(application.community, dt.date(2025, 1, 4))
    assert not endings.barred(application.community, dt.date(2025, 1, 5))
