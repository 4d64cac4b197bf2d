"""Rows of awards made into the counts that the `awards` rule scores (reading A19)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Award:
    """One document of praise. matter: what it honours, as the office wrote it; level: a figure key of the rule."""

    matter: str
    level: str
    day: dt.date


@dataclass(frozen=True)
class Counted:
    """counts: level → number; left_out: the awards not counted, each with its reason."""

    counts: dict[str, int]
    left_out: tuple[tuple[Award, str], ...]


def count_awards(
    awards: Iterable[Award],
    levels: Sequence[str],
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> Counted:
    """Count awards by level, one matter once at its highest level, only those dated within first … last.

    levels: from the lowest to the highest. Of two awards of one matter and level the earlier counts.
    """
    rank = {level: place for place, level in enumerate(levels)}
    kept: dict[str, Award] = {}
    left_out: list[tuple[Award, str]] = []
    for award in sorted(awards, key=lambda one: (one.day, one.matter, one.level)):
        if award.level not in rank:
            left_out.append((award, f"没有“{award.level}”这一级"))
        elif (first and award.day < first) or (last and award.day > last):
            left_out.append((award, "不在计分期间内"))
        else:
            matter = _same(award.matter)
            higher, lower = award, kept.get(matter)
            if lower is not None and rank[lower.level] >= rank[award.level]:
                higher, lower = lower, award
            kept[matter] = higher
            if lower is not None:
                left_out.append((lower, f"同一事项已按“{higher.level}”计一次"))
    counts = dict.fromkeys(levels, 0)
    for award in kept.values():
        counts[award.level] += 1
    return Counted(counts, tuple(left_out))


def _same(matter: str) -> str:
    """Blanks and the marks around a title do not make another matter."""
    return "".join(letter for letter in matter if not letter.isspace() and letter not in '“”"《》「」')
