"""One application: what a verb holds before it decides, which edges there are, and what it hands back."""

import pytest
from django.db import transaction

from accounts.models import Event, Role
from accreditation import moving, transitions
from accreditation.models import Round, State
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from tests.accreditation.test_transitions import DAY
from tests.factories import acting, moment


def held(house, application):
    by = house.officer("一县", Role.HANDLER)
    with transaction.atomic():
        return moving.hold(application, by, application.moves, "propose")


def test_what_is_held_brings_its_rules_along(house, django_assert_num_queries):
    application = house.at("county_review")
    found = held(house, application)
    with django_assert_num_queries(0):
        assert found.community.name == application.community.name
        assert found.round.version.checksum == application.round.version.checksum
        assert found.round.rubric.checksum == application.round.rubric.checksum


def test_a_round_may_score_nothing(house):
    application = house.at("county_review")
    Round.objects.update(rubric=None)
    assert held(house, application).round.rubric is None


@pytest.mark.parametrize("verb", ["submit", "resubmit", "close"])
def test_where_no_edge_leads_nothing_moves(house, verb):
    application = house.at("county_review")
    moves = application.moves
    with pytest.raises(AlreadyMoved, match="该申报现为“县级评审”，不能办理这一事项。"):
        moving.move(application, verb, at=moment(DAY))
    assert (application.state, application.moves) == (State.COUNTY_REVIEW, moves)


def test_each_verb_hands_back_what_is_stored(house):
    """The page that follows shows it without reading again."""
    application = house.at("county_review")
    words = {"verdict": "decline", "opinion": "材料不实。"}
    by, at = house.officer("一县", Role.HANDLER), moment(DAY)
    proposed = transitions.propose(application, by=by, at=at, seen=application.moves, **words)
    assert (proposed.pk, proposed.state) == (application.pk, State.COUNTY_REVIEW)
    gone = transitions.withdraw(
        application, by=house.filer(application.community), at=at, seen=application.moves, reason="不再申报。"
    )
    stored = house.fresh(application)
    assert (
        (gone.state, gone.moves) == (stored.state, stored.moves) == (State.WITHDRAWN, application.moves + 1)
    )
    assert Event.objects.filter(action="withdraw").count() == 1


def test_what_is_unmet_keeps_it_off_the_list(house):
    """As it keeps it from the next desk."""
    application = house.at("county_review")
    by = house.officer("一县", Role.APPROVER)
    with pytest.raises(NotReady) as refused:
        transitions.shortlist(application, by=by, at=moment(DAY), seen=application.moves)
    assert "经办尚未提出处理意见。" in refused.value.messages
    assert house.fresh(application).listed_at is None


@pytest.mark.parametrize("state", ["street_review", "county_review", "province_review"])
def test_what_has_no_list_or_a_notice_next_or_nothing_is_not_passed_on_whole(house, state):
    """The street has no list, a notice follows the county's, the province's is the last desk but for its notice."""
    place = {"street_review": "一南街道", "county_review": "一县", "province_review": "甲省"}[state]
    by = acting(house.officer(place, Role.APPROVER))
    with pytest.raises(NotReady, match="本环节的名单不能整体上报。"):
        transitions.pass_on_list(house.round, "star", state, by=by, at=moment(DAY), seen={})


def test_a_community_passes_no_list_on(house):
    by = acting(house.filer(house.at("county_review").community))
    with pytest.raises(NotYours):
        transitions.pass_on_list(house.round, "star", "county_review", by=by, at=moment(DAY), seen={})
