"""Who may act and who may see: every verb by everybody against a table written out by hand, and the two in step."""

import datetime as dt

import pytest

from accounts.models import DeclaredInterest, Department, Office, Posting, Role
from accreditation.models import Application, Recognition, Round, State
from accreditation.permissions import (
    COMMUNITY_VERBS,
    DESK_VERBS,
    INTERESTED,
    SAME_PERSON,
    STAFF,
    may_act,
    reasons_against,
    verbs_for,
    why_not,
)
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
                assert set(verbs_for(user, application)) == allowed(state, role, level), (name, role)
    filer = house.filer(application.community)
    assert {v for v in VERBS if may_act(filer, application, v)} == COMMUNITY.get(state, set())
    assert set(verbs_for(filer, application)) == COMMUNITY.get(state, set())
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
    assert "disqualify" not in verbs_for(by, application)
    Recognition.objects.filter(pk=title.pk).update(ended_on=dt.date(2018, 1, 1))
    assert why_not(by, application, "disqualify") == ""
    assert verbs_for(by, application) == ["disqualify"]


def test_nor_past_the_title_that_goes_on_with_it(house):
    """A title carried over by a merger stands for the one it came from, until it has ended too."""
    application = house.at("recognised")
    by = house.officer("甲省", Role.APPROVER)
    title = Recognition.objects.get(application=application)
    after = Recognition.objects.exclude(pk=title.pk).filter(ended_on=None).first()
    Recognition.objects.filter(pk=title.pk).update(ended_on=dt.date(2018, 1, 1))
    Recognition.objects.filter(pk=after.pk).update(carries=title)
    assert f"（{after.number}）" in why_not(by, application, "disqualify")
    Recognition.objects.filter(pk=after.pk).update(ended_on=dt.date(2018, 2, 1))
    assert why_not(by, application, "disqualify") == ""


def test_each_refusal_has_its_own_sentence(house):
    application = house.at("county_review")
    approver, filer = house.officer("一县", Role.APPROVER), house.filer(application.community)
    assert why_not(approver, application, "withdraw") == "只有本社区的申报员可以办理。"
    assert why_not(filer, application, "edit") == "该申报现为“县级评审”，不能办理这一事项。"
    assert why_not(approver, application, "assess") == "这一事项由经办岗位办理。"
    assert (
        why_not(house.officer("二县", Role.APPROVER), application, "shortlist")
        == "该申报不在您所在单位的办理环节。"
    )
    assert why_not(filer, application, "disqualify") == "取消申报资格由审核岗位办理。"
    assert (
        why_not(house.officer("二县", Role.APPROVER), application, "disqualify")
        == "该申报不在您所在单位的办理范围。"
    )
    higher = why_not(house.officer("东市", Role.APPROVER), application, "disqualify")
    assert higher == "取消申报资格由该申报所到的最高一级单位办理。"
    filer.acting = None
    assert why_not(filer, application, "withdraw") == "您目前没有有效的岗位。"


@pytest.mark.parametrize("verb", ["shortlist", "disqualify"])
def test_only_an_office_with_a_desk_decides(house, verb):
    """An approver's posting at the county's finance department or university opens nothing."""
    application, user = house.at("county_review"), house.officer("一县", Role.APPROVER)
    assert may_act(user, application, verb)
    other = Office.objects.create(
        region=house.regions["一县"], department=Department.FINANCE, name="一县财政局"
    )
    user.acting = Posting(user=user, role=Role.APPROVER, office=other, starts=user.acting.starts)
    assert not may_act(user, application, verb)


# Many at once


def test_for_many_each_personal_reason_refuses_its_own_community_alone(house):
    """Staff, interest, an assessment, a score: each bars one of four; the fifth stands elsewhere. As `why_not` says of each."""
    staff, interest, proposed, scored, abroad = [house.at("county_review", n) for n in (0, 1, 2, 3, 4)]
    # The fifth stands in 二县, which is another desk: refused for that alone.
    user = house.officer("一县", Role.APPROVER)
    desk = user.acting
    Posting.objects.create(user=user, role=Role.FILER, community=staff.community, starts=desk.starts)
    DeclaredInterest.objects.create(
        user=user, community=interest.community, reason="亲属", declared_at=moment(desk.starts)
    )
    house.prepare(proposed)
    proposed.assessments.filter(state="county_review").update(handler=user)
    handler = house.officer("一县", Role.HANDLER)
    house.drive.assess(house.fresh(scored), moment(dt.date(2017, 8, 28)))
    rows = [house.fresh(one) for one in (staff, interest, proposed, scored, abroad)]
    elsewhere = "该申报不在您所在单位的办理环节。"
    assert reasons_against(user, rows, "shortlist") == {
        staff.pk: STAFF, interest.pk: INTERESTED, proposed.pk: SAME_PERSON, abroad.pk: elsewhere,
    }  # fmt: skip
    # What two people must do is not asked of a verb that one may do alone.
    assert reasons_against(user, rows, "unlist") == {
        staff.pk: STAFF,
        interest.pk: INTERESTED,
        abroad.pk: elsewhere,
    }
    handler.acting = Posting.objects.create(
        user=handler, role=Role.APPROVER, office=handler.acting.office, starts=desk.starts
    )
    assert reasons_against(handler, [rows[3]], "shortlist") == {scored.pk: SAME_PERSON}
    for who, verb in ((user, "shortlist"), (user, "unlist"), (handler, "shortlist"), (handler, "recognise")):
        alone = {one.pk: why for one in rows if (why := why_not(who, one, verb))}
        assert reasons_against(who, rows, verb) == alone, (who, verb)
    user.acting = None
    assert set(reasons_against(user, rows, "shortlist").values()) == {"您目前没有有效的岗位。"}


def test_for_many_an_opinion_given_below_does_not_bar_above(house):
    """Who proposed at the street may decide at the county; who scored at another office may decide here."""
    application, user = house.at("county_review"), house.officer("一县", Role.APPROVER)
    application.assessments.filter(state="street_review").update(handler=user)
    assert reasons_against(user, [house.fresh(application)], "shortlist") == {}
    assert why_not(user, house.fresh(application), "shortlist") == ""
    below = house.officer("一南街道", Role.HANDLER)  # proposed at the street: the event is of that office
    below.acting = Posting.objects.create(
        user=below, role=Role.APPROVER, office=user.acting.office, starts=user.acting.starts
    )
    assert reasons_against(below, [house.fresh(application)], "shortlist") == {}
    assert why_not(below, house.fresh(application), "shortlist") == ""


def test_where_one_clerk_may_do_both_nobody_is_refused_for_having_handled(house):
    """Reading A48 of Hunan's document, chosen for this round: the street's only clerk proposes and decides."""
    application, handler = house.prepare(house.at("street_review")), house.officer("一南街道", Role.HANDLER)
    handler.acting = Posting.objects.create(
        user=handler, role=Role.APPROVER, office=handler.acting.office, starts=handler.acting.starts
    )
    one = house.fresh(application)
    assert (
        reasons_against(handler, [one], "pass_on")
        == {one.pk: SAME_PERSON}
        == {one.pk: why_not(handler, one, "pass_on")}
    )
    Round.objects.filter(pk=house.round.pk).update(settings='{"readings": {"A48": "true"}}')
    one = house.fresh(application)
    assert one.step.one_clerk
    assert why_not(handler, one, "pass_on") == "" and reasons_against(handler, [one], "pass_on") == {}
