"""Figures and a rubric in, points and reasons out. No database, no clock, no float."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from scoring.compiled import Points
from scoring.criteria import Verdict
from scoring.giving import REASON_DUE
from scoring.items import Indicator
from scoring.measures import Figures
from scoring.points import show_points
from scoring.rates import half_up
from scoring.reading import clean, conflicts, hints, unknown_keys
from scoring.structure import Rubric


class FigureError(NamedTuple):
    figure: str
    reason: str


class Line(NamedTuple):
    """One item of a scored sheet. points: scaled, None when the item is left out; raw: before floor and maximum."""

    code: str
    points: int | None
    max: int
    because: str
    flags: tuple[str, ...]
    raw: int

    @property
    def told(self) -> str:
        """The reason, with what a rule asks an officer to look at (reading A17)."""
        asked = [flag for flag in self.flags if flag != REASON_DUE and flag not in self.because]
        return f"{self.because}（{'；'.join(asked)}）" if asked else self.because

    @property
    def shown(self) -> str:
        """Canonical decimal text, "" for none."""
        return "" if self.points is None else show_points(self.points)


@dataclass(eq=False)
class Result:
    """A scored sheet; not to be changed. With `errors` nothing is scored: no total, no lines, passed None.

    The reasons are written when `lines` or `criteria` is first read.
    """

    rubric: Rubric
    tier: str
    figures: Mapping[str, Any]
    points: Points
    errors: tuple[FigureError, ...] = ()
    plain: bool = False  # the fast way found every figure in order

    @property
    def total(self) -> int | None:
        """Scaled; None with errors, or for a programme without points."""
        if self.errors or not self.rubric.has_points:
            return None
        return total_of(self.rubric, self.points)

    @cached_property
    def passed(self) -> bool | None:
        """Over the pass mark and all criteria that must hold; None where the mark or a fact is not there yet."""
        if self.errors:
            return None
        found: list[bool | None] = [
            verdict.met for verdict in self.criteria.values() if verdict.effect == "must"
        ]
        if self.total is not None:
            found.append(self.rubric.passed(self.total))
        return False if False in found else None if None in found else True

    @cached_property
    def lines(self) -> dict[str, Line]:
        """The items in the order of the sheet, by code."""
        if self.errors:
            return {}
        items = zip(self.rubric.indicators, self.points, strict=True)
        return {item.code: _line(item, self._clean, points) for item, points in items}

    @cached_property
    def criteria(self) -> dict[str, Verdict]:
        """The tier's pass/fail conditions, by code."""
        if self.errors or self.rubric.criteria is None:
            return {}
        return {item.code: item.judge(self._clean) for item in self.rubric.criteria.of(self.tier)}

    @cached_property
    def hints(self) -> dict[str, str]:
        """Figures a reviewer should look at, with the reason; they change no point."""
        return {} if self.errors else hints(self.rubric.figures, self._clean)

    @cached_property
    def grade(self) -> str:
        return self.rubric.grade(self.total) if self.total is not None and self.passed is not False else ""

    @cached_property
    def _clean(self) -> Figures:
        return _plain(self.rubric, self.figures) if self.plain else _read(self.rubric, self.figures).clean


@dataclass(frozen=True)
class Partial:
    """A draft. lines: None for an item whose figures are not all there and right; total: of the others, items left out scaled.

    missing: keys nobody filled yet; wrong: key → sentence, unknown keys included.
    """

    lines: dict[str, Line | None]
    criteria: dict[str, Verdict]
    total: int
    missing: tuple[str, ...]
    wrong: dict[str, str]
    hints: dict[str, str]

    @property
    def complete(self) -> bool:
        return not self.missing and not self.wrong


class _Read(NamedTuple):
    clean: Figures
    missing: list[str]
    wrong: dict[str, str]


def score(rubric: Rubric, figures: Mapping[str, Any], *, tier: str = "") -> Result:
    """Score one complete sheet.

    figures: key → whole number, true/false, or a decimal as text ("32.5"); judged ones may have `<key>_reason`.
    Anything missing, unknown or impossible is reported in `errors`, and then nothing is scored.
    """
    if rubric.criteria is None and rubric.has_points:
        points = _quick(rubric, figures)
        if points is not None:
            return Result(rubric, tier, dict(figures), points, plain=True)
    read = _read(rubric, figures)
    needed = rubric.needed(tier)
    errors = [FigureError(key, "缺少这项数据") for key in needed if key in read.missing]
    errors += [FigureError(key, reason) for key, reason in read.wrong.items()]
    if errors:
        return Result(rubric, tier, {}, (), tuple(errors))
    return Result(
        rubric, tier, dict(figures), rubric.compiled.points(read.clean) if rubric.has_points else ()
    )


