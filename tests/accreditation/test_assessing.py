"""A desk's own sheet and its visits: exact points, reasons, corrections beside the filed figures, and their events."""

import datetime as dt
import json

import pytest

from accounts.models import DeclaredInterest, Event, Role
from accreditation import assessing, filing, filing_content, sheets, transitions
from accreditation.models import Application, Assessment, SiteVisit
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from scoring.points import show_points
from tests.factories import moment

AT = moment(dt.date(2017, 8, 30))


@pytest.fixture
def application(house):
    return house.at("county_review", 0)


@pytest.fixture
def handler(house):
    return house.officer("一县", Role.HANDLER)


@pytest.fixture
def save(house, application, handler):
    """save(lines, corrections) → the assessment; edition and person can be given."""

    def save_(lines=None, corrections=None, *, by=None, edition=None, seen=None, at=AT):
        fresh = house.fresh(application)
        seen = fresh.moves if seen is None else seen
        return assessing.save_sheet(
            fresh, lines or {}, corrections or {}, by=by or handler, at=at, seen=seen, edition=edition
        )

    return save_


def rows(application):
    """code → the row of an empty sheet."""
    return sheets.lay_out(application, {}, {}).by_code


def full(application, **changed):
    """Every line as the figures give it, with a reason where a judged one is below its maximum."""
    lines = {}
    for code, row in rows(application).items():
        below = row.item.judged and row.basis.points < row.item.max
        lines[code] = {"points": row.basis.shown, "reason": "与自评一致" if below else ""}
    return {**lines, **changed}


def kept():
    """Whether the county's desk has kept anything."""
    return Assessment.objects.filter(state="county_review").exists()


def assess_events():
    return [json.loads(body) for body in Event.objects.filter(action="assess").values_list("body", flat=True)]


def computed(application):
    """A code of a computed line with full points and room below."""
    return next(
        c
        for c, r in rows(application).items()
        if not r.item.judged and r.basis.points == r.item.max >= 30_000
    )


def test_a_half_filled_sheet_is_kept_without_total_or_event(save, application, house):
    first = next(iter(rows(application)))
    assessment = save({first: {"points": rows(application)[first].basis.shown, "reason": ""}})
    assert assessment.sheet.total is None and house.fresh(application).total_county is None
    assert assessment.sheet.edition == 1 and assessment.handler.username
    assert assess_events() == []
    again = save({first: {"points": rows(application)[first].basis.shown, "reason": ""}})
    assert again.sheet.edition == 1  # nothing changed, nothing saved


def test_the_last_line_makes_the_total_and_one_event(save, application, house):
    lines = full(application)
    code, last = lines.popitem()
    assert save(lines).sheet.total is None
    assessment = save({code: last})
    total = house.fresh(application).total_county
    assert total == assessment.sheet.total == application.total_self
    [told] = assess_events()
    assert told["after"]["total"] == show_points(total)
    assert len(told["after"]["lines"]) == len(lines) + 1 and told["before"] == {}
    assert (
        house.fresh(application).state == "county_review"
        and house.fresh(application).moves == application.moves
    )


def test_a_change_afterwards_tells_what_changed(save, application):
    save(full(application))
    code = computed(application)
    row = rows(application)[code]
    lower = show_points(row.basis.points - row.item.step)
    save({code: {"points": lower, "reason": "台账记录不全"}})
    before, after = assess_events()[-1]["before"], assess_events()[-1]["after"]
    assert before["lines"] == {code: {"points": row.basis.shown, "reason": ""}}
    assert after["lines"] == {code: {"points": lower, "reason": "台账记录不全"}}
    assert len(assess_events()) == 2


def test_points_are_exact_multiples_within_their_item(save, application):
    code = next(c for c, r in rows(application).items() if r.item.step == 5_000)
    item = rows(application)[code].item
    for text, sentence in (
        (show_points(item.max + item.step), "应在 0 到"),
        ("-0.5", "应在 0 到"),
        ("0.3", "应为 0.5 分的整倍数"),
        ("0.50001", "小数不超过四位"),
        ("1e1", "不是分数"),
    ):
        with pytest.raises(NotReady, match=sentence):
            save({code: {"points": text, "reason": ""}})
    assert save({code: {"points": "0.5", "reason": "抽查"}}).sheet.lines == json.dumps(
        {code: {"points": "0.5", "reason": "抽查"}}, ensure_ascii=False, separators=(",", ":")
    )


def test_halves_add_up_exactly(save, application, house):
    lines = full(application)
    laid = rows(application)
    lowered = [
        c
        for c, r in laid.items()
        if r.item.step == 5_000 and r.basis.points == r.item.max and not r.item.judged
    ]
    for code in lowered:
        lines[code] = {"points": show_points(laid[code].item.max - 5_000), "reason": "抽查不符"}
    save(lines)
    assert house.fresh(application).total_county == application.total_self - 5_000 * len(lowered)


