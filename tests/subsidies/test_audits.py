"""The yearly report, its four signatures, and what follows from a finding."""

import datetime as dt
import functools
import json

import pytest

from accounts.models import DeclaredInterest, Posting, Role
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from subsidies import audits, ledger, payments, recoveries, reports, spending
from subsidies.models import Finding, Recovery, Signature, SpendingReport, Stop
from tests.factories import moment
from tests.subsidies.purse import PROGRAMME, YEAR, day

pytestmark = pytest.mark.django_db
NEXT = YEAR + 1


@pytest.fixture
def report(purse):
    """A report of 3,500 yuan spent out of 10,000, filed on 18 December."""
    purse.received()
    purse.spend(1500, use="it_network")
    purse.spend(2000, use="events")
    return purse.reported()


def fresh(report):
    return SpendingReport.objects.select_related("community").get(pk=report.pk)


def refused(call, kind=NotReady):
    with pytest.raises(kind) as found:
        call()
    return found.value.message_dict if hasattr(found.value, "error_dict") else found.value.messages


# The report


def test_the_report_keeps_what_the_ledger_said(report):
    told = json.loads(report.content)
    (grant,) = told["grants"]
    assert grant == {
        "fiscal_year": 2018, "accrued": 1_000_000, "paid": 1_000_000, "received": 1_000_000, "spent": 350_000,
        "recovered": 0, "unspent": 650_000, "uses": {"events": 200_000, "it_network": 150_000},
    }  # fmt: skip
    assert [row["fen"] for row in told["expenses"]] == [150_000, 200_000]
    assert (report.level, report.due_on) == ("county", dt.date(2018, 12, 20))


@pytest.mark.parametrize(("filed", "late"), [(20, False), (21, True)])
def test_filed_on_the_due_day_is_in_time_and_late_is_recorded_not_blocked(purse, filed, late):
    purse.received()
    assert reports.is_late(purse.reported(on=day(12, filed))) is late


def test_a_year_without_money_is_not_reported(purse):
    assert "没有 2018 年度的补助资金" in reports.why_not_file(
        purse.filer(), purse.community(), PROGRAMME, YEAR
    )
    with pytest.raises(AlreadyMoved):
        purse.reported()


def test_a_report_is_filed_once_and_says_something(purse, report):
    with pytest.raises(AlreadyMoved):
        purse.reported()
    purse.received(1)
    call = functools.partial(
        reports.file_spending_report,
        purse.community(1),
        PROGRAMME,
        YEAR,
        text=" ",
        by=purse.filer(1),
        at=moment(day(12, 1)),
    )
    assert refused(call) == {"text": ["请填写使用情况说明。"]}


def test_a_report_shown_before_another_expense_is_stale(purse):
    purse.received()
    with pytest.raises(AlreadyMoved):
        reports.file_spending_report(
            purse.community(),
            PROGRAMME,
            YEAR,
            text="x",
            by=purse.filer(),
            at=moment(day(12, 1)),
            seen="0" * 64,
        )


def test_while_it_is_audited_the_year_s_expenses_stand_still(purse, report):
    said = refused(lambda: purse.spend(10, on=day(12, 19)))
    assert said == {"on": ["2018 年度的使用情况已经上报，退回补正之前不能增减支出。"]}
    entry = purse.entries(kind="spending")[0]
    with pytest.raises(NotReady):
        spending.take_back(entry, by=purse.filer(), at=moment(day(12, 19)), reason="x")
    purse.signed(report, purse.finance["一县"], passed=False, remarks="请补发票。")
    purse.spend(10, on=day(12, 22))


def test_an_older_grant_with_something_left_is_reported_too(purse, report):
    purse.received(year=NEXT)
    told = json.loads(purse.reported(year=NEXT).content)
    assert [(g["fiscal_year"], g["unspent"]) for g in told["grants"]] == [(2019, 1_000_000), (2018, 650_000)]


# The signatures


@pytest.mark.parametrize("county", [(0, 1), (1, 0)])
@pytest.mark.parametrize("city", [(2, 3), (3, 2)])
def test_both_departments_of_both_levels_in_either_order(purse, report, county, city):
    desks = purse.desks()
    for number, level, stage in zip((*county, *city), ("county", "city", "city", ""), ("filed", "filed", "filed", "done"), strict=True):  # fmt: skip
        report = purse.signed(report, desks[number])
        assert (report.level, report.stage) == (level, stage)
    assert report.signatures.count() == 4