def score_partial(rubric: Rubric, figures: Mapping[str, Any], *, tier: str = "") -> Partial:
    """Score a draft as far as it goes; the figures as for `score`, None or absent where not filled yet."""
    read = _read(rubric, figures)
    bad = {*read.wrong, *(rubric.figures[key].part_of for key in read.wrong if key in rubric.figures)}
    lines: dict[str, Line | None] = {}
    for category in rubric.categories:
        left = category.max if category.bonus else None
        for item in category.indicators:
            if any(key not in read.clean or key in bad for key in item.figures):
                lines[item.code] = None
                continue
            points = item.weigh(read.clean).points
            if left is not None and points is not None:
                points = min(points, left)
                left -= points
            lines[item.code] = _line(item, read.clean, points)
    usable = Figures({key: value for key, value in read.clean.items() if key not in bad})
    verdicts = {item.code: item.judge(usable) for item in rubric.criteria.of(tier)} if rubric.criteria else {}
    needed = rubric.needed(tier)
    return Partial(
        lines,
        verdicts,
        total_of(rubric, tuple(line.points if line else 0 for line in lines.values())),
        tuple(key for key in needed if key in read.missing),
        read.wrong,
        hints(rubric.figures, read.clean),
    )


def totals(rubric: Rubric, rows: Iterable[Mapping[str, Any]]) -> Iterator[int | None]:
    """The total of every sheet in order, scaled, without reasons; None for one that `score` would refuse."""
    quick = rubric.compiled.total
    for figures in rows:
        try:
            total = quick(figures)
        except (KeyError, TypeError, ValueError):
            total = None  # something is not plainly in order: the careful way decides
        yield score(rubric, figures).total if total is None else total


def _quick(rubric: Rubric, figures: Mapping[str, Any]) -> Points | None:
    try:
        return rubric.compiled.quick(figures)
    except (KeyError, TypeError, ValueError):
        return None  # something is not plainly in order: the careful way says what


def _read(rubric: Rubric, figures: Mapping[str, Any]) -> _Read:
    """Clean every figure given; what is missing and what is wrong, in the document's order."""
    found, reasons, missing, wrong = Figures(), dict[str, str](), list[str](), dict[str, str]()
    for key, figure in rubric.figures.items():
        value = figures.get(key)
        if figure.type == "points":
            reason = figures.get(figure.reason_key)
            if reason is not None and not isinstance(reason, str):
                wrong[figure.reason_key] = "理由应为文字"
            elif reason:
                reasons[key] = reason
        if value is None:
            missing.append(key)
            continue
        cleaned = clean(figure, value)
        if cleaned.value is None:
            wrong[key] = cleaned.problem
        else:
            found[key] = cleaned.value
    for figure in rubric.figures.values():
        given, whole = found.get(figure.key), found.get(figure.all_of) if figure.all_of else None
        if type(given) is int and figure.all_of:
            # A number was given where yes or no is asked: yes when it reaches the whole.
            found[figure.key] = whole is not None and given >= whole
    found.reasons = reasons
    wrong.update(conflicts(rubric.figures, found))
    wrong.update({key: "没有这项数据，请核对名称" for key in unknown_keys(rubric.figures, figures)})
    return _Read(found, missing, wrong)


def _plain(rubric: Rubric, figures: Mapping[str, Any]) -> Figures:
    """Clean figures of a sheet the fast way has checked: only decimals and points still want scaling."""
    found, reasons = Figures(figures), dict[str, str]()
    for figure in rubric.scaled_figures:
        found[figure.key] = clean(figure, figures[figure.key]).value or 0
        reason = found.pop(figure.reason_key, None) if figure.type == "points" else None
        if reason:
            reasons[figure.key] = str(reason)
    found.reasons = reasons
    return found


def _line(item: Indicator, figures: Figures, points: int | None) -> Line:
    weighed = item.weigh(figures)
    because = weighed.because
    if points is not None and weighed.points is not None and points < weighed.points:
        because += f"；本类加分已满，计 {show_points(points)} 分"
    return Line(item.code, points, item.max, because, weighed.flags, weighed.raw)


def total_of(rubric: Rubric, points: Points) -> int:
    """The sum of the items' points (in their order, bonus classes already capped); scaled up to the full points where
    items are left out (None), to 1/10000, half up.
    """
    if not rubric.may_leave_out or None not in points:
        return sum(points)  # type: ignore[arg-type]
    earned = sum(value for value in points if value is not None)
    pairs = zip(rubric.indicators, points, strict=True)
    counted = rubric.full - sum(item.max for item, value in pairs if value is None)
    return half_up(earned * rubric.full, counted) if counted > 0 else 0