def test_every_mistake_is_said_at_once(save, application):
    first, second = list(rows(application))[:2]
    with pytest.raises(NotReady) as refusal:
        save(
            {
                first: {"points": "99", "reason": ""},
                second: {"points": "99", "reason": ""},
                "H99": {"points": "1"},
            }
        )
    assert len(refusal.value.messages) == 3
    assert not kept()  # and nothing of it is kept


def test_other_points_than_the_figures_give_need_a_reason(save, application, house):
    code = computed(application)
    lower = show_points(rows(application)[code].basis.points - rows(application)[code].item.step)
    assessment = save(full(application, **{code: {"points": lower, "reason": "  "}}))
    assert assessment.sheet.total is None and house.fresh(application).total_county is None
    number = rows(application)[code].item.number
    assert sheets.read(house.fresh(application), assessment).gaps == [
        f"第 {number} 项的考核分与依据数据算出的得分不同，或主观评分低于标准分，请写明理由。"
    ]
    save({code: {"points": lower, "reason": "抽查不符"}})
    assert house.fresh(application).total_county is not None


def test_a_judged_item_below_its_maximum_needs_a_reason_even_where_it_agrees(save, application, house):
    laid = rows(application)
    code = next(c for c, r in laid.items() if r.item.judged)
    item = laid[code].item
    save(full(application, **{code: {"points": show_points(item.max - item.step), "reason": ""}}))
    assert house.fresh(application).total_county is None
    save({code: {"points": show_points(item.max - item.step), "reason": "示范作用一般"}})
    assert house.fresh(application).total_county is not None


def test_taking_points_away_takes_the_total_away(save, application, house):
    save(full(application))
    code = computed(application)
    save({code: {"points": "", "reason": ""}})
    assert house.fresh(application).total_county is None
    assert assess_events()[-1]["after"]["total"] is None


def test_a_correction_keeps_both_values_and_recomputes_the_line(save, application, house):
    filed = filing_content.figures(application)
    key, whole = "registered_unemployed_reemployed", filed["registered_unemployed_total"]
    assessment = save(full(application), {key: {"value": 0, "reason": "台账没有就业凭证"}})
    assert json.loads(assessment.corrections) == {
        key: {"value": 0, "reason": "台账没有就业凭证", "filed": filed[key]}
    }
    assert filing_content.figures(house.fresh(application))[key] == filed[key] != 0
    laid = sheets.read(house.fresh(application), assessment)
    assert laid.by_code["H05"].basis.points == 0 and f"0/{whole} = 0.00%" in laid.by_code["H05"].basis.because
    assert laid.by_code["H05"].filed.points == rows(application)["H05"].filed.points
    # The self score no longer agrees with the figures: the points need a reason, or follow the corrected line.
    assert assessment.sheet.total is None
    save({"H05": {"points": "0", "reason": ""}})
    assert (
        house.fresh(application).total_county
        == application.total_self - rows(application)["H05"].filed.points
    )


def test_a_correction_without_reason_leaves_the_sheet_open(save, application, house):
    assessment = save(
        full(application, H05={"points": "0"}), {"registered_unemployed_reemployed": {"value": 0}}
    )
    assert sheets.read(house.fresh(application), assessment).gaps == [
        "更正“登记失业人员中实现就业人数”，请写明理由。"
    ]
    assert assessment.sheet.total is None


def test_the_filed_value_again_takes_the_correction_away(save, application):
    key = "registered_unemployed_reemployed"
    save({}, {key: {"value": 0, "reason": "核对"}})
    assert json.loads(save({}, {key: {"value": None}}).corrections) == {}
    save({}, {key: {"value": 0, "reason": "核对"}})
    filed = filing_content.figures(application)[key]
    assert json.loads(save({}, {key: {"value": filed, "reason": "x"}}).corrections) == {}


def test_impossible_and_judged_corrections_are_refused(save, application):
    whole = filing_content.figures(application)["registered_unemployed_total"]
    for key, value, sentence in (
        ("registered_unemployed_reemployed", whole + 1, "不能大于"),
        ("registered_unemployed_reemployed", -1, "不能小于 0"),
        ("registered_unemployed_reemployed", "一些", "应为整数"),
        ("economy_points", "3", "没有可以更正的数据"),
        ("no_such_figure", 1, "没有可以更正的数据"),
    ):
        with pytest.raises(NotReady, match=sentence):
            save({}, {key: {"value": value, "reason": "核对"}})


def test_an_old_page_is_refused(save, application, handler):
    save({"H01": {"points": "0", "reason": "抽查"}}, edition=0)
    with pytest.raises(AlreadyMoved, match=f"由{handler.name}在另一处保存过"):
        save({"H01": {"points": "2", "reason": ""}}, edition=0)
    save({"H01": {"points": "2", "reason": ""}}, edition=1)
    with pytest.raises(AlreadyMoved):
        save({"H01": {"points": "0", "reason": "抽查"}}, seen=application.moves - 1)


