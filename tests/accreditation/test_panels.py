"""The panel of a desk: its members, a draw anyone can repeat, blind scores, and the total they come to."""

import datetime as dt
import hashlib
import json

import pytest

from accounts.models import DeclaredInterest, Event, Posting, Role
from accreditation import invariants, panel_pool, panel_scores, panels, transitions
from accreditation.models import Application, Panel, PanelScore, Round
from accreditation.panel_draw import Case, Member, assign, deal, place, pool, replacement
from accreditation.panel_results import Rule, result
from accreditation.permissions import INTERESTED, STAFF, why_not_score
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from scoring.points import parse_points, show_points
from tests.accreditation.panel_city import DAY, PanelCity
from tests.factories import acting


@pytest.fixture
def city(house):
    return PanelCity(house)


def sentences(caught):
    return "".join(caught.value.messages)


# The draw, by hand: places are SHA-256 of the seed, a line break and the code.

SEED = "种子"
PEOPLE = [("K1", "finance"), ("K2", "audit"), ("K3", "university"), ("K4", "hr"), ("K5", "hr"), ("K6", "hr")]
MEMBERS = [Member(number, code, source) for number, (code, source) in enumerate(PEOPLE, 1)]
SOURCES = ("finance", "audit", "university", "hr")
# 4, 5 and 6 come from the counties A, B and C; two communities each.
BARRED = {"A": {4: "本县"}, "B": {5: "本县"}, "C": {6: "本县"}}
CASES = [
    Case(number, f"T-{county}{number}", BARRED[county])
    for number, county in enumerate(("A", "A", "B", "B", "C", "C"), 11)
]


def grouped(groups):
    dealt = deal(SEED, MEMBERS, groups, SOURCES)
    return [Member(m.key, m.code, m.source, dealt[m.key]) for m in MEMBERS]


def test_a_place_is_the_digest_of_seed_and_code():
    assert place("abc", "K1") == hashlib.sha256(b"abc\nK1").hexdigest()
    # Worked out once with sha256sum, so that the rule cannot drift.
    assert place("abc", "K1").startswith("0f0f7db57dd5a207")


def test_the_same_seed_gives_the_same_draw_in_whatever_order_the_lists_come():
    one = assign(SEED, grouped(2), CASES, 2, {})
    shuffled = assign(SEED, list(reversed(grouped(2))), list(reversed(CASES)), 2, {})
    assert one == shuffled and deal(SEED, list(reversed(MEMBERS)), 2, SOURCES) == deal(
        SEED, MEMBERS, 2, SOURCES
    )
    assert pool(MEMBERS, CASES, 2) == pool(list(reversed(MEMBERS)), list(reversed(CASES)), 2)
    assert pool(MEMBERS, CASES, 2) != pool(MEMBERS, CASES, 3) != pool(MEMBERS[:-1], CASES, 3)


def test_the_order_of_the_draw():
    assert [m.code for m in sorted(MEMBERS, key=lambda m: place(SEED, m.code))] == [
        *("K1", "K4", "K6", "K3", "K5", "K2")
    ]


def test_members_are_dealt_source_after_source():
    """Finance K1, audit K2, university K3, then the county officers in the order of the draw: K4, K6, K5."""
    assert deal(SEED, MEMBERS, 2, SOURCES) == {1: 1, 2: 2, 3: 1, 4: 2, 6: 1, 5: 2}
    assert deal(SEED, MEMBERS, 3, SOURCES) == {1: 1, 2: 2, 3: 3, 4: 1, 6: 2, 5: 3}


def test_two_groups_by_hand():
    """Order C15, A11, C16, B13, B14, A12; groups {1, 3, 6} and {2, 4, 5}; each time the group with fewer applications."""
    assert assign(SEED, grouped(2), CASES, 2, {}) == {
        15: [1, 3],  # level: group 1, without 6 of C
        11: [5, 2],  # group 2, without 4 of A
        16: [1, 3],
        13: [4, 2],  # group 2, without 5 of B
        14: [1, 6, 3],
        12: [5, 2],
    }


