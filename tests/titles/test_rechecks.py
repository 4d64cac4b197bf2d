"""Yearly rechecks by the rules of 平人社办〔2021〕141号: who is looked at, by whom, and what comes of it."""

import datetime as dt

import pytest

from accounts.models import Role
from accreditation import eligibility, endings, programmes, rechecks
from accreditation.models import Ending, Recheck, RecheckEntry, RecheckRound, Recognition
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from tests.factories import placed
from tests.titles.conftest import COUNTS, YEAR, on

State = RecheckEntry.State


def test_provincial_and_national_titles_of_earlier_years_are_in_scope_and_city_ones_are_not(titled):
    titled.grant([4], dt.date(2019, 1, 1), "NT", money="national", issuer="nation")
    titled.grant([5], dt.date(YEAR, 3, 1), "LT")  # of the year itself
    round_ = titled.open()
    names = {entry.recognition.number[:2] for entry in round_.entries.all()}
    assert round_.entries.count() == 5 and names == {"PT", "NT"}
    assert round_.due_on == dt.date(2022, 1, 7)


def test_the_city_s_approver_opens_it_once(titled):
    for place, role in (
        ("一县", Role.APPROVER),
        ("东市", Role.HANDLER),
        ("西市", Role.APPROVER),
        ("甲省", Role.APPROVER),
    ):
        with pytest.raises(NotYours):
            rechecks.open_round(titled.version, year=YEAR, name="x", by=titled.who(place, role), at=on(1, 4))
    titled.open()
    with pytest.raises(AlreadyMoved, match="已经开启"):
        titled.open()
    with pytest.raises(NotReady, match="还没有开始"):
        titled.open(year=2023)


def test_county_and_city_confirm_and_the_year_is_written_once(titled):
    entry = titled.check(titled.open().entries.first())
    assert (entry.state, entry.level) == (State.CONFIRM, "county")
    entry = titled.confirm(entry)
    assert (entry.state, entry.level) == (State.CONFIRM, "city")
    entry = titled.confirm(entry, "东市")
    assert entry.state == State.PASSED
    outcome = Recheck.objects.get(recognition=entry.recognition)
    assert (outcome.year, outcome.passed) == (YEAR, True)
    with pytest.raises(NotYours, match="不能确认"):
        titled.confirm(entry, "东市")


def test_who_looked_does_not_confirm_and_another_county_does_neither(titled):
    entry = titled.open().entries.first()
    with pytest.raises(NotYours):
        rechecks.check(entry, passed=True, figures=COUNTS, by=titled.who("二县"), at=on(1, 5), seen=0)
    with pytest.raises(NotYours):
        rechecks.check(
            entry, passed=True, figures=COUNTS, by=titled.who("一县", Role.APPROVER), at=on(1, 5), seen=0
        )
    entry = titled.check(entry)
    for by in (titled.who("一县"), titled.who("二县", Role.APPROVER), titled.who("东市", Role.APPROVER)):
        with pytest.raises(NotYours):
            rechecks.confirm(entry, by=by, at=on(1, 6), seen=1)
    RecheckEntry.objects.update(handled_by=titled.who("一县", Role.APPROVER))
    with pytest.raises(NotYours, match="不同的人"):
        titled.confirm(entry)


def test_its_own_staff_stand_aside(titled):
    entry = titled.open().entries.first()
    officer = titled.who("一县")
    community = entry.recognition.community
    titled.house.people.filer(community).postings.model.objects.create(
        user=officer,
        role=Role.FILER,
        community=community,
        starts=dt.date(2010, 1, 1),
        ends=dt.date(2012, 1, 1),
    )
    with pytest.raises(NotYours, match="应当回避"):
        titled.check(entry)


def test_figures_are_whole_counts_and_a_part_is_within_its_whole(titled):
    entry = titled.open().entries.first()
    for wrong, field, words in (
        ({"new_jobs": -1}, "new_jobs", "不小于 0"),
        ({"new_jobs": None}, "new_jobs", "请填写新增就业人数"),
        ({"new_jobs": True}, "new_jobs", "整数"),
        ({"hardship_reemployed": 21}, "hardship_reemployed", "不能大于就业困难人员数（20）"),
    ):
        with pytest.raises(NotReady) as refused:
            titled.check(entry, figures={**COUNTS, **wrong})
        assert list(refused.value.message_dict) == [field] and words in refused.value.messages[0]
    titled.check(entry, figures={**COUNTS, "hardship_reemployed": 20})


def test_a_failure_says_why(titled):
    entry = titled.open().entries.first()
    with pytest.raises(NotReady, match="请写明情况"):
        titled.check(entry, passed=False, reason="  ")


