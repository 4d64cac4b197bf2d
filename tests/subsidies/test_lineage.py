"""A community that changes while money is on its way: paid once, by whoever stood on the day, and never lost."""

import pytest
from django.test import Client

from accounts.models import Event, Role
from accreditation import community_changes as changes
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions import communities
from subsidies import accrual, ledger, lineage, payments
from subsidies.models import Entry, Release
from tests.factories import moment
from tests.subsidies.purse import PROGRAMME, YEAR, day

CITY = 10_000_00  # fen a city-level title brings
BEFORE = day(12, 20, YEAR - 1)  # of the cut-off day, 1 January
REPORTED = day(1, 5)


def reported(purse, number=0, on=BEFORE, at=REPORTED, **details):
    return changes.report(
        purse.community(number), kind="merged", happened_on=on, details=details,
        document_number="东民发〔2017〕5号", by=purse.filer(number), at=moment(at),
    )  # fmt: skip


def checked(purse, report):
    return changes.check(
        report, finding="属实。", by=purse.hr("一县", Role.HANDLER), at=moment(day(1, 20)), seen=report.moves
    )


def decided(purse, report, keep=True):
    kept = {
        title.pk: changes.Keep(keep and title.community_id == report.community_id)
        for title in changes.titles_of(report)
    }
    return changes.decide(
        report, kept=kept, decision="同意。", document_number="东人社〔2018〕3号", by=purse.hr("东市"),
        at=moment(day(2, 20)), seen=report.moves,
    )  # fmt: skip


def got():
    """Community → fen of the year's entries that stand."""
    found = {}
    for entry in Entry.objects.filter(kind="accrual", fiscal_year=YEAR):
        found[entry.community_id] = found.get(entry.community_id, 0) + entry.fen
    return {community: fen for community, fen in found.items() if fen}


def new_one(purse, number=0):
    return lineage.successor_of(fresh(purse.community(number)))


def fresh(community):
    community.refresh_from_db()
    return community


def test_who_is_reported_merged_before_the_day_waits_and_the_merged_one_is_accrued_once(purse):
    report = reported(purse, name="合并社区", others=[purse.community(1).pk])
    purse.accrue()
    waiting = {purse.community(0).pk, purse.community(1).pk}
    assert len(got()) == 10 and not waiting & set(got())
    told = accrual.suppressed(purse.community(0), accrual.rules.current()[0], YEAR)
    assert [one.because for one in told] == ["社区变更报告正在办理，决定后计提。"]
    decided(purse, checked(purse, report))
    purse.accrue(on=day(3, 1))
    assert len(got()) == 11 and got()[new_one(purse).pk] == CITY and not waiting & set(got())


def test_a_refused_report_loses_nothing(purse):
    report = checked(purse, reported(purse, into=purse.community(2).pk))
    purse.accrue()
    assert purse.community(0).pk not in got() and got()[purse.community(2).pk] == CITY
    changes.refuse(
        report, reason="民政未批准。", by=purse.hr("东市"), at=moment(day(2, 1)), seen=report.moves
    )
    purse.accrue(on=day(3, 1))
    assert len(got()) == 12 and got()[purse.community(0).pk] == CITY


def test_a_change_after_the_day_or_a_new_name_keeps_nobody_waiting(purse):
    reported(purse, on=day(1, 2), into=purse.community(2).pk)
    changes.report(
        purse.community(1), kind="renamed", happened_on=BEFORE, details={"name": "新名社区"}, by=purse.filer(1),
        at=moment(day(1, 5)),
    )  # fmt: skip
    purse.accrue()
    assert len(got()) == 12


def test_a_late_report_stops_the_payment_and_the_new_one_comes_in_for_what_is_taken_back(purse):
    """Accrued on 8 January, reported on 10 January as merged before the day: neither paid twice nor lost."""
    purse.accrue()
    report = reported(purse, at=day(1, 10), name="合并社区", others=[purse.community(1).pk])
    shown = payments.preview(PROGRAMME, YEAR, purse.house.regions["甲省"])
    assert len(shown.rows) == 10 and {why for _, why in shown.held_back} == {
        "社区变更报告正在办理，决定后办理。"
    }
    decided(purse, checked(purse, report))
    purse.accrue(on=day(3, 1))
    assert new_one(purse).pk not in got()  # its lineage has the entries of the two
    for number in (0, 1):
        (entry,) = purse.entries(number)
        with pytest.raises(NotReady, match="基准日 2018-01-01 已经合并"):
            lineage.release(entry, reason="x", document="x", by=purse.finance["甲省"], at=moment(day(3, 2)))
        ledger.reverse(
            entry, by=purse.finance["甲省"], at=moment(day(3, 2)), on=day(3, 2), reason="基准日前已合并。"
        )
    purse.accrue(on=day(3, 3))
    assert len(got()) == 11 and got()[new_one(purse).pk] == CITY