def test_three_groups_by_hand():
    """A group that has not enough for a community is passed over, however little it has to do."""
    assert assign(SEED, grouped(3), CASES, 2, {}) == {
        15: [1, 4],
        11: [6, 2],  # group 1 has only 1 left for A
        16: [3, 5],
        13: [1, 4],
        14: [6, 2],
        12: [3, 5],
    }


def test_where_no_group_has_enough_others_are_added_in_the_order_of_the_draw():
    """Three for each, groups of two: C15 goes to group 1 {1, 4}, and 3 comes before 5 and 2."""
    assert assign(SEED, grouped(3), CASES[4:5], 3, {}) == {15: [1, 4, 3]}


def test_a_later_part_of_the_draw_knows_what_the_groups_have():
    assert assign(SEED, grouped(2), CASES[4:5], 2, {1: 3, 2: 1}) == {15: [4, 5, 2]}


def test_everyone_is_assessed_by_enough_and_never_from_home():
    """Over many seeds and group numbers."""
    for number in range(200):
        seed, groups = f"seed {number}", number % 3 + 1
        dealt = deal(seed, MEMBERS, groups, SOURCES)
        sizes = sorted(list(dealt.values()).count(n) for n in range(1, groups + 1))
        assert sizes[-1] - sizes[0] <= 1
        members = [Member(m.key, m.code, m.source, dealt[m.key]) for m in MEMBERS]
        found = assign(seed, members, CASES, 2, {})
        for case in CASES:
            assert len(found[case.key]) >= 2 and not set(found[case.key]) & set(case.barred)


def test_who_steps_in_is_of_the_same_group_if_anybody_is():
    members = grouped(2)
    case = CASES[4]  # C15 went to 1 and 3 of group 1; 6 is barred
    assert replacement(SEED, members, case, [1, 3], 1).key == 4  # the first of the others
    assert replacement(SEED, members, CASES[3], [1, 3], 1).key == 6  # B14: 6 of group 1 before 4 of group 2
    assert replacement(SEED, members, case, [1, 2, 3, 4, 5], 1) is None


def test_the_draw_can_be_repeated_from_what_was_recorded(city):
    """With ten lines of one's own over the printed lists, no code of the portal."""
    city.at_city(0, 2, 5, 12)
    panel = city.drawn(2)
    told = json.loads(Event.objects.get(action="draw_panel").body)["data"]
    digest = lambda code: hashlib.sha256(f"{told['seed']}\n{code}".encode()).hexdigest()  # noqa: E731
    row = [
        c for s in SOURCES for c in sorted((c for c, source, _ in told["members"] if source == s), key=digest)
    ]
    group = {code: number % told["groups"] + 1 for number, code in enumerate(row)}
    assert group == {code: number for code, _, number in told["members"]}
    taken = {1: 0, 2: 0}
    for number in sorted(told["assigned"], key=digest):
        able = [c for c in sorted(group, key=digest) if c not in told["barred"].get(number, [])]
        fits = [g for g in (1, 2) if sum(group[c] == g for c in able) >= 2]
        chosen = min(fits, key=lambda g: (taken[g], g))
        taken[chosen] += 1
        assert told["assigned"][number] == [c for c in able if group[c] == chosen]
    assert panel.seed == told["seed"] and len(panel.seed) == 32
    kept = PanelScore.objects.filter(assessor__panel=panel)
    assert kept.count() == sum(len(row) for row in told["assigned"].values())


# Members


def test_a_panel_is_formed_once_by_the_approver_of_its_desk(city, house):
    for place_, role in (
        ("东市", Role.HANDLER),
        ("西市", Role.APPROVER),
        ("一县", Role.APPROVER),
        ("甲省", Role.APPROVER),
    ):
        with pytest.raises(NotYours):
            panels.form(city.round, city.city, by=house.officer(place_, role), at=city.at)
    panel = city.formed()
    assert (panel.least, panel.drop_extremes, panel.status) == (2, False, "forming")
    with pytest.raises(AlreadyMoved):
        city.formed()
    with pytest.raises(NotReady, match="没有考核评估组"):  # Hunan's route has none
        panels.form(house.round, city.city, by=city.approver, at=city.at)