def test_a_failed_title_ends_only_when_the_province_approves(titled):
    entry = titled.confirm(titled.confirm(titled.check(titled.open().entries.first(), passed=False)), "东市")
    assert (entry.state, entry.level) == (State.DECIDE, "province")
    title = Recognition.objects.get(pk=entry.recognition_id)
    assert title.ended_on is None and not Recheck.objects.exists()
    told = {
        "reason": "同意取消。",
        "document_number": "甲人社函〔2022〕3号",
        "on": dt.date(2022, 1, 20),
        "at": on(1, 20),
    }
    with pytest.raises(NotYours):
        rechecks.decide(entry, end=True, by=titled.who("东市", Role.APPROVER), seen=entry.moves, **told)
    with pytest.raises(NotReady):
        rechecks.decide(
            entry,
            end=True,
            by=titled.who("甲省", Role.APPROVER),
            seen=entry.moves,
            **{**told, "document_number": ""},
        )
    rechecks.decide(entry, end=True, by=titled.who("甲省", Role.APPROVER), seen=entry.moves, **told)
    title.refresh_from_db()
    assert (title.ended_on, title.status) == (dt.date(2022, 1, 20), "revoked")
    assert Recheck.objects.get().passed is False
    assert Ending.objects.get().kind == Ending.Kind.RECHECK
    held = Recognition.objects.filter(pk=title.pk)
    assert held.held_on(dt.date(2022, 1, 19)).exists() and not held.held_on(dt.date(2022, 1, 20)).exists()


def test_a_title_that_is_kept_has_no_pass_of_that_year(titled):
    entry = titled.confirm(titled.confirm(titled.check(titled.open().entries.first(), passed=False)), "东市")
    rechecks.decide(
        entry, end=False, reason="整改到位，予以保留。", document_number="甲人社函〔2022〕4号", on=dt.date(2022, 1, 20),
        by=titled.who("甲省", Role.APPROVER), at=on(1, 20), seen=entry.moves,
    )  # fmt: skip
    outcome = Recheck.objects.get()
    assert outcome.passed is None and outcome.authorised_reason == "整改到位，予以保留。"
    assert Recognition.objects.get(pk=entry.recognition_id).ended_on is None


def test_a_line_sent_back_begins_anew_with_the_remark(titled):
    entry = titled.confirm(titled.check(titled.open().entries.first()))
    entry = rechecks.send_back(
        entry,
        remark="请补充援助对象名册。",
        by=titled.who("东市", Role.APPROVER),
        at=on(1, 7),
        seen=entry.moves,
    )
    assert (entry.state, entry.level, entry.remark) == (State.CHECK, "county", "请补充援助对象名册。")
    assert titled.check(entry).remark == ""


def test_a_stale_page_is_refused(titled):
    entry = titled.open().entries.first()
    titled.check(entry)
    with pytest.raises(AlreadyMoved):
        titled.check(entry)


def test_a_page_of_lines_is_confirmed_whole_or_not_at_all(titled):
    entries = [titled.check(entry) for entry in titled.open().entries.all()]
    by = titled.who("一县", Role.APPROVER)
    with pytest.raises(NotReady, match="已由他人办理"):
        rechecks.confirm_all(entries, by=by, at=on(1, 6), seen={entry.pk: 0 for entry in entries})
    assert not RecheckEntry.objects.filter(level="city").exists()
    rechecks.confirm_all(entries, by=by, at=on(1, 6), seen={entry.pk: 1 for entry in entries})
    assert RecheckEntry.objects.filter(level="city", state=State.CONFIRM).count() == 4


def test_a_round_closes_when_every_line_has_its_outcome(titled):
    round_ = titled.open()
    by = titled.who("东市", Role.APPROVER)
    with pytest.raises(NotReady, match="还有 4 个社区"):
        rechecks.close_round(round_, by=by, at=on(1, 10))
    for entry in round_.entries.all():
        titled.confirm(titled.confirm(titled.check(entry)), "东市")
    assert rechecks.close_round(round_, by=by, at=on(1, 10)).status == "closed"


def gap(titled, number, year=YEAR):
    return rechecks.authorise_gap(
        titled.titles[number],
        year=year,
        reason="疫情期间未组织复查。",
        document_number="甲人社函〔2021〕9号",
        by=titled.who("甲省", Role.APPROVER),
        at=on(1, 3),
    )


