"""What a checked rubric is made of: classes, projects, items, pages, pass mark, grades, and the whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from scoring.columns import Columns
from scoring.compiled import Compiled, compile_sections
from scoring.criteria import SAMPLE_LABEL, Criteria, Criterion
from scoring.figures import Figure
from scoring.items import Indicator
from scoring.points import show_points


@dataclass(frozen=True)
class Reading:
    """What the source leaves open and how it is read here."""

    number: str
    article: str
    text: str


@dataclass(frozen=True)
class Project:
    title: str
    max: int
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Category:
    """A class of items. A bonus class lies on top of the full points, and its maximum cuts the sum of its items."""

    title: str
    max: int
    bonus: bool
    projects: tuple[Project, ...]

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        return tuple(indicator for project in self.projects for indicator in project.indicators)


@dataclass(frozen=True)
class Page:
    """One page of the filing: a project's items or a group of conditions, and the figures they need.

    figures: those to be filled in here, as no earlier page asked for them. known: those the portal works out itself.
    """

    number: int
    category: Category | None
    project: Project | None
    figures: tuple[Figure, ...]
    known: tuple[Figure, ...] = ()
    heading: str = ""
    criteria: tuple[Criterion, ...] = ()

    @property
    def title(self) -> str:
        return self.project.title if self.project else self.criteria[0].group

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return self.project.indicators if self.project else ()

    @property
    def items(self) -> tuple[Indicator | Criterion, ...]:
        return (*self.indicators, *self.criteria)


@dataclass(frozen=True)
class PassMark:
    """The total that passes; `inclusive` counts the mark itself (reading A6)."""

    points: int
    inclusive: bool
    reading: str = ""

    def met(self, total: int) -> bool:
        return total >= self.points if self.inclusive else total > self.points

    def words(self) -> str:
        return f"{show_points(self.points)} 分以上（{'含' if self.inclusive else '不含'} {show_points(self.points)} 分）"


@dataclass(frozen=True)
class Grade:
    """A band of totals; `quota` is the largest share of communities (percent, scaled) it may go to, None for any."""

    title: str
    points: int
    inclusive: bool
    quota: int | None

    def met(self, total: int) -> bool:
        return total >= self.points if self.inclusive else total > self.points


@dataclass(frozen=True)
class Period:
    """The days the figures are of, or, of a later period, those a reviewer may look at (Hunan's note 1).

    desk: of a later period, the one desk that looks at it, as the route names it.
    """

    first: str
    last: str
    article: str
    indicators: tuple[str, ...] = ()
    reading: str = ""
    desk: str = ""


@dataclass(frozen=True, eq=False)
class Rubric:
    """A checked score sheet. Immutable; `with_pass_mark` gives a copy with the mark a round's opener entered."""

    key: str
    version: str
    title: str
    source: str
    full: int
    pass_mark: PassMark | None
    categories: tuple[Category, ...]
    figures: dict[str, Figure]
    readings: dict[str, Reading]
    criteria: Criteria | None = None
    notes: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()
    period: Period | None = None
    later_period: Period | None = None
    columns: Columns | None = None
    sample: bool = False

    @property
    def label(self) -> str:
        """What stands beside everything made from a sheet of the demonstration, "" for a genuine one."""
        return SAMPLE_LABEL if self.sample else ""

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """All items in the order of the sheet."""
        return tuple(indicator for category in self.categories for indicator in category.indicators)

    @cached_property
    def by_code(self) -> dict[str, Indicator]:
        return {indicator.code: indicator for indicator in self.indicators}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The keys of the figures its items need, in the order of the sheet."""
        return tuple(dict.fromkeys(key for indicator in self.indicators for key in indicator.figures))

    @cached_property
    def compiled(self) -> Compiled:
        """The sheet as one fast function, built on first use."""
        sections = [(one.indicators, one.max if one.bonus else None) for one in self.categories]
        return compile_sections(f"{self.key} {self.version}", sections, self.figures, self.required)

    @cached_property
    def may_leave_out(self) -> bool:
        """Whether some item may be left out of a sheet, which is then scaled up."""
        return any(item.may_be_left_out for item in self.indicators)

    @cached_property
    def scaled_figures(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.figures.values() if figure.type in ("decimal", "points"))

    @property
    def has_points(self) -> bool:
        """False for a programme that is its criteria alone."""
        return bool(self.categories)

    def needed(self, tier: str) -> tuple[str, ...]:
        """The figures a complete sheet for a tier has: the items' and the criteria's, but for optional ones."""
        keys = [*self.required, *(self.criteria.keys(tier) if self.criteria else ())]
        return tuple(key for key in dict.fromkeys(keys) if not self.figures[key].optional)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The filing pages of the items in order: one for each project, every figure on the first page that needs it."""
        pages: list[Page] = []
        asked: set[str] = set()
        for category in self.categories:
            for project in category.projects:
                own, known = self._ask(project.indicators, asked)
                pages.append(Page(len(pages) + 1, category, project, own, known, category.title))
        return tuple(pages)

    def pages_for(self, tier: str) -> tuple[Page, ...]:
        """All filing pages of a tier: those of the items, then one for each group of its conditions."""
        pages = list(self.pages)
        if self.criteria is None:
            return self.pages
        asked = {key for item in self.indicators for key in item.figures}
        for _group, members in groupby(self.criteria.of(tier), key=lambda item: item.group):
            criteria = tuple(members)
            own, known = self._ask(criteria, asked)
            pages.append(Page(len(pages) + 1, None, None, own, known, self.criteria.title, criteria))
        return tuple(pages)

    def _ask(
        self, items: Sequence[Indicator | Criterion], asked: set[str]
    ) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
        """The figures of these items that were not asked for yet: (to fill in, known by the portal); they count as asked."""
        keys = dict.fromkeys(key for item in items for key in item.figures if key not in asked)
        asked.update(keys)
        figures = [self.figures[key] for key in keys]
        return tuple(f for f in figures if not f.derived), tuple(f for f in figures if f.derived)

    @cached_property
    def derived(self) -> tuple[Figure, ...]:
        """The figures that the portal works out itself."""
        return tuple(figure for figure in self.figures.values() if figure.derived)

    @cached_property
    def later_items(self) -> tuple[Indicator, ...]:
        """The items whose later period a reviewer may look at."""
        codes = self.later_period.indicators if self.later_period else ()
        return tuple(item for item in self.indicators if item.code in codes)

    def readings_of(self, indicator: Indicator) -> tuple[Reading, ...]:
        return tuple(self.readings[number] for number in indicator.readings)

    @property
    def mark_reading(self) -> Reading | None:
        """How the pass mark is read."""
        return self.readings.get(self.pass_mark.reading) if self.pass_mark else None

    @property
    def later_reading(self) -> Reading | None:
        """How the later period is read."""
        return self.readings.get(self.later_period.reading) if self.later_period else None

    def passed(self, total: int) -> bool | None:
        """Whether a total (scaled) passes; None while no pass mark is set."""
        return self.pass_mark.met(total) if self.pass_mark else None

    def grade(self, total: int) -> str:
        """The best grade a total reaches, "" for none. Its quota is for people to keep."""
        return next((grade.title for grade in self.grades if grade.met(total)), "")

    def with_pass_mark(self, points: int, *, inclusive: bool) -> "Rubric":
        return replace(self, pass_mark=PassMark(points, inclusive))

    def problem_with(self, code: str, points: int) -> str:
        """Why an officer cannot give this item these points (scaled), or ""."""
        item = self.by_code[code]
        if not item.floor <= points <= item.max:
            return f"应在 {show_points(item.floor)} 到 {show_points(item.max)} 分之间"
        if points % item.step:
            return f"应为 {show_points(item.step)} 分的整倍数"
        return ""