def test_who_can_be_a_member(city, house):
    panel = city.formed()
    finance = city.person("finance")

    def refused(user, source, county=None, organisation="单位"):
        with pytest.raises(NotReady) as caught:
            panels.appoint(panel, user, organisation, source, county, by=city.approver, at=city.at)
        return sentences(caught)

    assert "审计部门的岗位" in refused(finance, "audit")
    assert "没有这一来源" in refused(finance, "platform")
    assert "请填写所在单位" in refused(finance, "finance", organisation=" ")
    assert "应在东市范围内" in refused(finance, "finance", house.regions["三县"])
    county = house.officer("一县", Role.HANDLER)
    assert "填为一县" in refused(county, "hr") and "填为一县" in refused(county, "hr", house.regions["二县"])
    assert "组织考核的审核岗位" in refused(city.approver, "hr")
    assert "本地区人力资源和社会保障部门的岗位" in refused(
        house.officer("三县", Role.HANDLER), "hr", house.regions["一县"]
    )
    assert "本地区" in refused(house.filer(house.community(0)), "hr")
    gone = city.person("audit")
    Posting.objects.filter(user=gone).update(ends=DAY)
    assert "审计部门的岗位" in refused(gone, "audit")
    member = panels.appoint(
        panel, county, "一县人社局", "hr", house.regions["一县"], by=city.approver, at=city.at
    )
    assert member.county.name == "一县" and "已经是" in refused(county, "hr", house.regions["一县"])
    with pytest.raises(NotYours):
        panels.appoint(
            panel, finance, "单位", "finance", None, by=house.officer("东市", Role.HANDLER), at=city.at
        )


def test_a_member_who_left_can_come_back(city):
    panel = city.formed()
    member = city.appoint(panel, "finance")
    with pytest.raises(NotReady, match="请写明原因"):
        panels.dismiss(member, by=city.approver, at=city.at, reason=" ")
    panels.dismiss(member, by=city.approver, at=city.at, reason="调离")
    with pytest.raises(AlreadyMoved):
        panels.dismiss(member, by=city.approver, at=city.at, reason="调离")
    again = panels.appoint(panel, member.user, "东市财政局", "finance", None, by=city.approver, at=city.at)
    assert again.pk == member.pk and again.left_at is None


# The draw in the city


def test_everyone_at_the_desk_gets_assessors_from_elsewhere(city):
    city.at_city(0, 1, 4, 12)
    city.filed(5)  # still at its street
    panel = city.drawn(3)
    assert panel.status == "drawn" and panel.drawn_by == city.approver
    scores = PanelScore.objects.select_related("assessor__county", "application")
    rows = {}
    for score in scores:
        rows.setdefault(score.application_id, []).append(score.assessor)
        county = score.assessor.county
        assert county is None or not county.contains(score.application.position)
    assert len(rows) == 4 and all(len(row) >= 2 for row in rows.values())
    assert set(panel.assessors.values_list("group", flat=True)) == {1, 2, 3}


@pytest.mark.parametrize("why", ["staff", "interest", "handled"])
def test_who_is_near_to_a_community_does_not_assess_it(city, house, why):
    (one,) = city.at_city(0)
    panel = city.formed()
    members = city.usual(panel)
    near = members[0]
    if why == "staff":
        Posting.objects.create(user=near.user, role=Role.FILER, community=one.community, starts=DAY, ends=DAY)
    elif why == "interest":
        DeclaredInterest.objects.create(
            user=near.user, community=one.community, reason="亲属", declared_at=city.at
        )
    else:
        handler = house.officer("东市", Role.HANDLER)
        transitions.propose(one, by=handler, at=city.at, seen=one.moves, verdict="recommend", opinion="好。")
        near = panels.appoint(panel, handler, "东市人社局", "hr", None, by=city.approver, at=city.at)
    panels.draw(panel, 1, by=city.approver, at=city.at)
    able = set(PanelScore.objects.filter(application=one).values_list("assessor", flat=True))
    home = next(m for m in members if m.county and m.county.name == "一县")
    everyone = set(panel.assessors.values_list("pk", flat=True))
    assert able == everyone - {near.pk, home.pk}