@pytest.mark.parametrize(
    ("place", "role"),
    [("二县", Role.HANDLER), ("三县", Role.HANDLER), ("东市", Role.HANDLER), ("一南街道", Role.HANDLER),
     ("一县", Role.APPROVER), ("一县", Role.PUBLISHER), ("东市", Role.AUDITOR)],
)  # fmt: skip
def test_only_the_desk_s_own_handler_scores(save, house, place, role):
    with pytest.raises(NotYours):
        save({"H01": {"points": "2"}}, by=house.officer(place, role))
    assert not kept()


def test_an_interested_handler_stands_aside(save, application, handler):
    DeclaredInterest.objects.create(
        user=handler, community=application.community, reason="亲属", declared_at=AT
    )
    with pytest.raises(NotYours, match="应当回避"):
        save({"H01": {"points": "2"}})


def test_a_street_without_a_sheet_does_not_score(house):
    application = house.at("street_review", 0)
    by = house.officer("一南街道", Role.HANDLER)
    with pytest.raises(NotReady, match="本环节不评分"):
        assessing.save_sheet(application, {}, {}, by=by, at=AT, seen=application.moves, edition=None)


def test_a_change_takes_the_proposal_back_and_a_listed_one_is_closed(save, application, house):
    house.prepare(application, AT)
    assert application.assessments.get(state="county_review").verdict == "recommend"
    code = computed(application)
    save({code: {"points": "0", "reason": "抽查不符"}})
    assessment = application.assessments.get(state="county_review")
    assert (assessment.verdict, assessment.proposed_at) == ("", None) and assessment.opinion
    house.prepare(application, AT)
    house.drive.shortlist(application, AT)
    with pytest.raises(NotReady, match="已列入推荐名单"):
        save({code: {"points": "0", "reason": "抽查"}})


def test_the_one_who_scored_does_not_decide_even_if_another_proposed(save, application, house, handler):
    save(full(application))
    from accounts.models import Posting, User

    other = User.objects.create_user("another-handler", name="另一经办", must_change_password=False)
    office = handler.acting.office
    other.acting = Posting.objects.create(user=other, role=Role.HANDLER, office=office, starts=AT.date())
    transitions.propose(
        house.fresh(application), by=other, at=AT, seen=application.moves, verdict="recommend", opinion="同意"
    )
    handler.acting = Posting.objects.create(user=handler, role=Role.APPROVER, office=office, starts=AT.date())
    with pytest.raises(NotYours, match="不同的人"):
        transitions.shortlist(house.fresh(application), by=handler, at=AT, seen=application.moves)


def test_a_resubmission_weighs_the_sheet_again(save, application, house):
    """A figure the community changed itself takes its correction along, and old points need their reasons anew."""
    key = "registered_unemployed_reemployed"
    whole = filing_content.figures(application)["registered_unemployed_total"]
    save(full(application, H05={"points": "0"}), {key: {"value": 0, "reason": "没有凭证"}})
    assert house.fresh(application).total_county is not None
    transitions.send_back(
        house.fresh(application), by=house.officer("一县", Role.APPROVER), at=AT, seen=application.moves,
        remarks=[(f"figure:{key}", "请核对")],
    )  # fmt: skip
    returned = house.fresh(application)
    by = house.filer(application.community)
    filing.save_figures(returned, {key: whole - 1}, {}, by=by, at=AT, edition=returned.edition)
    house.drive.resubmit(returned, AT)
    again = house.fresh(application)
    assessment = again.assessments.select_related("sheet").get(state="county_review")
    assert json.loads(assessment.corrections) == {}
    assert again.total_county is None and assessment.sheet.total is None
    assert sheets.read(again, assessment).by_code["H05"].missing_reason


def test_a_visit_is_recorded_with_its_event(application, house, handler):
    def visit(**changed):
        told = {
            "on": dt.date(2017, 8, 29),
            "inspectors": "甲、乙",
            "findings": "台账齐全",
            "passed": True,
            **changed,
        }
        return assessing.save_visit(
            house.fresh(application), by=handler, at=AT, seen=application.moves, **told
        )

    visit(passed=False)
    last = visit()
    assert [v.passed for v in SiteVisit.objects.all()] == [False, True]
    event = Event.objects.filter(action="visit").last()
    assert json.loads(event.body)["after"] == {"on": "2017-08-29", "passed": True, "inspectors": "甲、乙"}
    assert last.state == "county_review" and last.recorded_by == handler
    with pytest.raises(NotReady) as refusal:
        visit(on=dt.date(2017, 8, 31), inspectors=" ", findings="")
    assert len(refusal.value.messages) == 3
    with pytest.raises(NotYours):
        assessing.save_visit(
            house.fresh(application), by=house.officer("二县", Role.HANDLER), at=AT, seen=application.moves,
            on=dt.date(2017, 8, 29), inspectors="甲", findings="好", passed=True,
        )  # fmt: skip


def test_a_save_that_breaks_halfway_leaves_nothing(save, application, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the event could not be written")

    monkeypatch.setattr(assessing, "record", broken)
    with pytest.raises(RuntimeError):
        save(full(application))
    assert not kept() and Application.objects.get().total_county is None