def test_the_city_waits_for_both_of_the_county(purse, report):
    purse.signed(report, purse.finance["一县"])
    with pytest.raises(AlreadyMoved, match="不在您所在单位的审核环节"):
        purse.signed(report, purse.finance["东市"])
    assert fresh(report).level == "county"


def test_one_department_signs_once(purse, report):
    purse.signed(report, purse.hr("一县"))
    colleague = purse.house.people.extra("colleague")
    colleague.acting = Posting.objects.create(
        user=colleague, role=Role.APPROVER, office=purse.hr("一县").acting.office, starts=dt.date(2017, 1, 1)
    )
    with pytest.raises(AlreadyMoved, match="您所在的部门已经签署"):
        purse.signed(report, colleague)


def test_nobody_signs_for_two_departments(purse, report):
    """One person with a posting in each of the county's offices."""
    both = purse.finance["一县"]
    purse.signed(report, both)
    both.acting = Posting.objects.create(
        user=both, role=Role.APPROVER, office=purse.hr("一县").acting.office, starts=dt.date(2017, 1, 1)
    )
    with pytest.raises(AlreadyMoved, match="须由不同的人办理"):
        purse.signed(report, both)
    with pytest.raises(Exception, match="signature_person_once|UNIQUE"):  # the table's own rule beneath
        Signature.objects.create(
            report=report, level="county", department="hr", passed=True, by=both, at=moment(day(12, 21))
        )


def test_others_do_not_sign(purse, report):
    for by in (
        purse.finance["二县"],
        purse.hr("二县"),
        purse.hr("一县", Role.HANDLER),
        purse.hr("一县", Role.PUBLISHER),
        purse.hr("一南街道"),
        purse.finance["甲省"],
        purse.finance["西市"],
        purse.filer(),
        purse.house.officer("东市", Role.AUDITOR),
    ):
        with pytest.raises(NotYours):
            purse.signed(report, by)
    assert not Signature.objects.exists()


def test_own_staff_and_the_interested_stand_aside(purse, report):
    DeclaredInterest.objects.create(
        user=purse.finance["一县"], community=purse.community(), reason="亲属", declared_at=moment(day(1, 1))
    )
    with pytest.raises(NotYours, match="应当回避"):
        purse.signed(report, purse.finance["一县"])
    Posting.objects.create(
        user=purse.hr("一县"), role=Role.FILER, community=purse.community(), starts=dt.date(2010, 1, 1), ends=dt.date(2011, 1, 1)
    )  # fmt: skip
    with pytest.raises(NotYours, match="应当回避"):
        purse.signed(report, purse.hr("一县"))


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_each_may_return_with_remarks_and_all_begin_anew(purse, report, number):
    desks = purse.desks()
    for desk in desks[: number - number % 2]:
        purse.signed(report, desk)
    assert refused(lambda: purse.signed(report, desks[number], passed=False)) == {
        "remarks": ["退回时请写明需要补正的内容。"]
    }
    returned = purse.signed(report, desks[number], passed=False, remarks="第二笔缺发票。")
    assert (returned.stage, returned.level) == ("returned", "")
    again = purse.reported(on=day(12, 22))
    assert (again.number, again.level) == (2, "county")
    for desk in desks:
        again = purse.signed(again, desk, on=day(12, 23))
    assert again.stage == "done"


def test_a_returned_report_is_not_signed_any_more(purse, report):
    purse.signed(report, purse.finance["一县"], passed=False, remarks="补正。")
    with pytest.raises(AlreadyMoved):
        purse.signed(report, purse.hr("一县"))


# Findings and recoveries


def expense(purse, use="it_network"):
    return next(e for e in purse.entries(kind="spending") if e.use == use)