def test_an_impossible_draw_names_place_and_remedy(city):
    city.at_city(0, 1, 4)
    panel = city.formed()

    def refused(groups=1):
        with pytest.raises(NotReady) as caught:
            panels.draw(panel, groups, by=city.approver, at=city.at)
        return caught.value.messages

    assert refused() == ["还没有聘任考核人员。"]
    city.appoint(panel, "hr", "一县")
    assert refused() == ["每组至少 2 人，现有考核人员 1 名，至少需要 2 名。"]
    city.appoint(panel, "hr", "一县")
    assert refused(2) == ["每组至少 2 人，现有考核人员 2 名，最多可以分 1 组。"]
    assert refused() == [
        "一县的一南桂花社区、一南银杏社区：除应当回避的人员外，可以考核的只有 0 名，至少需要 2 名，请从一县以外再聘任 2 名。"
    ]
    city.appoint(panel, "finance")
    (sentence,) = refused()
    assert "可以考核的只有 1 名" in sentence and "再聘任 1 名" in sentence
    city.appoint(panel, "hr", "四县")
    assert panels.draw(panel, 1, by=city.approver, at=city.at).status == "drawn"
    assert Event.objects.filter(action="draw_panel").count() == 1
    with pytest.raises(AlreadyMoved):
        panels.draw(panel, 1, by=city.approver, at=city.at)


def test_nothing_at_the_desk_is_nothing_to_draw(city):
    city.filed(0)
    panel = city.formed()
    city.usual(panel)
    with pytest.raises(NotReady, match="没有待考核的申报"):
        panels.draw(panel, 1, by=city.approver, at=city.at)


def test_a_pool_that_changed_after_the_preview_is_refused(city):
    city.at_city(0)
    panel = city.formed()
    assessors = city.usual(panel)
    seen = pool(panel_pool.members(assessors), panel_pool.cases(panel_pool.waiting(panel), assessors), 2)
    city.at_city(4)
    with pytest.raises(AlreadyMoved, match="重新预览"):
        panels.draw(panel, 2, by=city.approver, at=city.at, seen=seen)
    assert not PanelScore.objects.exists()
    seen = pool(panel_pool.members(assessors), panel_pool.cases(panel_pool.waiting(panel), assessors), 2)
    panels.draw(panel, 2, by=city.approver, at=city.at, seen=seen)


def test_who_comes_later_is_assigned_with_the_same_seed(city):
    city.at_city(0, 4)
    panel = city.drawn(2)
    with pytest.raises(NotReady, match="没有需要补派"):
        panels.assign_new(panel, by=city.approver, at=city.at)
    before = dict(PanelScore.objects.values_list("pk", "assessor"))
    (late,) = city.at_city(12)
    assert panels.assign_new(panel, by=city.approver, at=city.at) == 1
    panel.refresh_from_db()
    told = json.loads(Event.objects.get(action="assign_new").body)["data"]
    assert told["seed"] == panel.seed and list(told["assigned"]) == [late.number]
    assert dict(PanelScore.objects.exclude(application=late).values_list("pk", "assessor")) == before
    assert late.panel_scores.count() >= 2
    assert not late.panel_scores.filter(assessor__county__name="四县").exists()


# Recusal


def test_a_member_gives_a_task_back_and_the_next_steps_in(city):
    (one,) = city.at_city(0)
    panel = city.drawn(2)
    score = one.panel_scores.select_related("assessor__user").first()
    with pytest.raises(NotYours):
        other = one.panel_scores.exclude(pk=score.pk).first().assessor.user
        panels.recuse(score, by=acting(other), at=city.at, reason="代办")
    with pytest.raises(NotReady, match="请写明原因"):
        panels.recuse(score, by=acting(score.assessor.user), at=city.at, reason="")
    had = set(one.panel_scores.values_list("assessor", flat=True))
    followed = panels.recuse(score, by=acting(score.assessor.user), at=city.at, reason="与负责人是亲属")
    score.refresh_from_db()
    assert score.recused_reason == "与负责人是亲属" and score.recused_at == city.at
    assert followed.assessor_id not in had and followed.points is None
    everyone = panel_pool.members(panel.assessors.all())
    (case,) = panel_pool.cases([one], panel.assessors.select_related("county"))
    group = score.assessor.group
    assert followed.assessor_id == replacement(panel.seed, everyone, case, had, group).key
    with pytest.raises(AlreadyMoved):
        panels.recuse(score, by=acting(score.assessor.user), at=city.at, reason="再次")
    with pytest.raises(NotYours):
        panel_scores.give(
            score, parse_points("90"), "", by=acting(score.assessor.user), at=city.at, edition=0
        )


