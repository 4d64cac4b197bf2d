"""The order of the desks, read from a programme's document. The words are code, the order is data."""

from dataclasses import dataclass, field
from functools import cached_property

# Every state an application can be in at a desk or on a notice, lowest level first: the fixed vocabulary.
REVIEWS = ("street_review", "county_review", "city_review", "province_review")
NOTICES = ("county_notice", "city_notice", "province_notice")
LEVELS = ("street", "county", "city", "province")
STEP_STATES = (*REVIEWS, *NOTICES)
# Needs that compare a score with a mark: "pass_mark" (the round's) or points.
MARKS = ("score_at_least", "combined_at_least")


@dataclass(frozen=True)
class Step:
    """One stop of the route.

    scores: the desk fills a sheet of its own (points, criteria or both). panel: its total is the mean of a panel's scores.
    listing: the desk decides on a list (rank, cut line) before it publishes or passes on. quotas: the region levels whose
    quota an entry of that list takes; quotas_if_set: the same where such a quota was given out, no cap where not.
    needs: what must hold before the desk lets go (accreditation.needs). workdays: the length of a notice.
    """

    state: str
    scores: bool = False
    listing: bool = False
    panel: bool = False
    quotas: tuple[str, ...] = ()
    quotas_if_set: tuple[str, ...] = ()
    needs: dict = field(default_factory=dict)
    workdays: int = 0
    one_clerk: bool = False
    article: str = ""

    @property
    def level(self) -> str:
        return self.state.rsplit("_", 1)[0]

    @property
    def caps(self) -> tuple[str, ...]:
        """Every region level whose quota may limit this step's list."""
        return (*self.quotas, *self.quotas_if_set)

    @property
    def marks(self) -> tuple[str, ...]:
        """What its needs compare scores with: "pass_mark" or points."""
        return tuple(wanted for name, wanted in self.needs.items() if name in MARKS)

    @property
    def is_notice(self) -> bool:
        return self.state in NOTICES

    @property
    def rank(self) -> int:
        """1 street … 4 province: how high an application at this step has come."""
        return LEVELS.index(self.level) + 1


def _levels(step: dict) -> dict:
    return {name: tuple(step.get(name, ())) for name in ("quotas", "quotas_if_set")}


class Route:
    """The steps of a programme in order."""

    def __init__(self, steps: list[dict]):
        self.steps = tuple(Step(**{**step, **_levels(step)}) for step in steps)

    @cached_property
    def _by_state(self) -> dict[str, int]:
        return {step.state: number for number, step in enumerate(self.steps)}

    def __contains__(self, state: str) -> bool:
        return state in self._by_state

    def step(self, state: str) -> Step:
        return self.steps[self._by_state[state]]

    @property
    def first(self) -> Step:
        return self.steps[0]

    def after(self, state: str) -> Step | None:
        """The next step, or None: after the last one stands recognition."""
        number = self._by_state[state] + 1
        return self.steps[number] if number < len(self.steps) else None
