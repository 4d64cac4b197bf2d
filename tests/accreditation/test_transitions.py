"""The verbs: what they check, what they move, and that they move all or nothing."""

import ast
import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accounts.models import Event, Posting, Role
from accreditation import filing, transitions
from accreditation.models import Application, ApplicationEvent, Quota, Round, State
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from tests.factories import moment

DAY = dt.date(2017, 8, 29)


def test_submission_says_everything_that_is_missing_at_once(house):
    application = house.draft()
    with pytest.raises(NotReady) as refused:
        transitions.submit(application, by=house.filer(application.community), at=moment(DAY), seen=0)
    said = "\n".join(refused.value.messages)
    for piece in (
        "请填写辖区户数",
        "自评分尚未算出",
        "请上传“省级充分就业星级社区申报表",
        "请填写基本工作和各项标准达标情况",
        "请确认“所填数据和材料真实”",
    ):
        assert piece in said, said
    assert house.fresh(application).state == State.DRAFT


def test_a_self_score_below_ninety_cannot_be_filed_and_ninety_can(house):
    application = house.drive.fill(house.draft(), 0.9, moment(DAY))
    by = house.filer(application.community)
    low = {
        **application_figures(application),
        "economy_points": "0",
        "innovation_points": "0",
        "funding_secured": False,
        "centre_established": False,
    }
    application = filing.save_figures(
        application, low, {"H32": "不足", "H33": "不足"}, by=by, at=moment(DAY), edition=application.edition
    )
    assert application.total_self < 900_000
    with pytest.raises(NotReady) as refused:
        transitions.submit(application, by=by, at=moment(DAY), seen=0)
    assert any("未达到 90 分" in sentence for sentence in refused.value.messages)


def application_figures(application):
    return json.loads(application.self_sheet.figures)


def test_without_a_city_title_a_written_reason_is_asked(house):
    from accreditation.models import Recognition

    application = house.drive.fill(house.draft(), 0.9, moment(DAY))
    Recognition.objects.filter(community=application.community).update(ended_on=dt.date(2017, 1, 5))
    by = house.filer(application.community)
    with pytest.raises(NotReady) as refused:
        transitions.submit(application, by=by, at=moment(DAY), seen=0)
    assert refused.value.messages == [
        "本社区没有市（州）级充分就业社区称号。如工作业绩突出、有特色、有亮点，请填写破格申报的书面理由。"
    ]
    filing.save_exception_reason(
        application, "招聘角做法在全市推广。", by=by, at=moment(DAY), edition=application.edition
    )
    assert transitions.submit(application, by=by, at=moment(DAY), seen=0).state == State.STREET_REVIEW


def test_a_filing_is_kept_word_for_word_and_moves_to_the_street(house):
    application = house.filed()
    assert (application.state, application.reached, application.moves) == (State.STREET_REVIEW, 1, 1)
    kept = application.filings.get()
    assert application.number and '"households"' in kept.content
    link = ApplicationEvent.objects.get(application=application, event__action="submit")
    assert link.event.actor == house.filer(application.community)


def test_a_second_press_is_told_so_and_changes_nothing(house):
    application = house.prepare(house.filed())
    approver = house.officer("一南街道", Role.APPROVER)
    seen = application.moves
    transitions.pass_on(application, by=approver, at=moment(DAY), seen=seen)
    events = Event.objects.count()
    with pytest.raises(AlreadyMoved) as refused:
        transitions.pass_on(application, by=approver, at=moment(DAY), seen=seen)
    assert "现为“县级评审”" in refused.value.messages[0]
    assert Event.objects.count() == events


def test_a_neighbour_is_refused_even_with_a_fresh_page(house):
    application = house.prepare(house.filed())
    with pytest.raises(NotYours):
        transitions.pass_on(
            application, by=house.officer("一北街道", Role.APPROVER), at=moment(DAY), seen=application.moves
        )
    assert house.fresh(application).state == State.STREET_REVIEW


def test_nothing_is_passed_on_before_the_handler_proposed(house):
    application = house.filed()
    with pytest.raises(NotReady) as refused:
        transitions.pass_on(
            application, by=house.officer("一南街道", Role.APPROVER), at=moment(DAY), seen=application.moves
        )
    assert refused.value.messages == ["经办尚未提出处理意见。"]


