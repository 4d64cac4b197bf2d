"""Who may act and who may see: every verb by everybody against a table written out by hand, and the two in step."""

import datetime as dt

import pytest

from accounts.models import DeclaredInterest, Posting, Role
from accreditation.models import Application, Recognition, State
from accreditation.permissions import COMMUNITY_VERBS, DESK_VERBS, may_act, why_not
from tests.factories import moment

VERBS = [*COMMUNITY_VERBS, *DESK_VERBS, "disqualify"]

# (state, role, office) → verbs. Community 0 stands in 一南街道 of 一县 in 东市 of 甲省. Nothing else is allowed.
HANDLES = {"assess", "visit", "propose"}
DECIDES = {"pass_on", "send_back", "decline", "shortlist", "unlist", "pass_over", "recognise"}
OFFICES = {"street": "一南街道", "county": "一县", "city": "东市", "province": "甲省"}
NEIGHBOURS = {"street": "一北街道", "county": "二县", "city": "西市"}
RANK = ["street", "county", "city", "province"]


def allowed(state, role, level):
    """The verbs of an officer of the application's own office at `level`, by hand from design.md and programmes.md."""
    at = state.rsplit("_", 1)[0] if "_" in state else None
    verbs = set()
    if at == level and state.endswith("_review"):
        verbs |= {Role.HANDLER: HANDLES, Role.APPROVER: DECIDES, Role.PUBLISHER: {"publish"}}.get(role, set())
    if at == level and state.endswith("_notice") and role == Role.APPROVER:
        verbs |= {"decline", "recognise"}
    reached = {"returned": "street"}.get(state, at)  # what came to a title ends with the title (tests/titles)
    if role == Role.APPROVER and level == reached:
        verbs.add("disqualify")
    return verbs


COMMUNITY = {
    "draft": {"edit", "submit", "withdraw"},
    "returned": {"edit", "resubmit", "withdraw"},
    **{state: {"withdraw"} for state in State.values if state.endswith(("_review", "_notice"))},
}


@pytest.mark.parametrize("state", State.values)
def test_every_verb_by_everyone(house, state):
    if state == "disqualified":
        application = house.at("street_review")
        Application.objects.filter(pk=application.pk).update(state=state)
    else:
        application = house.at(state)
    application = house.fresh(application)
    for level, name in OFFICES.items():
        for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER):
            if (house.regions[name].pk, role) in house.people:
                user = house.officer(name, role)
                # The second-person rule is tested apart: here the handler of the desk is somebody else.
                application.assessments.update(handler=house.officer("西市", Role.HANDLER))
                assert {v for v in VERBS if may_act(user, application, v)} == allowed(state, role, level), (
                    name,
                    role,
                )
    filer = house.filer(application.community)
    assert {v for v in VERBS if may_act(filer, application, v)} == COMMUNITY.get(state, set())
    for name in NEIGHBOURS.values():
        for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER):
            if (house.regions[name].pk, role) in house.people:
                assert not [v for v in VERBS if may_act(house.officer(name, role), application, v)], (
                    name,
                    role,
                )
    assert not [v for v in VERBS if may_act(house.filer(house.community(1)), application, v)]
    for role in (Role.AUDITOR, Role.SYSADMIN, Role.SECADMIN, Role.AUDADMIN):
        assert not [v for v in VERBS if may_act(house.officer("甲省", role), application, v)], role


def test_whoever_may_act_can_see_and_neighbours_see_nothing(house):
    rows = [
        house.at(state, n)
        for n, state in enumerate(("draft", "street_review", "county_review", "city_review"))
    ]
    users = [
        house.officer(name, role)
        for name, role in (("一县", Role.HANDLER), ("东市", Role.APPROVER), ("甲省", Role.APPROVER))
    ]
    for user in [*users, *(house.filer(row.community) for row in rows)]:
        seen = set(Application.objects.visible_to(user))
        assert {row for row in rows if any(may_act(user, house.fresh(row), v) for v in VERBS)} <= seen
    assert set(Application.objects.visible_to(house.officer("西市", Role.APPROVER))) == set()
    assert set(Application.objects.visible_to(house.officer("二县", Role.HANDLER))) == set()
    assert set(Application.objects.visible_to(house.officer("甲省", Role.SYSADMIN))) == set()


def test_an_office_sees_only_what_has_come_up_to_it(house):
    draft, street, county = house.at("draft", 0), house.at("street_review", 1), house.at("county_review", 2)
    assert set(Application.objects.visible_to(house.officer("一县", Role.HANDLER))) == {county}
    assert set(Application.objects.visible_to(house.officer("东市", Role.HANDLER))) == set()
    assert set(Application.objects.visible_to(house.officer("东市", Role.AUDITOR))) == {street, county}
    assert draft not in Application.objects.visible_to(house.officer("甲省", Role.AUDITOR))


def test_the_one_who_handled_does_not_decide(house):
    application = house.prepare(house.at("county_review"))
    handler = house.officer("一县", Role.HANDLER)
    second = Posting.objects.create(
        user=handler, role=Role.APPROVER, office=handler.acting.office, starts=handler.acting.starts
    )
    handler.acting = second
    assert why_not(handler, application, "shortlist") == "经办与审核须由不同的人办理，您已经办过该申报。"
    assert not may_act(handler, application, "send_back")
    assert may_act(house.officer("一县", Role.APPROVER), application, "shortlist")


@pytest.mark.parametrize("how", ["staff", "former staff", "interest"])
def test_own_staff_and_interested_officers_stand_aside(house, how):
    application, officer = house.at("county_review"), house.officer("一县", Role.HANDLER)
    assert may_act(officer, application, "assess")
    if how == "interest":
        DeclaredInterest.objects.create(
            user=officer,
            community=application.community,
            reason="配偶在该社区工作",
            declared_at=moment(officer.acting.starts),
        )
    else:
        ends = None if how == "staff" else officer.acting.starts
        Posting.objects.create(
            user=officer,
            role=Role.FILER,
            community=application.community,
            starts=officer.acting.starts,
            ends=ends,
        )
    assert "应当回避" in why_not(officer, application, "assess")
    other = house.at("county_review", 1)
    assert may_act(officer, other, "assess")


def test_who_holds_a_title_is_not_disqualified_past_it(house):
    """The title is ended first, by two people and a document of its own; then its application (art. 16)."""
    application = house.at("recognised")
    by = house.officer("甲省", Role.APPROVER)
    title = Recognition.objects.get(application=application)
    assert why_not(by, application, "disqualify") == (
        f"该社区已获得称号（{title.number}）：请在称号页面以“弄虚作假”建议撤销，撤销称号后再取消这次申报的资格。"
    )
    Recognition.objects.filter(pk=title.pk).update(ended_on=dt.date(2018, 1, 1))
    assert why_not(by, application, "disqualify") == ""
