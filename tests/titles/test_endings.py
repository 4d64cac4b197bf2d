"""A title ends by two people of the level that granted it; fraud bars the community for the time that was decided."""

import datetime as dt

import pytest

from accounts.models import Role
from accreditation import eligibility, endings
from accreditation.models import Bar, Ending, RecognitionEvent
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions import communities
from tests.titles.conftest import on

DAY = dt.date(2022, 3, 1)


@pytest.fixture
def proposed(titled):
    return endings.propose(
        titled.titles[0],
        kind=Ending.Kind.FRAUD,
        reason="虚报登记失业人员再就业数。",
        by=titled.who("甲省"),
        at=on(3, 1),
    )


def decide(titled, ending, **more):
    told = {
        "document_number": "甲人社函〔2022〕8号",
        "on": DAY,
        "by": titled.who("甲省", Role.APPROVER),
        "at": on(3, 2),
    }
    return endings.decide(ending, **{**told, **more})


def test_proposed_by_one_and_decided_by_another_of_the_granting_level(titled, proposed):
    title = titled.titles[0]
    for place in ("东市", "一县"):
        with pytest.raises(NotYours):
            endings.propose(title, kind=Ending.Kind.FRAUD, reason="x", by=titled.who(place), at=on(3, 1))
        with pytest.raises(NotYours):
            decide(titled, proposed, by=titled.who(place, Role.APPROVER))
    with pytest.raises(AlreadyMoved, match="已有待决定"):
        endings.propose(title, kind=Ending.Kind.FRAUD, reason="x", by=titled.who("甲省"), at=on(3, 1))
    Ending.objects.update(proposed_by=titled.who("甲省", Role.APPROVER))
    proposed.refresh_from_db()
    with pytest.raises(NotYours, match="不同的人"):
        decide(titled, proposed)


def test_the_title_ends_on_the_day_with_document_and_event(titled, proposed):
    decide(titled, proposed)
    title = titled.titles[0]
    title.refresh_from_db()
    assert (title.ended_on, title.status, title.ended_reason) == (DAY, "revoked", "弄虚作假")
    assert RecognitionEvent.objects.filter(recognition=title, event__action="revoke").count() == 1
    with pytest.raises(NotYours, match="不能再决定"):
        decide(titled, proposed)
    with pytest.raises(NotYours, match="已经终止"):
        endings.propose(title, kind=Ending.Kind.FRAUD, reason="x", by=titled.who("甲省"), at=on(3, 3))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"document_number": " "}, "document_number"),
        ({"on": dt.date(2022, 3, 3)}, "on"),
        ({"on": dt.date(2018, 5, 31)}, "on"),
        ({"bar": True, "bar_until": DAY}, "bar_until"),
    ],
)
def test_what_is_missing_or_impossible_is_said_at_its_field(titled, proposed, change, field):
    with pytest.raises(NotReady) as refused:
        decide(titled, proposed, **change)
    assert list(refused.value.message_dict) == [field]
    titled.titles[0].refresh_from_db()
    assert titled.titles[0].ended_on is None


def test_refused_the_title_stays_and_may_be_proposed_again(titled, proposed):
    with pytest.raises(NotReady, match="不同意的理由"):
        endings.refuse(proposed, reason="", by=titled.who("甲省", Role.APPROVER), at=on(3, 2))
    endings.refuse(proposed, reason="证据不足。", by=titled.who("甲省", Role.APPROVER), at=on(3, 2))
    titled.titles[0].refresh_from_db()
    assert titled.titles[0].ended_on is None
    endings.propose(
        titled.titles[0], kind=Ending.Kind.DECISION, reason="y", by=titled.who("甲省"), at=on(3, 3)
    )


def test_a_barred_community_may_not_apply_to_the_last_day(titled, proposed):
    decide(titled, proposed, bar=True, bar_until=dt.date(2025, 2, 28))
    community = titled.titles[0].community

    class Asking:
        pass

    Asking.community = community
    told = eligibility.not_barred(Asking, {}, dt.date(2025, 2, 28))
    assert "甲人社函〔2022〕8号" in told and "2025年02月28日" in told
    assert eligibility.not_barred(Asking, {}, dt.date(2025, 3, 1)) == ""
    assert eligibility.not_barred(Asking, {}, dt.date(2022, 2, 28)) == ""
    Asking.community = titled.titles[1].community
    assert eligibility.not_barred(Asking, {}, dt.date(2022, 3, 2)) == ""


def test_a_bar_follows_the_community_into_its_successor_and_is_lifted_by_decision(titled, proposed):
    decide(titled, proposed, bar=True)
    old, other = titled.titles[0].community, titled.titles[1].community
    heir = communities.merge([old], on=dt.date(2022, 4, 1), into=other)
    assert endings.barred(heir, dt.date(2022, 5, 1)).community == old
    bar = Bar.objects.get()
    with pytest.raises(NotYours):
        endings.lift(bar, document_number="x", by=titled.who("东市", Role.APPROVER), at=on(6, 1))
    endings.lift(
        bar, document_number="甲人社函〔2022〕30号", by=titled.who("甲省", Role.APPROVER), at=on(6, 1)
    )
    assert endings.barred(heir, dt.date(2022, 6, 2)) is None
    with pytest.raises(AlreadyMoved):
        endings.lift(bar, document_number="x", by=titled.who("甲省", Role.APPROVER), at=on(6, 2))
