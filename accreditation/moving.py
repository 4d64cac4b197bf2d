"""How applications move: locked and asked again, along an edge of the graph, saved, and told in the chain of events.

One at a time (`hold`, `move`, `save_and_record`), a list read whole (`lock`, `save_all`), or a list of thousands by a few
statements (`lock_standing`, `move_standing`). What must hold before is said by the verbs: transitions, notices, recognitions.
"""

from collections import defaultdict
from typing import NamedTuple

from django.conf import settings
from django.db.models import F
from django_fsm import TransitionNotAllowed

from accounts.events import append
from accreditation.models import Application, ApplicationEvent, ProgrammeVersion, Round, State
from accreditation.permissions import why_not
from accreditation.refusals import AlreadyMoved, NotYours
from regions.models import Community
from regions.rows import inserts, read, stored
from scoring.models import RubricVersion

# Keys named in one statement (SQLite takes some 32,000 values in one).
BATCH = 10_000


def lock(pks) -> list[Application]:
    """The applications, locked in the order of their keys. (On SQLite the IMMEDIATE transaction is the lock.)"""
    return list(_locked(Application.objects.with_round().filter(pk__in=pks)))


def _locked(rows):
    rows = rows.order_by("pk")
    return rows.select_for_update(of=("self",)) if _locks() else rows


def _locks():
    return settings.TEST_SWITCH != "no_lock"  # the race tests' control shows what happens without


def hold(application, user, seen, verb) -> Application:
    """Lock the row, then ask again: the page the officer saw may be old, the posting may be gone."""
    return ask_again(_lock_one(application.pk), user, seen, verb)


def _lock_one(pk) -> Application:
    """As `lock`, for one: with its community and round, whose rules are read once the row is held."""
    held = read(Application, pk, lock=_locks())
    held.community = read(Community, held.community_id)
    held.round = read(Round, held.round_id)
    held.round.version = read(ProgrammeVersion, held.round.version_id, without=["document"])
    if held.round.rubric_id:
        held.round.rubric = read(RubricVersion, held.round.rubric_id, without=["document"])
    return held


def ask_again(held, user, seen, verb) -> Application:
    """On a locked row: refuse a stale page, then ask who may."""
    if seen is not None and held.moves != seen:
        raise AlreadyMoved(f"该申报刚刚已由他人办理，现为“{State(held.state).label}”，请查看后再办。")
    if reason := why_not(user, held, verb):
        raise NotYours(reason)
    return held


def move(application, verb, *, at):
    """Take the edge the verb names and set what follows from the new state; the caller saves and records."""
    before = application.state
    try:
        getattr(application, verb)()
    except TransitionNotAllowed as error:
        raise AlreadyMoved(f"该申报现为“{State(before).label}”，不能办理这一事项。") from error
    application.moves += 1
    application.arrived_at = at
    application.due_on = application.round.due(application.state)
    if step := application.step:
        application.reached = max(application.reached, step.rank)
    application.listed_at = None
    application.cleared_at = None
    application.passed_over_reason = ""
    return before


MOVED = [
    "state",
    "moves",
    "arrived_at",
    "due_on",
    "reached",
    "listed_at",
    "cleared_at",
    "passed_over_reason",
    "returned_from",
]


def save_and_record(application, verb, before, *, by, at, data=None, extra=(), first=()):
    """Write a moved application and its event. extra: fields written beside MOVED; first: statements that go before."""
    told = _moved(
        verb,
        application.number,
        application.community.name,
        before,
        application.state,
        application.moves,
        data,
    )
    tell_all([(application.pk, told)], by=by, at=at, first=[*first, stored(application, [*MOVED, *extra])])
    return application


def save_all(moved: list[tuple[Application, str]], verb, *, by, at, data=None):
    """Write many moved applications and their events set-wise; `moved` pairs each with its state before."""
    columns = [name for name in MOVED if name != "moves"]
    alike = defaultdict(list)
    for application, _ in moved:
        alike[tuple(getattr(application, name) for name in columns)].append(application.pk)
    for values, keys in alike.items():
        _write_alike(keys, dict(zip(columns, values, strict=True)))
    told = [
        (a.pk, _moved(verb, a.number, a.community.name, before, a.state, a.moves, data))
        for a, before in moved
    ]
    tell_all(told, by=by, at=at)


def _write_alike(keys, values):
    """One UPDATE for all that moved to the same state at the same time: a list of thousands is a statement or two."""
    for start in range(0, len(keys), BATCH):
        rows = Application.objects.filter(pk__in=keys[start : start + BATCH])
        rows.update(moves=F("moves") + 1, **values)


def _moved(verb, number, name, before, after, moves, data) -> dict:
    """What the event of a move tells."""
    return {
        "action": verb,
        "subject": f"{number} {name}",
        "before": {"state": before},
        "after": {"state": after, "moves": moves},
        "data": data,
    }


def tell_all(told: list[tuple[int, dict]], *, by, at, first=()):
    """Append an event for each application (its key, what the event tells) and tie the two; first: statements before."""

    def tie(written):
        pairs = [(row[0], key) for row, (key, _) in zip(written, told, strict=True)]
        return inserts(ApplicationEvent, ("event_id", "application_id"), pairs)

    append([event for _, event in told], by=by, at=at, first=first, tie=tie)


class Standing(NamedTuple):
    """What a whole list needs of an application to move on, read without its texts."""

    pk: int
    number: str
    name: str
    round: int
    state: str
    reached: int
    returned_from: str
    moves: int


def lock_standing(pks) -> list[Standing]:
    """As `lock`, for thousands."""
    rows = _locked(Application.objects.filter(pk__in=pks))
    columns = ("pk", "number", "community__name", "round", "state", "reached", "returned_from", "moves")
    return [Standing(*row) for row in rows.values_list(*columns)]


def move_standing(rows: list[Standing], verb, *, by, at, data=None):
    """Take the same edge for many locked rows: of those that stand alike one is moved by the graph, and all as it went."""
    kinds = defaultdict(list)
    for row in rows:
        kinds[row.round, row.state, row.reached, row.returned_from].append(row)
    rounds = Round.objects.select_related("version__programme").in_bulk({row.round for row in rows})
    told = []
    for (round_, state, reached, returned_from), alike in kinds.items():
        one = Application(round=rounds[round_], state=state, reached=reached, returned_from=returned_from)
        move(one, verb, at=at)
        values = {name: getattr(one, name) for name in MOVED if name != "moves"}
        _write_alike([row.pk for row in alike], values)
        told += [
            (row.pk, _moved(verb, row.number, row.name, state, one.state, row.moves + 1, data))
            for row in alike
        ]
    tell_all(sorted(told, key=lambda one: one[0]), by=by, at=at)
