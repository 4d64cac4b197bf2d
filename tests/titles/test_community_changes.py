"""Communities change: the report, the month, who decides, what becomes of names, titles and old numbers."""

import datetime as dt

import pytest

from accounts.models import Role
from accreditation import community_changes as changes
from accreditation import eligibility, programmes
from accreditation.models import ChangeReport, Ending, Recheck, Recognition
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions import communities
from regions.models import FormerCommunity, Succession
from tests.factories import placed
from tests.titles.conftest import on

Kind, State = ChangeReport.Kind, ChangeReport.State
DAY = dt.date(2022, 3, 1)


def reported(titled, number=0, kind=Kind.RENAMED, details=None, at=None, **more):
    community = titled.house.community(number)
    return changes.report(
        community, kind=kind, happened_on=DAY, details=details if details is not None else {"name": "新桂花社区"},
        document_number="一民〔2022〕5号", by=titled.house.filer(community), at=at or on(3, 10), **more,
    )  # fmt: skip


def checked(titled, *args, **kwargs):
    report = reported(titled, *args, **kwargs)
    return changes.check(report, finding="情况属实。", by=titled.who("一县"), at=on(3, 12), seen=0)


def decided(titled, report, keep=True, part=0, **more):
    kept = {title.pk: changes.Keep(keep, part) for title in changes.titles_of(report)}
    told = {
        "kept": kept, "decision": "同意。", "document_number": "甲人社函〔2022〕20号",
        "by": titled.who("甲省", Role.APPROVER), "at": on(3, 20), "seen": report.moves,
    }  # fmt: skip
    return changes.decide(report, **{**told, **more})