def test_an_irregular_expense_is_taken_off_and_recovered_in_parts(purse, report):
    finding = purse.found(report, 1500, entry=expense(purse))
    recovery = purse.ordered(finding)
    grant = purse.grant()
    assert (grant.spent, grant.unspent, grant.owed, grant.free) == (200_000, 800_000, 150_000, 650_000)
    paid = recoveries.repay(
        recovery,
        fen=50_000,
        on=day(1, 10, NEXT),
        voucher="NO.1",
        by=purse.finance["一县"],
        at=moment(day(1, 10, NEXT)),
    )
    assert (paid.kind, paid.document) == ("recovery", "NO.1")
    grant = purse.grant()
    assert (grant.paid, grant.spent, grant.unspent, grant.recovered, grant.owed) == (1_000_000, 200_000, 750_000, 50_000, 100_000)  # fmt: skip
    assert grant.paid == grant.spent + grant.unspent + grant.recovered
    late = {
        "on": day(1, 20, NEXT),
        "voucher": "NO.2",
        "by": purse.finance["一县"],
        "at": moment(day(1, 20, NEXT)),
    }
    assert list(refused(lambda: recoveries.repay(recovery, fen=100_001, **late))) == ["fen"]
    assert list(refused(lambda: recoveries.repay(recovery, fen=1, **{**late, "voucher": " "}))) == ["voucher"]
    assert list(refused(lambda: recoveries.repay(recovery, fen=1, **{**late, "on": day(12, 1)}))) == ["on"]
    recoveries.repay(recovery, fen=100_000, **late)
    assert purse.grant().owed == 0
    assert ledger.wrong_sums() == []


@pytest.mark.parametrize("kind", ["insufficient", "ineffective"])
def test_what_lies_unused_is_recovered(purse, report, kind):
    assert list(refused(lambda: purse.found(report, 6500.01, kind=kind))) == ["fen"]
    purse.ordered(purse.found(report, 6500, kind=kind))
    grant = purse.grant()
    assert (grant.spent, grant.owed, grant.free) == (350_000, 650_000, 0)


def test_what_has_to_go_back_cannot_be_spent(purse, report):
    purse.signed(report, purse.finance["一县"], passed=False, remarks="补正。")
    purse.ordered(purse.found(report, 6000, kind="insufficient"))
    said = refused(lambda: purse.spend(500.01, on=day(12, 26)))
    assert said == {"fen": ["这笔资金目前还可以支出 500 元（另有 6,000 元须缴回），500.01 元超出了结余。"]}


def test_a_finding_says_what_where_and_how_much(purse, report):
    entry = expense(purse)
    assert list(refused(lambda: purse.found(report, 1500.01, entry=entry))) == ["fen"]
    assert list(refused(lambda: purse.found(report, 0, entry=entry))) == ["fen"]
    assert list(refused(lambda: purse.found(report, 10, kind="irregular"))) == ["entry"]
    assert list(refused(lambda: purse.found(report, 10, kind="other", text=" ", entry=entry))) == [
        "kind",
        "text",
    ]
    purse.received(1)
    foreign = purse.spend(10, 1).entry
    assert list(refused(lambda: purse.found(report, 10, entry=foreign))) == ["entry"]
    purse.found(report, 1000, entry=entry)
    assert list(refused(lambda: purse.found(report, 500.01, entry=entry))) == ["fen"]
    assert Finding.objects.count() == 1


def test_a_finding_is_ordered_once_with_a_document_and_a_day_to_come(purse, report):
    finding = purse.found(report, 100, kind="insufficient")
    by, at = purse.finance["东市"], moment(day(12, 25))
    assert list(refused(lambda: recoveries.order_recovery(finding, due_on=day(12, 24), document="", by=by, at=at))) == ["document", "due_on"]  # fmt: skip
    purse.ordered(finding)
    with pytest.raises(AlreadyMoved):
        purse.ordered(finding)
    with pytest.raises(NotYours):
        purse.ordered(finding, by=purse.finance["西市"])
    assert Recovery.objects.count() == Stop.objects.count() == 1


# Stops


def test_a_recovery_stops_the_next_accrual_until_lifted(purse, report):
    recovery = purse.ordered(purse.found(report, 100, kind="insufficient"))
    stop = recovery.stop
    assert stop.first_year == NEXT
    assert purse.accrue(NEXT)[0].added == 11
    assert purse.entries(fiscal_year=NEXT) == []
    at = moment(day(2, 1, NEXT))
    lift = {
        "reason": "已整改。",
        "document": "东财社〔2019〕3号",
        "on": day(2, 1, NEXT),
        "by": purse.finance["东市"],
        "at": at,
    }
    assert refused(lambda: recoveries.lift_stop(stop, resumes_year=NEXT, **lift)) == ["还有 100 元没有收回，收回之后才能恢复补助。"]  # fmt: skip
    recoveries.repay(recovery, fen=10_000, on=day(1, 10, NEXT), voucher="1", by=purse.finance["一县"], at=at)
    recoveries.lift_stop(stop, resumes_year=NEXT + 1, **lift)
    assert purse.accrue(NEXT)[0].added == 0, "the year before the one named stays stopped"
    assert purse.accrue(NEXT + 1)[0].added == 12
    with pytest.raises(AlreadyMoved):
        recoveries.lift_stop(stop, resumes_year=NEXT, **lift)