@pytest.fixture
def merged(purse):
    """Accrued on 1 January, merged with 1 into a new community on 1 March, nothing paid yet."""
    purse.accrue()
    communities.merge([purse.community(0), purse.community(1)], on=day(3, 1), name="合并社区")
    for number in (0, 1):
        fresh(purse.community(number))
    return purse


def release(purse, number=0, by="甲省", **more):
    told = {"reason": "合并后工作由新社区承担。", "document": "甲财社〔2018〕20号", "at": moment(day(3, 5))}
    return lineage.release(purse.entries(number)[0], by=purse.finance[by], **{**told, **more})


def test_a_merged_grant_waits_until_it_is_decided_and_is_then_paid_once(merged):
    region = merged.house.regions["甲省"]
    assert len(payments.preview(PROGRAMME, YEAR, region).rows) == 10
    made = release(merged)
    assert made.successor.name == "合并社区" and Event.objects.filter(action="release_grant").count() == 1
    shown = payments.preview(PROGRAMME, YEAR, region)
    assert len(shown.rows) == 11 and len(shown.held_back) == 1
    batch = payments.pay(
        PROGRAMME, YEAR, region, document="甲财社〔2018〕21号", paid_on=day(3, 6), by=merged.finance["甲省"],
        at=moment(day(3, 6)), seen=shown.seen,
    )  # fmt: skip
    assert batch.fen == 11 * CITY and not payments.preview(PROGRAMME, YEAR, region).rows
    with pytest.raises(NotReady, match="已经拨付"):
        release(merged)
    merged.house.people.filers([made.successor])
    payment = Entry.objects.get(kind="payment", community=merged.community(0))
    payments.confirm_receipt(
        payment, on=day(3, 7), by=merged.house.filer(made.successor), at=moment(day(3, 7))
    )
    assert merged.grant(0).received == CITY


def test_or_it_is_taken_back_and_the_year_of_that_lineage_holds_one_less(merged):
    (entry,) = merged.entries(0)
    ledger.reverse(entry, by=merged.finance["甲省"], at=moment(day(3, 5)), on=day(3, 5), reason="不再拨付。")
    with pytest.raises(NotReady, match="已经拨付或冲正"):
        release(merged)
    assert len(got()) == 11


def test_who_decides_and_what_is_said(merged):
    with pytest.raises(NotYours):
        release(merged, by="西市")
    with pytest.raises(NotReady) as said:
        release(merged, reason=" ", document="")
    assert set(said.value.message_dict) == {"reason", "document"}
    release(merged, by="一县")
    with pytest.raises(AlreadyMoved):
        release(merged)


def test_an_abolished_or_a_split_community_has_no_one_to_go_on(purse):
    purse.accrue()
    communities.abolish(purse.community(0), on=day(3, 1), document="x")
    communities.split(
        purse.community(2), [{"name": "甲社区"}, {"name": "乙社区"}], on=day(3, 1), document="x"
    )
    for number in (0, 2):
        fresh(purse.community(number))
        with pytest.raises(NotReady, match="只能冲正"):
            release(purse, number)
    assert not Release.objects.exists()


def test_the_page_of_the_batch_leads_to_the_decision(merged):
    browser = Client()
    browser.force_login(merged.finance["甲省"])
    (entry,) = merged.entries(0)
    page = browser.get(
        f"/subsidies/batches/new/?programme={PROGRAMME}&year={YEAR}&region={merged.house.regions['甲省'].pk}"
    )
    assert f"/subsidies/entries/{entry.pk}/release/" in page.content.decode()
    asked = browser.get(f"/subsidies/entries/{entry.pk}/release/").content.decode()
    assert "合并社区" in asked and "10,000" in asked
    assert (
        browser.post(f"/subsidies/entries/{entry.pk}/release/", {"reason": "", "document": ""}).status_code
        == 400
    )
    done = browser.post(
        f"/subsidies/entries/{entry.pk}/release/", {"reason": "由新社区承担。", "document": "x〔2018〕1号"}
    )
    assert done.status_code == 302 and Release.objects.get().entry == entry
    other = Client()
    other.force_login(merged.finance["西市"])
    assert other.get(f"/subsidies/entries/{entry.pk}/release/").status_code == 404