def test_on_the_list_nothing_more_is_proposed(house):
    application = house.prepare(house.at("county_review"))
    house.drive.shortlist(application, moment(DAY))
    application = house.fresh(application)
    words = {"verdict": "decline", "opinion": "不予推荐。"}
    by = house.officer("一县", Role.HANDLER)
    with pytest.raises(NotReady) as refused:
        transitions.propose(application, by=by, at=moment(DAY), seen=application.moves, **words)
    assert refused.value.messages == ["该申报已列入推荐名单，请先由审核岗位移出名单。"]
    assert application.assessments.get(state="county_review").verdict == "recommend"


def test_send_back_opens_the_named_places_alone_and_returns_to_the_same_desk(house):
    application = house.at("returned")
    by = house.filer(application.community)
    assert application.returned_from == "street_review"
    with pytest.raises(NotReady) as refused:
        filing.save_statements(application, {}, by=by, at=moment(DAY), edition=application.edition)
    assert "不在退回补正的范围内" in refused.value.messages[0]
    before = application_figures(application)
    changed = {
        "graduates_followed_up": before["graduates_unemployed"],
        "households_unknown": 1,
        "employed_end": before["employed_end"] + 5,
    }
    changed.pop("households_unknown")
    saved = filing.save_figures(application, changed, {}, by=by, at=moment(DAY), edition=application.edition)
    after = application_figures(house.fresh(saved))
    assert after["graduates_followed_up"] == before["graduates_unemployed"]
    assert after["employed_end"] == before["employed_end"], "a place that was not remarked on stays"
    back = transitions.resubmit(saved, by=by, at=moment(DAY), seen=saved.moves)
    assert back.state == State.STREET_REVIEW
    assert sorted(back.filings.values_list("number", flat=True)) == [1, 2]
    assert not back.remarks.filter(answered_at=None).exists()


def test_send_back_needs_a_remark_at_a_known_place(house):
    application = house.filed()
    approver = house.officer("一南街道", Role.APPROVER)
    for remarks, piece in (([], "至少指出一处"), ([("figure:nothing", "?")], "没有这一处内容")):
        with pytest.raises(NotReady) as refused:
            transitions.send_back(
                application, by=approver, at=moment(DAY), seen=application.moves, remarks=remarks
            )
        assert piece in refused.value.messages[0]


def test_a_move_that_breaks_half_way_leaves_nothing(house, monkeypatch):
    application = house.prepare(house.at("city_review"))
    by = house.officer("东市", Role.APPROVER)
    events = Event.objects.count()

    def fail(*args, **kwargs):
        raise RuntimeError("the event cannot be written")

    monkeypatch.setattr("accreditation.moving.append", fail)
    with pytest.raises(RuntimeError):
        transitions.shortlist(application, by=by, at=moment(DAY), seen=application.moves)
    fresh = house.fresh(application)
    assert (fresh.listed_at, fresh.moves) == (None, application.moves)
    assert Quota.objects.get(region=house.regions["东市"]).used == 0
    assert Event.objects.count() == events


def test_the_list_cannot_exceed_the_quota_and_a_place_comes_free(house):
    rows = [house.prepare(house.at("city_review", n)) for n in range(4)]
    by = house.officer("东市", Role.APPROVER)
    for row in rows[:3]:
        transitions.shortlist(row, by=by, at=moment(DAY), seen=row.moves)
    quota = Quota.objects.get(region=house.regions["东市"])
    assert (quota.used, quota.size) == (3, 3)
    with pytest.raises(NotReady) as refused:
        transitions.shortlist(rows[3], by=by, at=moment(DAY), seen=rows[3].moves)
    assert refused.value.messages == ["东市名额已用完（共 3 个）。"]
    first = house.fresh(rows[0])
    transitions.decline(first, by=by, at=moment(DAY), seen=first.moves, reason="另有安排。")
    quota.refresh_from_db()
    assert quota.used == 2
    transitions.shortlist(rows[3], by=by, at=moment(DAY), seen=rows[3].moves)
    quota.refresh_from_db()
    assert quota.used == 3


@pytest.mark.parametrize("verb", ["withdraw", "disqualify", "send_back", "unlist"])
def test_every_way_off_the_list_frees_the_place(house, verb):
    application = house.prepare(house.at("city_review"))
    by = house.officer("东市", Role.APPROVER)
    application = transitions.shortlist(application, by=by, at=moment(DAY), seen=application.moves)
    quota = Quota.objects.get(region=house.regions["东市"])
    assert quota.used == 1
    at, seen = moment(DAY), application.moves
    if verb == "withdraw":
        transitions.withdraw(application, by=house.filer(application.community), at=at, seen=seen)
    elif verb == "disqualify":
        transitions.disqualify(application, by=by, at=at, seen=seen, reason="虚报就业人数。")
    elif verb == "send_back":
        transitions.send_back(application, by=by, at=at, seen=seen, remarks=[("narrative", "请补充。")])
    else:
        transitions.unlist(application, by=by, at=at, seen=seen)
    quota.refresh_from_db()
    assert quota.used == 0


