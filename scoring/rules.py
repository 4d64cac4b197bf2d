"""The vocabulary of rules: every kind a programme document may name, found by its name.

docs/rules.md explains each with an example. A new kind is a class in comparing.py, giving.py or taking.py and a
line in its tuple there; nothing else has to know it.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

from scoring.comparing import COMPARING
from scoring.document import Doc, listed
from scoring.giving import GIVING
from scoring.measures import Figures
from scoring.points import show_points
from scoring.taking import TAKING
from scoring.weighing import Outcome, Rule, given, taken


@dataclass(frozen=True)
class Group(Rule):
    """Several rules of one family under a cap of their own (a composite inside a composite row)."""

    kind: ClassVar[str] = "group"
    rules: tuple[Rule, ...]
    cap: int
    of: str

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Group":
        rules = read_rules(doc, full)
        families = {rule.family for rule in rules}
        if len(families) > 1 or "overrides" in families:
            doc.say("一组内的规则要么都是得分，要么都是扣分")
        return cls(rules, doc.points("most", above=0), families.pop() if families else "gives")

    @property
    def family(self) -> str:  # type: ignore[override]
        return self.of

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chain.from_iterable(rule.keys for rule in self.rules)))

    @property
    def most(self) -> int:
        return self.cap

    @property
    def least(self) -> int:
        return sum(rule.least for rule in self.rules)

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.cap, *chain.from_iterable(rule.amounts for rule in self.rules))

    def weigh(self, figures: Figures) -> Outcome:
        outcomes = [rule.weigh(figures) for rule in self.rules]
        amount = sum(outcome.amount for outcome in outcomes)
        because = "；".join(outcome.because for outcome in outcomes)
        if amount > self.cap:
            because += f"；合计 {show_points(amount)} 分，最多{self._said(self.cap)}"
        flags = tuple(dict.fromkeys(chain.from_iterable(outcome.flags for outcome in outcomes)))
        return Outcome(min(amount, self.cap), because, flags)

    def _said(self, points: int) -> str:
        return given(points) if self.of == "gives" else taken(points)

    def code(self) -> str:
        return f"min({' + '.join(rule.code() for rule in self.rules)}, {self.cap})"

    def words(self) -> str:
        return f"{'；'.join(rule.words() for rule in self.rules)}；以上最多{self._said(self.cap)}"


_ALL: tuple[Any, ...] = (*COMPARING, *GIVING, *TAKING, Group)
KINDS: dict[str, Any] = {kind.kind: kind for kind in _ALL}


def read_rule(data: object, doc: Doc, place: str, full: int) -> Rule | None:
    """One rule of an item worth `full`; None (and the mistake kept) when its kind is unknown."""
    inner = doc.inner(data, place)
    kind = inner.text("kind")
    if kind not in KINDS:
        if kind:
            inner.say(f"没有计分规则“{kind[:40]}”，可用的有 {listed(KINDS)}", "kind")
        return None
    rule: Rule = KINDS[kind].read(inner, full)
    inner.close()
    return rule


def read_rules(doc: Doc, full: int) -> tuple[Rule, ...]:
    """The `rules` of an item or group."""
    many = doc.many("rules")
    places = [f"第 {number} 条规则" if len(many) > 1 else "" for number in range(1, len(many) + 1)]
    read = [read_rule(data, doc, place, full) for data, place in zip(many, places, strict=True)]
    return tuple(rule for rule in read if rule is not None)
