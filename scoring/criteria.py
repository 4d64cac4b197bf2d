"""Pass/fail conditions: each 符合, 不符合 or open, with the computed figure where there is one.

A programme without points is its criteria (Zhoukou); beside a score sheet they are conditions that must hold, or
whose absence needs a recorded reason (Quangang's checklist, A12).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from scoring.document import CODE, Doc, listed
from scoring.measures import NOBODY_FLAG, Bound, Figures, Measure, read_bound, read_measure

# A score sheet or list of conditions made for the demonstration says so wherever its title shows.
SAMPLE_LABEL = "演示用，非官方附件"

EFFECTS = ("must", "reason")
TESTS = ("yes", "border")


@dataclass(frozen=True)
class Verdict:
    """met: True, False, or None while a fact is not there yet. effect: see Criterion."""

    met: bool | None
    because: str
    effect: str
    flags: tuple[str, ...] = ()


def all_met(outcomes: Iterable[bool | None]) -> bool | None:
    """Whether all hold; None while one is open."""
    found = list(outcomes)
    return None if None in found else all(found)


@dataclass(frozen=True)
class Yes:
    """A plain condition: the figure is yes."""

    figure: str
    label: str

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.figure,)

    def judge(self, figures: Figures) -> tuple[bool, str, bool]:
        met = bool(figures[self.figure])
        return met, f"{self.label}：{'是' if met else '否'}", False


@dataclass(frozen=True)
class Border:
    """A figure or rate on the right side of its border; over nobody it follows `nobody` (A10)."""

    compared: Measure
    bound: Bound

    @property
    def keys(self) -> tuple[str, ...]:
        return self.compared.keys

    def judge(self, figures: Figures) -> tuple[bool, str, bool]:
        met = self.compared.meets(figures, self.bound)
        if self.compared.is_empty(figures):
            return (
                met,
                f"{self.compared.show(figures)}，{NOBODY_FLAG}，按{'符合' if met else '不符合'}计",
                True,
            )
        return met, f"{self.compared.show(figures)}，{self.bound.verdict(met)}", False


@dataclass(frozen=True)
class Criterion:
    """One condition in the source's words. effect: must (it decides), reason (unmet, it needs a recorded reason)."""

    code: str
    group: str
    text: str
    tiers: tuple[str, ...]
    effect: str
    tests: tuple[Yes | Border, ...]
    readings: tuple[str, ...] = ()

    @cached_property
    def figures(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for test in self.tests for key in test.keys))

    def judge(self, figures: Figures) -> Verdict:
        """All tests must hold; one unmet decides, one without its figures leaves it open."""
        outcomes: list[bool | None] = []
        reasons: list[str] = []
        flagged = False
        for test in self.tests:
            if any(key not in figures for key in test.keys):
                label = test.label if isinstance(test, Yes) else test.compared.label
                outcomes.append(None)
                reasons.append(f"{label}：尚未填写，待核对")
                continue
            met, because, empty = test.judge(figures)
            outcomes.append(met)
            reasons.append(because)
            flagged = flagged or empty
        met_all = False if False in outcomes else None if None in outcomes else True
        return Verdict(met_all, "；".join(reasons), self.effect, (NOBODY_FLAG,) if flagged else ())


@dataclass(frozen=True)
class Criteria:
    """The conditions of a programme in the source's order; `tiers` are the tier keys they speak of."""

    title: str
    source: str
    items: tuple[Criterion, ...]
    sample: bool = False

    def of(self, tier: str) -> tuple[Criterion, ...]:
        """Those of one tier; a criterion that names none holds for all."""
        return tuple(item for item in self.items if not item.tiers or tier in item.tiers)

    @cached_property
    def tiers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tier for item in self.items for tier in item.tiers))

    def keys(self, tier: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for item in self.of(tier) for key in item.figures))


def read_criteria(doc: Doc, file: str, readings: Collection[str]) -> Criteria:
    """The `criteria` object of a document: title, source, groups of conditions."""
    items: list[Criterion] = []
    sample = doc.flag("sample", False)
    title, source = labelled(doc.text("title"), sample), doc.text("source")
    for data in doc.many("groups"):
        group = Doc(data, f"{file} 条件组", doc.errors, doc.known)
        name = group.text("title")
        for one in group.many("criteria"):
            item = _read_criterion(one, file, len(items) + 1, name, doc)
            if any(item.code == other.code for other in items):
                group.inner(one, "").say(f"条件“{item.code}”重复", "code")
            for number in item.readings:
                if number not in readings:
                    wrong = f"条件“{item.code}”引用的释义“{number}”没有写在“readings”里"
                    group.inner(one, "").say(wrong, "readings")
            items.append(item)
        group.close()
    doc.has("readings")
    doc.close()
    return Criteria(title, source, tuple(items), sample)


def labelled(title: str, sample: bool) -> str:
    """The title as it shows: that of a sample says what it is."""
    return f"{title}（{SAMPLE_LABEL}）" if sample and SAMPLE_LABEL not in title else title


def _read_criterion(data: object, file: str, number: int, group: str, parent: Doc) -> Criterion:
    code = data.get("code", "") if isinstance(data, dict) else ""
    doc = Doc(data, f"{file} 第 {number} 条（{code}）", parent.errors, parent.known)
    code = doc.text("code")
    if code and not CODE.fullmatch(code):
        doc.say(f"代号“{code[:20]}”应以大写字母开头，由字母和数字组成", "code")
    tests: list[Yes | Border] = []
    many = doc.many("tests")
    for place, one in enumerate(many, 1):
        inner = doc.inner(one, f"第 {place} 个判断" if len(many) > 1 else "")
        kind = inner.text("kind")
        if kind == "yes":
            key = inner.figure("figure", ("yesno",))
            tests.append(Yes(key, inner.defined(key).label))
        elif kind == "border":
            measure = read_measure(inner)
            tests.append(Border(measure, read_bound(inner, measure.bound_unit)))
            if measure.nobody == "leave_out":
                inner.say("“leave_out”只用于评分表，条件里请写 full 或 zero", "nobody")
        else:
            inner.say(f"没有判断方式“{kind[:40]}”，可用的有 {listed(TESTS)}", "kind")
            continue
        inner.close()
    criterion = Criterion(
        code=code,
        group=group,
        text=doc.text("text"),
        tiers=doc.texts("tiers", empty=True),
        effect=doc.choice("effect", EFFECTS, "must"),
        tests=tuple(tests),
        readings=doc.texts("readings", empty=True),
    )
    doc.close()
    return criterion