def test_a_city_without_a_quota_cannot_list(house):
    application = house.prepare(house.at("city_review"))
    Quota.objects.filter(region=house.regions["东市"]).delete()
    with pytest.raises(NotReady) as refused:
        transitions.shortlist(
            application, by=house.officer("东市", Role.APPROVER), at=moment(DAY), seen=application.moves
        )
    assert refused.value.messages == ["本批次尚未下达名额，不能列入推荐名单。"]


def test_only_moving_writes_a_state():
    """B8: an assignment to `.state`, or an update(state=…), stands in moving.py alone.

    What comes after a title has states of its own, each written by the one file of its verbs; those files never write
    an application.
    """
    own = {"endings", "rechecks", "community_changes", "spot_checks"}
    for name in own:
        text = (django_settings.BASE_DIR / "accreditation" / f"{name}.py").read_text(encoding="utf-8")
        assert not re.search(
            r"Application\.objects\.[^#\n]*\b(update|create|bulk_\w+|select_for_update)\(", text
        ), name
        assert "application." not in text and "transitions" not in text and "moving" not in text, name
    behind = {"accounts/jobs.py", "accounts/management/commands/work.py", "accounts/imports/batches.py"}
    allowed = {"accreditation/moving.py", *behind, *(f"accreditation/{name}.py" for name in own)}
    found = []
    for app in ("accreditation", "subsidies", "demonstration", "accounts", "config"):
        for path in (django_settings.BASE_DIR / app).rglob("*.py"):
            name = path.relative_to(django_settings.BASE_DIR).as_posix()
            if name in allowed or "/migrations/" in name:
                continue
            found += [f"{name}:{line}" for line in _writes(path)]
    assert found == []


VERB_METHODS = {
    "submit",
    "pass_on",
    "send_back",
    "resubmit",
    "decline",
    "withdraw",
    "publish",
    "close",
    "disqualify",
    "recognise",
}


def _writes(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Attribute) and t.attr == "state" for t in targets):
                yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            keywords = {k.arg for k in node.keywords}
            if node.func.attr in ("update", "update_or_create") and "state" in keywords:
                yield node.lineno
            if (
                node.func.attr in VERB_METHODS
                and not node.args
                and not node.keywords
                and _of_application(node.func.value)
            ):
                yield node.lineno


def _of_application(node):
    return isinstance(node, ast.Name) and node.id in ("application", "held", "a")


def test_the_graph_is_the_one_of_the_design():
    """The edges by verb, written out from design.md."""
    reviews = {"street_review", "county_review", "city_review", "province_review"}
    running = {"county_notice", "city_notice", "province_notice"}
    edges = {}
    for edge in Application._meta.get_field("state").get_all_transitions(Application):
        target = edge.target
        targets = set(target.allowed_states) if hasattr(target, "allowed_states") else {target}
        found = edges.setdefault(edge.name, (set(), set()))
        found[0].add(str(edge.source))
        found[1].update(str(t) for t in targets)
    assert edges == {
        "submit": ({"draft"}, reviews),
        "pass_on": (reviews, reviews),
        "send_back": (reviews, {"returned"}),
        "resubmit": ({"returned"}, reviews),
        "decline": (reviews | running, {"declined"}),
        "withdraw": ({"draft", "returned"} | reviews | running, {"withdrawn"}),
        "publish": (reviews, running),
        "close": (running, reviews),
        "disqualify": ({"returned", "recognised"} | reviews | running, {"disqualified"}),
        "recognise": (reviews | running, {"recognised"}),
    }


@pytest.mark.parametrize("when", ["not yet", "closed", "too late"])
def test_nothing_is_filed_outside_the_days_of_the_round(house, when):
    """The round opens on 15 August 2017; a round that is not open, and a draft after its last day, are refused as they are."""
    application = house.drive.fill(house.draft(), 0.9, moment(DAY))
    by, at, sentence = house.filer(application.community), moment(DAY), "本批次目前不接受申报。"
    if when == "not yet":
        at = moment(dt.date(2017, 8, 14))
    elif when == "closed":
        Round.objects.update(status=Round.Status.CLOSED)
    else:
        Round.objects.update(settings='{"windows": {"draft": {"until": "2017-08-28"}}}')
        sentence = "申报已于2017年08月28日 24:00 截止。"
    with pytest.raises(NotReady) as refused:
        transitions.submit(application, by=by, at=at, seen=application.moves)
    assert refused.value.messages == [sentence]
    fresh = house.fresh(application)
    assert (fresh.state, fresh.filed_at, fresh.filings.count()) == (State.DRAFT, None, 0)
    if when == "too late":  # the last day belongs to it
        Round.objects.update(settings='{"windows": {"draft": {"until": "2017-08-29"}}}')
        last = moment(DAY).replace(hour=23, minute=59)
        transitions.submit(application, by=by, at=last, seen=application.moves)
        assert house.fresh(application).state == State.STREET_REVIEW