def test_the_office_takes_a_task_away(city, house):
    (one,) = city.at_city(0)
    city.drawn(2)
    score = one.panel_scores.first()
    with pytest.raises(NotYours):
        panels.recuse(score, by=house.officer("东市", Role.HANDLER), at=city.at, reason="理由")
    panels.recuse(score, by=city.approver, at=city.at, reason="经查与社区有业务往来")
    assert Event.objects.filter(action="recuse").count() == 1


def test_a_member_who_leaves_is_replaced_everywhere_but_where_the_total_stands(city):
    first, second = city.at_city(0, 1)
    panel = city.drawn(1)
    city.give_all(panel, ["80"])
    panel_scores.close(panel, by=city.approver, at=city.at)
    (late,) = city.at_city(4)
    panels.assign_new(panel, by=city.approver, at=city.at)
    member = panel.assessors.get(source="audit")
    panels.dismiss(member, by=city.approver, at=city.at, reason="退休")
    recused = PanelScore.objects.filter(recused_at__isnull=False)
    assert [(s.assessor_id, s.application_id) for s in recused] == [(member.pk, late.pk)]


def test_where_nobody_can_step_in_the_panel_waits_for_another_member(city):
    (one,) = city.at_city(0)
    panel = city.formed()
    city.appoint(panel, "finance"), city.appoint(panel, "audit")
    panels.draw(panel, 1, by=city.approver, at=city.at)
    score = one.panel_scores.select_related("assessor__user").first()
    assert panels.recuse(score, by=acting(score.assessor.user), at=city.at, reason="亲属") is None
    city.give(one.panel_scores.standing().select_related("assessor__user").get(), "90")
    with pytest.raises(NotReady, match="考核人员只有 1 名，至少需要 2 名"):
        panel_scores.close(panel, by=city.approver, at=city.at)
    with pytest.raises(NotReady, match="请从一县以外再聘任 1 名"):
        panels.assign_new(panel, by=city.approver, at=city.at)
    new = city.appoint(Panel.objects.get(pk=panel.pk), "university")
    assert new.group == 1
    panels.assign_new(panel, by=city.approver, at=city.at)
    assert one.panel_scores.standing().count() == 2
    assert one.panel_scores.get(assessor=new).recused_at is None


# Scores


def test_points_are_between_0_and_100_with_two_decimals(city):
    (one,) = city.at_city(0)
    city.drawn(1)
    score = one.panel_scores.select_related("assessor__user").first()
    by = acting(score.assessor.user)

    def refused(points, comment=""):
        with pytest.raises(NotReady) as caught:
            panel_scores.give(score, points, comment, by=by, at=city.at, edition=0)
        return sentences(caught)

    assert (
        "0 到 100" in refused(parse_points("100.01"))
        and "0 到 100" in refused(-1)
        and "0 到 100" in refused(None)
    )
    assert "两位小数" in refused(parse_points("88.345"))
    assert "300 字" in refused(parse_points("88"), "长" * 301)
    for text in ("0", "100", "88.34"):
        score = panel_scores.give(score, parse_points(text), "好", by=by, at=city.at, edition=score.edition)
        assert show_points(score.points) == text


def test_a_score_saved_elsewhere_is_not_overwritten(city):
    (one,) = city.at_city(0)
    city.drawn(1)
    score = one.panel_scores.select_related("assessor__user").first()
    by = acting(score.assessor.user)
    panel_scores.give(score, parse_points("80"), "", by=by, at=city.at, edition=0)
    with pytest.raises(AlreadyMoved, match="另一处保存过"):
        panel_scores.give(score, parse_points("81"), "", by=by, at=city.at, edition=0)
    score.refresh_from_db()
    assert show_points(score.points) == "80" and score.edition == 1


