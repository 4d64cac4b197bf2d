"""A4: every state × verb × person, by direct call and by POST, against a table written by hand; the control without the rule.

A call is taken for accepted when it moved the application, or was refused only for what is still missing: the person
and the state were let through. Whatever is not in the table must be refused and leave the row as it was.
"""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test import Client

from accounts.models import Role
from accreditation import moving, permissions, transitions
from accreditation.models import Application, State
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions import clock
from tests.factories import House, moment

AT = moment(dt.date(2017, 10, 16))
REASON = {"reason": "理由"}
CALLS = {
    "submit": {}, "resubmit": {}, "withdraw": {}, "pass_on": {}, "shortlist": {}, "unlist": {},
    "propose": {"verdict": "decline", "opinion": "意见"}, "send_back": {"remarks": [("narrative", "请补充。")]},
    "decline": REASON, "pass_over": REASON, "disqualify": REASON,
}  # fmt: skip
ADDRESSES = {verb: verb.replace("_", "-") for verb in CALLS}
POSTED = {
    "verdict": "decline", "opinion": "意见", "reason": "理由", "remarks": "x", "remark_narrative": "请补充。", "confirm": "on",
    "confirmed": "on", "truthful": "on",
}  # fmt: skip
LEVELS = ("street", "county", "city", "province")
# Community 0 stands in 一南街道 of 一县 in 东市 of 甲省.
OWN = {"一南街道": "street", "一县": "county", "东市": "city", "甲省": "province"}
BESIDE = ("一北街道", "二县", "西市", "三县")
ROLES = (
    Role.HANDLER, Role.APPROVER, Role.PUBLISHER, Role.AUDITOR, Role.SYSADMIN, Role.SECADMIN, Role.AUDADMIN,
)  # fmt: skip
COMMUNITY = {"draft": {"submit", "withdraw"}, "returned": {"resubmit", "withdraw"}}


def accepted(state, who):
    """Who may press what: (place, role) or "filer", by hand from design.md; nothing else is accepted."""
    if who == "filer":
        running = state.endswith(("_review", "_notice"))
        return COMMUNITY.get(state, {"withdraw"} if running else set())
    place, role = who
    level = OWN.get(place) if isinstance(place, str) else None
    if level is None:
        return set()
    at, kind = state.rsplit("_", 1) if "_" in state else (None, None)
    verbs = set()
    if at == level and kind == "review":
        verbs |= {
            Role.HANDLER: {"propose"},
            Role.APPROVER: {"pass_on", "send_back", "decline", "shortlist", "unlist", "pass_over"},
        }.get(role, set())
    if at == level and kind == "notice" and role == Role.APPROVER:
        verbs.add("decline")
    reached = {"returned": "street"}.get(state, at)  # recognised: the title is ended first, on its own page
    if role == Role.APPROVER and reached == level:
        verbs.add("disqualify")
    return verbs


def people(house):
    """who → user: the filer, another community's filer, everybody of the own line and of the offices beside it."""
    yield "filer", house.filer(house.community(0))
    yield (1, "filer"), house.filer(house.community(1))
    yield (8, "filer"), house.filer(house.community(8))
    for place in (*OWN, *BESIDE):
        for role in ROLES:
            if (house.regions[place].pk, role) in house.people:
                yield (place, role), house.officer(place, role)


@pytest.fixture
def standing(db, settings, tmp_path, monkeypatch):
    """standing(state) → (house, application of community 0 there). The handler of its desk is somebody who does not walk."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)

    def build(state):
        house = House()
        if state == "disqualified":
            application = house.at("street_review")
            by = house.officer("一南街道", Role.APPROVER)
            transitions.disqualify(application, by=by, at=AT, seen=application.moves, reason="虚报。")
        else:
            application = house.at(state)
        application.assessments.update(handler=house.officer("西市", Role.PUBLISHER))
        return house, house.fresh(application)

    return build


def row(pk):
    return Application.objects.filter(pk=pk).values().get()


def call(application, verb, user):
    """Whether it was let through, and whether the row changed; taken back."""
    before = row(application.pk)
    with transaction.atomic():
        try:
            getattr(transitions, verb)(application, by=user, at=AT, seen=application.moves, **CALLS[verb])
            through = True
        except (NotYours, AlreadyMoved, PermissionDenied):
            through = False
        except (NotReady, ValidationError):
            through = True
        changed = row(application.pk) != before
        transaction.set_rollback(True)
    return through, changed


def walk(house, application, state):
    """The calls whose outcome differs from the table: (who, verb, what)."""
    wrong, count = [], 0
    for who, user in people(house):
        for verb in CALLS:
            count += 1
            through, changed = call(application, verb, user)
            wanted = verb in accepted(state, who)
            if (changed or through) and not wanted:
                wrong.append((who, verb, "accepted"))
            elif wanted and not through and verb not in ("unlist", "shortlist"):
                wrong.append(
                    (who, verb, "refused")
                )  # unlist and shortlist: on the list or not is a state too
    return wrong, count


@pytest.mark.parametrize("state", State.values)
def test_what_is_accepted_is_the_declared_table(standing, state, measure):
    house, application = standing(state)
    wrong, count = walk(house, application, state)
    measure("A4", "calls", count)
    measure("A4", "illegal", sum(1 for *_, what in wrong if what == "accepted"))
    assert wrong == []


def test_control_without_the_rule_illegal_calls_are_accepted(standing, monkeypatch, measure):
    house, application = standing("county_review")
    monkeypatch.setattr(permissions, "why_not", lambda *args: "")
    monkeypatch.setattr(moving, "why_not", lambda *args: "")
    wrong, _ = walk(house, application, "county_review")
    found = sum(1 for *_, what in wrong if what == "accepted")
    measure("A4", "control: accepted without the rule", found)
    assert found > 100


@pytest.mark.parametrize("state", State.values)
def test_forged_posts_change_nothing(standing, state, measure):
    """The same by POST with a fresh page, for all whom the table does not name."""
    house, application = standing(state)
    sent, taken = 0, []
    for who, user in people(house):
        client = Client()
        client.force_login(user)
        for verb, part in ADDRESSES.items():
            if verb in accepted(state, who):
                continue
            before = row(application.pk)
            with transaction.atomic():
                answer = client.post(
                    f"/applications/{application.pk}/{part}/", {**POSTED, "seen": application.moves}
                )
                sent += 1
                if row(application.pk) != before or answer.status_code >= 500:
                    taken.append((who, verb, answer.status_code))
                transaction.set_rollback(True)
    measure("A4", "forged posts", sent)
    measure("A4", "illegal", len(taken))
    assert taken == []
    assert connection.is_usable()
