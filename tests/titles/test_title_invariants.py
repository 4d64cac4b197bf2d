"""Each invariant of titles finds its own corruption, and nothing in a house where all was done by the verbs."""

import datetime as dt

import pytest
from django.db.models import F

from accounts.models import Role
from accreditation import community_changes as changes
from accreditation import endings, region_moves, spot_checks, title_invariants
from accreditation.models import Draw, DrawTarget, Ending, Recheck, RecheckEntry, Recognition
from tests.titles.conftest import on
from tests.titles.test_community_changes import checked, decided
from tests.titles.test_spot_checks import drawn, second

assert second  # the fixture


@pytest.fixture
def lived(titled, second):
    """A passed recheck, a revoked title, a carried one, a draw."""
    entries = list(titled.open().entries.all())
    titled.confirm(titled.confirm(titled.check(entries[1])), "东市")
    ending = endings.propose(
        titled.titles[2], kind=Ending.Kind.FRAUD, reason="虚报。", by=titled.who("甲省"), at=on(3, 1)
    )
    endings.decide(
        ending,
        document_number="甲〔2022〕1号",
        on=dt.date(2022, 3, 1),
        by=titled.who("甲省", Role.APPROVER),
        at=on(3, 2),
    )
    report = checked(titled, kind=changes.Kind.MERGED, details={"into": titled.house.community(5).pk})
    kept = {t.pk: changes.Keep(t.money == "provincial") for t in changes.titles_of(report)}
    decided(titled, report, kept=kept)
    drawn(titled, second)
    return titled


def breaches(check):
    return list(check(on(4, 1)))


def test_all_is_in_order(lived):
    assert [s for check in title_invariants.TITLE_CHECKS for s in breaches(check)] == []


@pytest.mark.parametrize(
    ("check", "corrupt"),
    [
        ("endings_match", lambda: Ending.objects.filter(kind="fraud").update(state="refused")),
        ("endings_match", lambda: Recognition.objects.filter(status="revoked").update(ended_on=dt.date(2021, 1, 1))),
        ("endings_match", lambda: Recognition.objects.filter(status="revoked").update(status="valid")),
        ("carried_titles_follow", lambda: Recognition.objects.exclude(carries=None).update(rank=9)),
        ("carried_titles_follow", lambda: Recognition.objects.exclude(carries=None).update(granted_on=dt.date(2022, 3, 2))),
        ("rechecks_match", lambda: Recheck.objects.update(passed=False)),
        ("rechecks_match", lambda: Recheck.objects.all().delete()),
        ("rechecks_match", lambda: RecheckEntry.objects.filter(state="passed").update(state="failed", passed=False)),
        ("rechecks_match", lambda: RecheckEntry.objects.filter(state="passed").update(state="check")),
        ("draws_repeat", lambda: Draw.objects.update(pool="R\t1\t1\t1\t1\n")),
        ("draws_repeat", lambda: Draw.objects.update(nonce="0")),
        ("draws_repeat", lambda: Draw.objects.update(public_seed="03 11 17 23", result='{"drawn":[]}')),
        ("draws_repeat", lambda: DrawTarget.objects.filter(order=1).update(order=0)),
        ("draws_repeat", lambda: Draw.objects.update(drawn_by=F("entered_by"))),
    ],
)  # fmt: skip
def test_a_corruption_is_found(lived, check, corrupt):
    corrupt()
    assert breaches(getattr(title_invariants, check)) != []


def test_a_line_left_behind_is_found(lived):
    """A line that waits has its title's position; one that is settled stays where it was settled."""
    assert breaches(region_moves.positions_match) == []
    RecheckEntry.objects.filter(state="passed").update(position=1)
    assert breaches(region_moves.positions_match) == []
    RecheckEntry.objects.filter(state="check").update(position=1)
    assert breaches(region_moves.positions_match) != []


def test_who_looked_and_confirmed_is_one_person(lived):
    entry = RecheckEntry.objects.get(state="passed")
    RecheckEntry.objects.filter(pk=entry.pk).update(handled_by=lived.who("一县", Role.APPROVER))
    assert "同一人" in breaches(title_invariants.rechecks_match)[0]
    assert spot_checks.recomputed(Draw.objects.get()) == spot_checks.result_of(Draw.objects.get())