def test_only_the_member_gives_and_only_while_nothing_is_in_the_way(city, house):
    (one,) = city.at_city(0)
    city.drawn(1)
    score, other = one.panel_scores.select_related("assessor__user").order_by("pk")[:2]
    for user in (acting(other.assessor.user), city.approver, house.filer(one.community)):
        with pytest.raises(NotYours):
            panel_scores.give(score, 0, "", by=user, at=city.at, edition=0)
    by = acting(score.assessor.user)
    DeclaredInterest.objects.create(user=by, community=one.community, reason="亲属", declared_at=city.at)
    with pytest.raises(NotYours, match="回避"):
        panel_scores.give(score, 0, "", by=by, at=city.at, edition=0)
    transitions.withdraw(
        house.fresh(one), by=house.filer(one.community), at=city.at, seen=house.fresh(one).moves
    )
    with pytest.raises(NotYours, match="已撤回"):
        panel_scores.give(other, 0, "", by=acting(other.assessor.user), at=city.at, edition=0)


def test_each_reason_why_a_member_does_not_score_has_its_sentence(city, house):
    (one,) = city.at_city(0)
    panel = city.drawn(1)
    joined = PanelScore.objects.select_related("assessor__panel__region", "assessor__user").order_by("pk")

    def told(user, number):
        score = joined.all()[number]
        score.application = house.fresh(one)
        return why_not_score(user, score)

    users = [acting(score.assessor.user) for score in joined]
    assert [told(user, number) for number, user in enumerate(users)] == [""] * len(users)
    not_yours = "这一社区不由您考核。"
    assert told(users[1], 0) == told(city.approver, 0) == not_yours
    desk = users[0].acting
    for posting in (None, Posting(user=users[0], role=Role.FILER, community=house.community(4), starts=DAY)):
        users[0].acting = posting
        assert told(users[0], 0) == not_yours
    users[0].acting = desk
    Posting.objects.create(user=users[0], role=Role.FILER, community=one.community, starts=DAY, ends=DAY)
    assert told(users[0], 0) == f"{STAFF}请在本页提出回避。"
    DeclaredInterest.objects.create(
        user=users[1], community=one.community, reason="亲属", declared_at=city.at
    )
    assert told(users[1], 1) == f"{INTERESTED}请在本页提出回避。"
    panels.recuse(joined[0], by=city.approver, at=city.at, reason="回避")
    assert told(users[0], 0) == "您已不再考核该社区。"
    panels.recuse(joined[1], by=city.approver, at=city.at, reason="回避")
    city.give_all(panel, ["80"])
    panel_scores.close(Panel.objects.get(pk=panel.pk), by=city.approver, at=city.at)
    assert told(users[2], 2) == "该社区的评分已经汇总，不能再改。"
    now = house.fresh(one)
    transitions.withdraw(now, by=house.filer(one.community), at=city.at, seen=now.moves)
    assert told(users[2], 2) == "该申报现为“已撤回”，暂不能评分。"


def test_the_total_waits_for_every_score_and_names_the_missing_ones(city):
    first, second = city.at_city(0, 4)
    panel = city.drawn(1)
    rows = list(first.panel_scores.select_related("assessor__user"))
    for score in rows[1:]:
        city.give(score, "80")
    with pytest.raises(NotReady) as caught:
        panel_scores.close(panel, by=city.approver, at=city.at)
    silent, other = caught.value.messages
    assert silent == f"一县一南桂花社区：{rows[0].assessor.user.name}尚未评分。"
    assert other.startswith("二县二南桂花社区：") and other.count("、") == second.panel_scores.count() - 1
    assert Application.objects.filter(total_city__isnull=False).count() == 0


def close_with(house, city, *points, groups=1):
    """Close a panel in which one community of 四县 gets exactly these points."""
    (one,) = city.at_city(12)
    panel = city.formed()
    for _ in points:
        city.appoint(panel, "finance")
    panels.draw(panel, groups, by=city.approver, at=city.at)
    city.give_all(panel, points)
    panel_scores.close(Panel.objects.get(pk=panel.pk), by=city.approver, at=city.at)
    return house.fresh(one)


@pytest.mark.parametrize(
    ("points", "total"),
    [
        (("88.33", "88.34"), "88.34"),  # 88.335: half up
        (("88.32", "88.33"), "88.33"),  # 88.325
        (("80", "85", "92"), "85.67"),  # 257 / 3 = 85.666…
        (("80", "80", "80.01"), "80"),  # 240.01 / 3 = 80.003…
        (("0", "0.01"), "0.01"),  # 0.005
        (("100", "100", "99.99"), "100"),  # 299.99 / 3 = 99.9966…
    ],
)
def test_the_mean_to_two_decimals_half_up(house, city, points, total):
    one = close_with(house, city, *points)
    assert show_points(one.total_city) == total