def test_a_desk_without_a_list_puts_nothing_on_one(house):
    application = house.prepare(house.at("street_review"))
    with pytest.raises(NotReady) as refused:
        transitions.shortlist(
            application, by=house.officer("一南街道", Role.APPROVER), at=moment(DAY), seen=application.moves
        )
    assert refused.value.messages == ["本环节没有推荐名单。"]
    assert house.fresh(application).listed_at is None


def test_on_the_list_once_and_off_it_once(house):
    """What the page no longer offers is refused also to who sends it: put on twice, taken off twice, passed over while on it."""
    application, by = house.prepare(house.at("county_review")), house.officer("一县", Role.APPROVER)

    def press(verb, **words):
        seen = house.fresh(application).moves
        return getattr(transitions, verb)(application, by=by, at=moment(DAY), seen=seen, **words)

    def refused(verb, **words):
        before = house.fresh(application).moves
        with pytest.raises(AlreadyMoved) as found:
            press(verb, **words)
        assert house.fresh(application).moves == before
        return found.value.messages

    assert refused("unlist") == ["该申报不在推荐名单中。"]
    press("shortlist")
    assert refused("shortlist") == refused("pass_over", reason="名额已满。") == ["该申报已在推荐名单中。"]
    press("unlist")
    assert refused("unlist") == ["该申报不在推荐名单中。"]


def test_the_event_tells_from_where_to_where(house):
    application = house.prepare(house.at("street_review"))
    transitions.pass_on(
        application, by=house.officer("一南街道", Role.APPROVER), at=moment(DAY), seen=application.moves
    )
    told = json.loads(Event.objects.filter(action="pass_on").latest("seq").body)
    assert told["before"] == {"state": "street_review"}
    assert told["after"] == {"state": "county_review", "moves": application.moves + 1}


@pytest.mark.parametrize("alone", [True, False])
def test_the_event_says_when_one_clerk_did_both(house, alone):
    """Where the round lets the street's only clerk do both (A48): told when that clerk decides, not when another does."""
    Round.objects.update(settings='{"readings": {"A48": "true"}}')
    application = house.prepare(house.at("street_review"))
    by = house.officer("一南街道", Role.APPROVER)
    if alone:
        by = house.officer("一南街道", Role.HANDLER)
        own = by.acting
        by.acting = Posting.objects.create(user=by, role=Role.APPROVER, office=own.office, starts=own.starts)
    transitions.pass_on(application, by=by, at=moment(DAY), seen=application.moves)
    told = json.loads(Event.objects.filter(action="pass_on").latest("seq").body)["data"]
    assert told == ({"remarks": "", "one_clerk": True} if alone else {"remarks": ""})
    assessment = application.assessments.get(state="street_review")
    assert (assessment.approver, assessment.decided_at) == (by, moment(DAY))


BLANK = {
    "propose": (Role.HANDLER, {"verdict": "recommend", "opinion": " "}, "请填写意见。"),
    "decline": (Role.APPROVER, {"reason": " \n"}, "请写明不予推荐的理由。"),
    "pass_over": (Role.APPROVER, {"reason": "\u3000"}, "请写明未列入名单的理由。"),
    "disqualify": (Role.APPROVER, {"reason": " "}, "请写明弄虚作假的事实和依据。"),
    "send_back": (Role.APPROVER, {"remarks": [("narrative", " ")]}, "请至少指出一处需要补正的内容。"),
}


@pytest.mark.parametrize("verb", BLANK)
def test_no_decision_without_its_words_whatever_form_it_came_by(house, verb):
    role, words, sentence = BLANK[verb]
    application = house.at("county_review")
    with pytest.raises(NotReady) as refused:
        getattr(transitions, verb)(
            application, by=house.officer("一县", role), at=moment(DAY), seen=application.moves, **words
        )
    assert refused.value.messages == [sentence]
    assert house.fresh(application).moves == application.moves
