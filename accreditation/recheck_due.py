"""Which titles the next recheck is due for, and in which years one is missing: by the rules of each programme's document.

Only a rule that says "every year" expects a year (A35); "定期" and "不定期" expect none and are told in words. The year of
recognition is no recheck (A22), nor is a year before the document; a year left out with authority is not missing.
"""

from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from accreditation import rechecks, rounds
from accreditation.coverage import NUMBER_YEAR
from accreditation.models import ProgrammeVersion, Recheck, Recognition, in_force_on
from regions.models import Region

YEARLY = "yearly"
FREQUENCY = {YEARLY: "每年", "regular": "定期", "irregular": "不定期", rechecks.NEVER: "不复查"}


@dataclass(frozen=True)
class Rule:
    """What one programme says about rechecks, and where it holds. since: the first year a recheck can be missing."""

    title: str
    key: str
    place: Region
    yearly: tuple[str, ...]  # levels of money looked at every year
    lines: tuple[tuple[str, str, str], ...]  # (levels, how often, article) as the document says
    since: int

    def about(self) -> Q:
        """The titles rechecked every year by this rule."""
        return Q(position__range=(self.place.position, self.place.last), money__in=self.yearly)


def rules(region) -> list[Rule]:
    """The rules of the newest document of each programme that holds somewhere in a region."""
    newest = {}
    for version in ProgrammeVersion.objects.select_related("programme").order_by(
        "programme__key", "loaded_at", "pk"
    ):
        newest[version.programme_id] = version
    found = []
    for version in newest.values():
        section, place = rechecks.section(version), rounds.organiser(version)
        if (
            section is None
            or place is None
            or not (place.contains(region.position) or region.contains(place.position))
        ):
            continue
        yearly = [money for row in section["scope"] if row["frequency"] == YEARLY for money in row["money"]]
        lines = tuple(
            ("、".join(Recognition.Money(money).label for money in row["money"]), FREQUENCY[row["frequency"]], row.get("article", ""))
            for row in section["scope"]
        )  # fmt: skip
        found.append(
            Rule(version.programme.title, version.programme.key, place, tuple(yearly), lines, _since(version))
        )
    return found


def _since(version) -> int:
    """The year the document speaks from: its date, else the year in its number, else the year it was loaded."""
    source = version.data["source"]
    if source.get("issued_on"):
        return int(source["issued_on"][:4])
    numbered = NUMBER_YEAR.search(source["number"])
    return int(numbered[1]) if numbered else version.loaded_at.year


def titles(region, day, known):
    """Titles in force that a rule looks at every year, with what is known of their rechecks.

    last: the last year with an outcome or an authorised gap; done: whether this year has one; since: the first year the
    rule asks for; missing: how many of the years before this one have none. A title gone on with counts the one it carries.
    """
    asked, since = Q(pk__in=()), []
    for rule in known:
        asked |= rule.about()
        since.append(When(rule.about(), then=Value(rule.since)))
    own = Recheck.objects.filter(
        Q(recognition=OuterRef("pk")) | Q(recognition=OuterRef("carries"))
    ).order_by()
    begun = Case(*since, default=Value(day.year), output_field=IntegerField())
    rows = Recognition.objects.filter(in_force_on(day), asked, position__range=(region.position, region.last))
    rows = rows.annotate(
        since=Greatest(begun, F("year") + 1),
        last=Subquery(own.order_by("-year").values("year")[:1]),
        done=Exists(own.filter(year=day.year)),
    )
    there = own.filter(year__gte=OuterRef("since"), year__lt=day.year)
    counted = there.annotate(one=Value(1)).values("one").annotate(n=Count("year", distinct=True)).values("n")
    found = Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
    return rows.annotate(missing=Greatest(Value(day.year) - F("since"), Value(0)) - found)


WANTED = {"due": "本年度待复查", "done": "本年度已有结果", "missing": "以往缺年", "next": "下一年度起"}


def wanted(rows, state, day):
    """Of these titles those due this year and without an outcome, those with one, those with a year missing, or those
    of this year, which are first looked at in the next."""
    if state == "due":
        return rows.filter(done=False, year__lt=day.year)
    if state == "done":
        return rows.filter(done=True)
    if state == "missing":
        return rows.filter(missing__gt=0)
    return rows.filter(year=day.year) if state == "next" else rows


def counts(rows, day) -> dict[str, int]:
    """How many titles stand in each state: a query each."""
    return {state: wanted(rows, state, day).count() for state in WANTED}


@dataclass(frozen=True)
class Due:
    """One title with its rechecks: the last one, the years that have none, the year the next one is due in."""

    title: Recognition
    last: Recheck | None
    missing: tuple[int, ...]
    next: int

    @property
    def last_words(self) -> str:
        """The last year and what came of it."""
        if self.last is None:
            return ""
        came = {True: "合格", False: "不合格", None: "经批准未复查"}[self.last.passed]
        return f"{self.last.year} 年{came}"

    @property
    def missing_words(self) -> str:
        return "、".join(str(year) for year in self.missing)


def with_rechecks(rows):
    """The rows in the order of places, with all that `due` needs."""
    rows = rows.select_related("community", "carries").prefetch_related("rechecks", "carries__rechecks")
    return rows.order_by("position", "community", "pk")


def due(title, day) -> Due:
    """A row of `with_rechecks` as it is shown."""
    carried = title.carries.rechecks.all() if title.carries else ()
    by_year = {one.year: one for one in (*carried, *title.rechecks.all())}
    missing = tuple(year for year in range(title.since, day.year) if year not in by_year)
    later = title.year >= day.year or day.year in by_year
    return Due(title, by_year[max(by_year)] if by_year else None, missing, day.year + later)