def test_no_mean_is_a_float():
    rule = Rule(2, parse_points("10"), False, 5)
    found = result([parse_points("88.33"), parse_points("88.34")], rule)
    assert type(found.total) is int and found.total == 883_400


def test_extremes_are_dropped_only_when_set_and_with_five_or_more():
    """(70 + 80 + 90 + 100) / 4 = 85; of 60, 70, 80, 90, 100 the three in the middle; unset, all five: 82.4 of the second."""
    on, off = (Rule(2, parse_points("10"), drop, 5) for drop in (True, False))
    four = [parse_points(n) for n in ("70", "80", "90", "100")]
    five = [parse_points(n) for n in ("62", "100", "80", "90", "80")]
    assert result(four, on).total == result(four, off).total == parse_points("85")
    assert result(four, on).dropped == frozenset()
    assert show_points(result(five, on).total) == "83.33"  # (80 + 90 + 80) / 3
    assert result(five, on).dropped == {0, 1} and result(five, off).dropped == frozenset()
    assert show_points(result(five, off).total) == "82.4"  # 412 / 5


def test_the_spread_and_the_outliers():
    """Median of 70, 88, 90, 92 is 89; 70 lies 19 away. Exactly ten away is not an outlier."""
    rule = Rule(2, parse_points("10"), False, 5)
    found = result([parse_points(n) for n in ("88", "70", "92", "90")], rule)
    assert show_points(found.spread) == "22" and found.outliers == {1}
    assert result([parse_points(n) for n in ("80", "90", "100")], rule).outliers == frozenset()
    assert result([parse_points(n) for n in ("79.99", "90", "100.00")], rule).outliers == {0}
    # Of two, the median is their middle: 20 apart is ten away each.
    assert result([parse_points(n) for n in ("70", "90")], rule).outliers == frozenset()
    assert result([parse_points(n) for n in ("70", "90.02")], rule).outliers == {0, 1}


def test_the_round_s_choice_reaches_the_panel(house):
    city = PanelCity(house, settings={"drop_extremes": True})
    one = close_with(house, city, "62", "100", "80", "90", "80")
    assert show_points(one.total_city) == "83.33"
    told = json.loads(Event.objects.get(action="total_panel").body)
    assert told["after"] == {"total": "83.33"} and told["data"]["spread"] == "38"
    assert sorted(told["data"]["scores"].values()) == ["100", "62", "80", "80", "90"]
    assert len(told["data"]["dropped"]) == 2 and len(told["data"]["outliers"]) == 2


def test_a_total_that_stands_is_not_touched(house, city):
    one = close_with(house, city, "80", "90")
    score = one.panel_scores.select_related("assessor__user").first()
    panel = Panel.objects.get()
    assert panel.status == "closed" and panel.closed_at == city.at
    with pytest.raises(NotYours, match="已经汇总"):
        panel_scores.give(score, 0, "", by=acting(score.assessor.user), at=city.at, edition=1)
    with pytest.raises(AlreadyMoved):
        panels.recuse(score, by=acting(score.assessor.user), at=city.at, reason="迟了")
    with pytest.raises(AlreadyMoved):
        panel_scores.close(panel, by=city.approver, at=city.at)
    (late,) = city.at_city(0)
    panels.assign_new(panel, by=city.approver, at=city.at)
    assert Panel.objects.get().status == "drawn"
    with pytest.raises(NotYours, match="已经汇总"):
        panel_scores.give(score, 0, "", by=acting(score.assessor.user), at=city.at, edition=1)
    city.give_all(panel, ["100"])
    panel_scores.close(panel, by=city.approver, at=city.at)
    assert (
        show_points(house.fresh(one).total_city) == "85"
        and show_points(house.fresh(late).total_city) == "100"
    )