def titles(community):
    return {title.money: title for title in Recognition.objects.filter(community=community)}


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (dt.date(2022, 3, 1), 1, dt.date(2022, 4, 1)),
        (dt.date(2022, 1, 31), 1, dt.date(2022, 2, 28)),
        (dt.date(2024, 1, 31), 1, dt.date(2024, 2, 29)),
        (dt.date(2022, 12, 15), 1, dt.date(2023, 1, 15)),
        (dt.date(2022, 12, 31), 2, dt.date(2023, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_month_s_last(day, months, last):
    assert changes.month_later(day, months) == last


@pytest.mark.parametrize(("day", "late"), [((4, 1), False), ((4, 2), True)])
def test_within_one_month_or_late_and_never_blocked(titled, day, late):
    """Gansu's art. 11: a month; the title is of a programme whose document says so."""
    programme = placed("gansu-2023", titled.house.province)
    programmes.load(programme, "g.json", at=on(1, 3))
    Recognition.objects.filter(community=titled.house.community(0), money="provincial").update(
        programme="gansu-2023"
    )
    report = reported(titled, at=on(*day))
    assert (report.due_on, report.late) == (dt.date(2022, 4, 1), late)


def test_without_a_rule_there_is_no_deadline(titled):
    report = reported(titled, at=on(12, 1))
    assert (report.due_on, report.late) == (None, False)


def test_the_community_or_its_street_reports_and_nobody_else(titled):
    community = titled.house.community(0)
    told = {"kind": Kind.RENAMED, "happened_on": DAY, "details": {"name": "新桂花社区"}, "at": on(3, 10)}
    strangers = [
        titled.house.filer(titled.house.community(1)), titled.who("一北街道"), titled.who("一县"), titled.who("甲省", Role.AUDITOR)
    ]  # fmt: skip
    for by in strangers:
        with pytest.raises(NotYours):
            changes.report(community, by=by, **told)
    changes.report(community, by=titled.who("一南街道"), **told)
    with pytest.raises(AlreadyMoved, match="正在办理"):
        changes.report(community, by=titled.house.filer(community), **told)


@pytest.mark.parametrize(
    ("kind", "details", "field"),
    [
        (Kind.RENAMED, {"name": " "}, "name"),
        (Kind.RENAMED, {"name": "一南桂花社区"}, "name"),
        (Kind.MOVED, {"street": 0}, "street"),
        (Kind.MERGED, {}, "into"),
        (Kind.MERGED, {"into": 10**9}, "into"),
        (Kind.MERGED, {"name": "大桂花社区"}, "into"),
        (Kind.SPLIT, {"parts": ["甲社区"]}, "parts"),
        (Kind.SPLIT, {"parts": ["甲社区", "甲社区"]}, "parts"),
        ("other", {}, "kind"),
    ],
)
def test_what_is_missing_is_said_at_its_field(titled, kind, details, field):
    with pytest.raises(NotReady) as refused:
        reported(titled, kind=kind, details=details)
    assert list(refused.value.message_dict) == [field]


def test_a_renamed_community_keeps_its_title_and_is_found_by_both_names(titled):
    report = decided(titled, checked(titled))
    community = titled.house.community(0)
    community.refresh_from_db()
    assert report.state == State.DECIDED and community.name == "新桂花社区"
    assert titles(community)["provincial"].ended_on is None
    assert FormerCommunity.objects.get(community=community).name == "一南桂花社区"
    assert community.__class__.objects.search("一南桂花").get() == community


def test_renamed_without_consent_the_title_ends(titled):
    decided(titled, checked(titled), keep=False)
    ended = titles(titled.house.community(0))
    assert {title.ended_on for title in ended.values()} == {DAY}


def test_abolished_ends_every_title_on_the_day_it_happened(titled):
    decided(titled, checked(titled, kind=Kind.ABOLISHED, details={}), kept={})
    community = titled.house.community(0)
    community.refresh_from_db()
    assert community.until == DAY
    assert {(t.ended_on, t.ended_reason) for t in titles(community).values()} == {(DAY, "社区撤销")}


def test_merged_and_kept_the_successor_carries_the_title_its_rechecks_and_leads_back(titled):
    heir = titled.house.community(5)  # of another county, without a provincial title
    old = titles(titled.house.community(0))["provincial"]
    for year in (2019, 2020, 2021):
        Recheck.objects.create(recognition=old, year=year, passed=True, decided_on=dt.date(year, 12, 1))
    report = checked(titled, kind=Kind.MERGED, details={"into": heir.pk})
    city = [t for t in changes.titles_of(report) if t.money == "city"][0]
    decided(titled, report, kept={old.pk: changes.Keep(True), city.pk: changes.Keep(False)})
    old.refresh_from_db()
    new = Recognition.objects.get(carries=old)
    assert (old.ended_on, old.ended_reason) == (DAY, "社区变更，称号由继任社区承接")
    assert (new.community, new.year, new.granted_on, new.document_number) == (
        heir,
        2018,
        DAY,
        "甲人社函〔2022〕20号",
    )
    assert new.number != old.number
    held = Recognition.objects.filter(money="provincial", community__in=[old.community, heir])
    assert [t.pk for t in held.held_on(DAY)] == [new.pk]
    assert [t.pk for t in held.held_on(dt.date(2022, 2, 28))] == [old.pk]
    assert Succession.objects.get().successor == heir
    assert communities.current(old.community) == [heir]

    class Asking:
        community = heir
        round = type("R", (), {"year": 2022})

    assert (
        eligibility.rechecks_passed(Asking, {"money": ["provincial"], "years": 3}, dt.date(2022, 5, 1)) == ""
    )


def test_a_successor_that_holds_the_title_already_does_not_take_a_second(titled):
    report = checked(titled, kind=Kind.MERGED, details={"into": titled.house.community(1).pk})
    with pytest.raises(NotReady, match="不能再由其承接"):
        decided(titled, report)
    assert titled.house.community(0).__class__.objects.get(pk=titled.house.community(0).pk).until is None
    decided(titled, report, keep=False)
    assert {e.kind for e in Ending.objects.all()} == {Ending.Kind.MERGED}


def test_merged_into_a_new_one_asks_for_the_titles_of_all(titled):
    other = titled.house.community(1)
    report = checked(titled, kind=Kind.MERGED, details={"name": "大桂花社区", "others": [other.pk]})
    both = changes.titles_of(report)
    assert {t.community_id for t in both} == {titled.house.community(0).pk, other.pk}
    with pytest.raises(NotReady, match="逐个说明"):
        decided(titled, report, kept={both[0].pk: changes.Keep(False)})
    kept = {t.pk: changes.Keep(t.money == "provincial" and t.community_id != other.pk) for t in both}
    decided(titled, report, kept=kept)
    assert Recognition.objects.get(carries__isnull=False).community.name == "大桂花社区"


def test_split_the_chosen_part_goes_on_with_it(titled):
    report = checked(titled, kind=Kind.SPLIT, details={"parts": ["东桂花社区", "西桂花社区"]})
    decided(titled, report, part=1)
    assert {t.community.name for t in Recognition.objects.filter(carries__isnull=False)} == {"西桂花社区"}


def test_moved_the_titles_follow(titled):
    street = titled.house.regions["二南街道"]
    decided(titled, checked(titled, kind=Kind.MOVED, details={"street": street.pk}))
    assert {t.position for t in titles(titled.house.community(0)).values()} == {street.position}


def test_the_county_looks_into_it_and_the_granting_level_decides(titled):
    report = reported(titled)
    with pytest.raises(NotYours):
        changes.check(report, finding="x", by=titled.who("二县"), at=on(3, 12), seen=0)
    with pytest.raises(NotYours):
        changes.check(report, finding="x", by=titled.who("一县", Role.APPROVER), at=on(3, 12), seen=0)
    with pytest.raises(NotYours, match="还不能决定"):
        decided(titled, report)
    report = changes.check(report, finding="属实。", by=titled.who("一县"), at=on(3, 12), seen=0)
    assert report.level == "province"
    with pytest.raises(NotYours):
        decided(titled, report, by=titled.who("东市", Role.APPROVER))
    with pytest.raises(AlreadyMoved):
        decided(titled, report, seen=0)


def test_without_a_title_the_county_decides(titled):
    Recognition.objects.filter(community=titled.house.community(0)).update(ended_on=dt.date(2020, 1, 1))
    report = checked(titled)
    assert report.level == "county"
    decided(titled, report, by=titled.who("一县", Role.APPROVER))


def test_an_application_at_work_comes_first(titled):
    application = titled.house.filed(0)
    report = checked(titled, kind=Kind.ABOLISHED, details={})
    with pytest.raises(NotReady, match=application.number):
        decided(titled, report, kept={})


def test_a_report_that_is_not_true_changes_nothing(titled):
    report = checked(titled, kind=Kind.ABOLISHED, details={})
    by = titled.who("甲省", Role.APPROVER)
    changes.refuse(report, reason="民政部门没有批复。", by=by, at=on(3, 20), seen=report.moves)
    assert titles(titled.house.community(0))["provincial"].ended_on is None
    assert reported(titled).state == State.REPORTED