def test_lifted_for_the_stopped_year_itself_the_next_run_adds_it(purse, report):
    recovery = purse.ordered(purse.found(report, 100, kind="insufficient"))
    purse.accrue(NEXT)
    at = moment(day(2, 1, NEXT))
    recoveries.repay(recovery, fen=10_000, on=day(1, 10, NEXT), voucher="1", by=purse.finance["一县"], at=at)
    recoveries.lift_stop(
        recovery.stop,
        resumes_year=NEXT,
        reason="已整改。",
        document="x",
        on=day(2, 1, NEXT),
        by=purse.hr("东市"),
        at=at,
    )
    assert purse.accrue(NEXT)[0].added == 1


def test_an_order_alone_stops_too_and_other_communities_go_on(purse):
    recoveries.order_stop(
        purse.community(), PROGRAMME, first_year=YEAR, reason="拒绝审计。", document="甲财社〔2018〕1号",
        by=purse.finance["甲省"], at=moment(day(1, 2)),
    )  # fmt: skip
    assert purse.accrue()[0].added == 11
    assert purse.entries(0) == []


def test_a_stop_keeps_accrued_money_from_being_paid(purse):
    purse.accrue()
    recoveries.order_stop(
        purse.community(), PROGRAMME, first_year=YEAR, reason="拒绝审计。", document="x", by=purse.finance["甲省"],
        at=moment(day(1, 10)),
    )  # fmt: skip
    assert purse.paid().count == 11
    assert [e.kind for e in purse.entries(0)] == ["accrual"]


@pytest.mark.parametrize(("year", "document", "reason", "fields"), [
    (YEAR - 1, "x", "y", ["first_year"]), (YEAR, " ", "y", ["document"]), (YEAR, "x", "", ["reason"]), (YEAR + 6, "x", "y", ["first_year"]),
])  # fmt: skip
def test_a_stop_is_a_decision_with_reason_and_document(purse, year, document, reason, fields):
    call = functools.partial(
        recoveries.order_stop,
        purse.community(), PROGRAMME, first_year=year, reason=reason, document=document, by=purse.finance["甲省"], at=moment(day(1, 2))
    )  # fmt: skip
    assert list(refused(call)) == fields


def test_a_lift_names_its_decision(purse):
    stop = recoveries.order_stop(
        purse.community(), PROGRAMME, first_year=YEAR, reason="y", document="x", by=purse.finance["甲省"], at=moment(day(1, 2))
    )  # fmt: skip
    at, by = moment(day(3, 1)), purse.finance["甲省"]
    wrong = {"resumes_year": YEAR - 1, "reason": "", "document": "", "on": day(3, 2), "by": by, "at": at}
    assert list(refused(lambda: recoveries.lift_stop(stop, **wrong))) == [
        "reason",
        "document",
        "resumes_year",
        "on",
    ]
    with pytest.raises(NotYours):
        recoveries.lift_stop(
            stop, resumes_year=YEAR, reason="y", document="x", on=day(3, 1), by=purse.finance["西市"], at=at
        )


def test_findings_are_the_auditing_desks_alone(purse, report):
    for by in (
        purse.filer(),
        purse.finance["二县"],
        purse.house.officer("东市", Role.AUDITOR),
        purse.hr("一县", Role.HANDLER),
    ):
        with pytest.raises(NotYours):
            purse.found(report, 100, kind="insufficient", by=by)
    assert audits.find(
        report, kind="insufficient", fen=1, text="x", by=purse.hr("东市"), at=moment(day(12, 21))
    )


def test_a_year_without_accrual_reports_what_is_left_of_the_last_under_its_rules(purse):
    """Money of 2018 lies unused; nothing is accrued in 2019, and the community still reports, and four sign."""
    purse.received()
    purse.spend(1000)
    report = purse.reported(year=YEAR + 1, on=day(12, 10, YEAR + 1))
    assert report.due_on == day(12, 20, YEAR + 1)
    for by in purse.desks():
        report = purse.signed(report, by, on=day(12, 21, YEAR + 1))
    assert report.stage == "done"


def test_nothing_is_paid_or_spent_before_anything_was_accrued(purse):
    with pytest.raises(NotReady, match="尚未计提"):
        payments.preview(PROGRAMME, YEAR, purse.house.regions["甲省"])