def test_a_community_that_corrected_its_file_is_looked_at_again(house, city):
    (one,) = city.at_city(0)
    panel = city.drawn(1)
    city.give_all(panel, ["80"])
    handler, filer = house.officer("东市", Role.HANDLER), house.filer(one.community)
    at = city.at + dt.timedelta(hours=1)
    transitions.propose(one, by=handler, at=at, seen=one.moves, verdict="send_back", opinion="请补。")
    transitions.send_back(
        one, by=city.approver, at=at, seen=house.fresh(one).moves, remarks=[("narrative", "请补充。")]
    )
    with pytest.raises(NotReady, match="没有待汇总"):
        panel_scores.close(panel, by=city.approver, at=at)
    back = house.fresh(one)
    transitions.resubmit(back, by=filer, at=at, seen=back.moves)
    with pytest.raises(NotReady, match="的评分在社区补正之前"):
        panel_scores.close(panel, by=city.approver, at=at)
    city.at = at + dt.timedelta(hours=1)
    for score in one.panel_scores.select_related("assessor__user"):
        city.give(score, "85")
    panel_scores.close(panel, by=city.approver, at=city.at)
    assert show_points(house.fresh(one).total_city) == "85"


def test_one_that_is_being_corrected_is_waited_for(house, city):
    first, second = city.at_city(0, 4)
    panel = city.drawn(1)
    city.give_all(panel, ["80"])
    handler = house.officer("东市", Role.HANDLER)
    transitions.propose(
        second, by=handler, at=city.at, seen=second.moves, verdict="send_back", opinion="请补。"
    )
    transitions.send_back(
        second,
        by=city.approver,
        at=city.at,
        seen=house.fresh(second).moves,
        remarks=[("narrative", "请补充。")],
    )
    with pytest.raises(NotReady, match="二县二南桂花社区：正在补正"):
        panel_scores.close(panel, by=city.approver, at=city.at)


def test_with_the_total_the_desk_goes_on(house, city):
    """panel_done: the list takes it only with the panel's total, and ranks by it."""
    first, second = city.at_city(0, 4)
    panel = city.drawn(1)
    for one in (first, second):
        handler = house.officer("东市", Role.HANDLER)
        transitions.propose(
            one, by=handler, at=city.at, seen=one.moves, verdict="recommend", opinion="同意。"
        )
    with pytest.raises(NotReady, match="考核评估组的评分尚未汇总"):
        transitions.shortlist(first, by=city.approver, at=city.at, seen=first.moves)
    for score in PanelScore.objects.select_related("assessor__user", "application"):
        city.give(score, "80" if score.application_id == first.pk else "90")
    panel_scores.close(panel, by=city.approver, at=city.at)
    one = house.fresh(first)
    transitions.shortlist(one, by=city.approver, at=city.at, seen=one.moves)


def test_the_house_notices_a_total_or_an_assessor_that_cannot_be(house, city):
    one = close_with(house, city, "80", "90")
    assert list(invariants.panels_hold(city.at)) == []
    Application.objects.filter(pk=one.pk).update(total_city=parse_points("86"))
    assert list(invariants.panels_hold(city.at)) == [f"申报 {one.pk}：考核得分与各人评分的平均数不符"]
    Application.objects.filter(pk=one.pk).update(total_city=parse_points("85"))
    member = Panel.objects.get().assessors.first()
    member.county = house.regions["四县"]
    member.save()
    assert list(invariants.panels_hold(city.at)) == [
        f"申报 {one.pk}：考核人员 {member.code} 考核了本县（市、区）的社区"
    ]


def test_a_round_that_is_over_moves_no_panel(city):
    (one,) = city.at_city(0)
    panel = city.drawn(1)
    score = one.panel_scores.select_related("assessor__user").first()
    Round.objects.filter(pk=city.round.pk).update(status=Round.Status.CLOSED)
    for act in (
        lambda: panels.dismiss(score.assessor, by=city.approver, at=city.at, reason="调离"),
        lambda: panels.assign_new(panel, by=city.approver, at=city.at),
        lambda: panels.recuse(score, by=acting(score.assessor.user), at=city.at, reason="亲属"),
        lambda: panel_scores.give(score, 0, "", by=acting(score.assessor.user), at=city.at, edition=0),
        lambda: panel_scores.close(panel, by=city.approver, at=city.at),
    ):
        with pytest.raises(NotReady, match="不在进行中"):
            act()