def test_three_passes_in_a_row_are_what_the_star_tier_asks(titled):
    """2018 named; 2019, 2020, 2021 passed; and a gap breaks it unless it was authorised with a reason."""
    rule = {"money": ["provincial"], "years": 3}
    title = titled.titles[0]

    class Asking:
        community = title.community
        round = type("R", (), {"year": 2022})

    def broken():
        return eligibility.rechecks_passed(Asking, rule, dt.date(2022, 5, 1))

    assert "缺 2021 年度" in broken()
    for year in (2019, 2021):
        Recheck.objects.create(recognition=title, year=year, passed=True, decided_on=dt.date(year, 12, 1))
    assert "缺 2020 年度" in broken()
    by = titled.who("甲省", Role.APPROVER)
    with pytest.raises(NotReady, match="没有复查的理由"):
        rechecks.authorise_gap(title, year=2020, reason="", document_number="", by=by, at=on(1, 8))
    gap(titled, 0, 2020)
    # 2020 stepped over: 2021 and 2019 passed, and 2018 is the year of recognition.
    assert "不足 3 年" in broken()
    title.year = 2017
    title.save()
    Recheck.objects.create(recognition=title, year=2018, passed=True, decided_on=dt.date(2018, 12, 1))
    assert broken() == ""


def test_a_year_authorised_to_be_left_out_is_in_no_register_and_the_register_can_be_closed(titled):
    """One title, one outcome a year: what was authorised before stands, the others are looked at."""
    gap(titled, 0)
    gap(titled, 1, YEAR - 1)
    round_ = titled.open()
    assert {entry.recognition for entry in round_.entries.all()} == set(titled.titles[1:])
    for entry in round_.entries.all():
        titled.confirm(titled.confirm(titled.check(entry)), "东市")
    by = titled.who("东市", Role.APPROVER)
    assert rechecks.close_round(round_, by=by, at=on(1, 10)).status == "closed"
    assert sorted(Recheck.objects.filter(year=YEAR).values_list("recognition", "passed")) == sorted(
        (title.pk, None if title == titled.titles[0] else True) for title in titled.titles
    )


def test_where_every_title_has_its_year_no_register_is_opened(titled):
    for number in range(4):
        gap(titled, number)
    with pytest.raises(NotReady) as refused:
        titled.open()
    assert refused.value.message_dict == {
        "year": ["东市的称号都已有 2021 年度的复查结果，或已列入该年度的复查。"]
    }
    assert not RecheckRound.objects.exists()


def test_a_title_stands_in_one_register_of_a_year(titled):
    """A document amended within the year opens none for titles that are being looked at by the one before."""
    first = titled.open()
    late = titled.grant([4], dt.date(2019, 1, 1), "NT", money="national", issuer="nation")
    titled.version, _ = programmes.load(
        placed("pingdingshan-2021", titled.city, version="2022-1"), "p.json", at=on(1, 4)
    )
    second = titled.open()
    assert second != first
    assert [entry.recognition for entry in second.entries.all()] == list(late)


def test_only_the_granting_level_authorises_a_gap(titled):
    for place in ("东市", "一县"):
        with pytest.raises(NotYours):
            rechecks.authorise_gap(
                titled.titles[0],
                year=2020,
                reason="x",
                document_number="",
                by=titled.who(place, Role.APPROVER),
                at=on(1, 8),
            )


def test_a_title_that_ended_otherwise_is_looked_at_no_more_and_holds_nothing_up(titled):
    """It ended by a decision while its line waited: no desk goes on with it, and the year can be closed."""
    round_ = titled.open()
    first, *others = round_.entries.all()
    for entry in others:
        titled.confirm(titled.confirm(titled.check(entry)), "东市")
    first = titled.check(first)
    by = titled.who("东市", Role.APPROVER)
    with pytest.raises(NotReady, match="还有 1 个社区"):
        rechecks.close_round(round_, by=by, at=on(1, 8))
    endings.end(
        first.recognition, kind=Ending.Kind.DECISION, reason="x", document_number="x", on=dt.date(2022, 1, 6),
        proposed_by=None, by=titled.who("甲省", Role.APPROVER), at=on(1, 7),
    )  # fmt: skip
    first = RecheckEntry.objects.get(pk=first.pk)
    with pytest.raises(NotYours, match="2022-01-06 终止，不再复查"):
        titled.confirm(first)
    with pytest.raises(NotReady, match="不再复查"):
        rechecks.confirm_all(
            [first], by=titled.who("一县", Role.APPROVER), at=on(1, 8), seen={first.pk: first.moves}
        )
    assert rechecks.close_round(round_, by=by, at=on(1, 8)).status == "closed"
    assert not Recheck.objects.filter(recognition=first.recognition).exists()
