"""The draw of a panel: who sits in which group, and who assesses which community. Pure: no clock, no database.

Everything follows from the seed, so that anyone can repeat it with the printed lists (docs/panel.md):

1. The order of members and of applications is that of SHA-256(seed, a line break, the code), as hexadecimal text.
2. Members are dealt to the groups in turn, source after source, each source in that order: every group is mixed.
3. Each application in that order goes to the group that has the fewest applications among those with enough members who
   may assess it (the lowest number where groups are level); all its members who may, assess it.
4. Where no group has enough, the group with the most takes it, and members of other groups who may are added in the
   order of 1 until there are enough.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """One assessor of the pool: code as printed, source, group once dealt."""

    key: int
    code: str
    source: str
    group: int | None = None


@dataclass(frozen=True)
class Case:
    """One application of the pool: its number, and why a member may not assess it (member's key → sentence)."""

    key: int
    code: str
    barred: Mapping[int, str]

    def eligible(self, members: Iterable[Member]) -> list[Member]:
        return [member for member in members if member.key not in self.barred]


def place(seed: str, code: str) -> str:
    """What members and applications are ordered by: SHA-256 of seed, line break and code, in hexadecimal."""
    return hashlib.sha256(f"{seed}\n{code}".encode()).hexdigest()


def ordered(seed: str, things: Iterable) -> list:
    """Members or cases in the order of the draw."""
    return sorted(things, key=lambda one: place(seed, one.code))


def pool(members: Iterable[Member], cases: Iterable[Case], groups: int = 0) -> str:
    """SHA-256 of what is drawn from: codes with sources, numbers with who is barred, and the number of groups."""
    names = {member.key: member.code for member in members}
    lines = [f"groups {groups}"]
    lines += sorted(f"member {member.code} {member.source} {member.group or '-'}" for member in members)
    lines += sorted(
        f"application {case.code} {' '.join(sorted(names[key] for key in case.barred if key in names))}".strip()
        for case in cases
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def deal(seed: str, members: Iterable[Member], groups: int, sources: Sequence[str]) -> dict[int, int]:
    """Member's key → group 1…groups; sizes differ by one at the most."""
    row = [one for source in sources for one in ordered(seed, (m for m in members if m.source == source))]
    return {member.key: number % groups + 1 for number, member in enumerate(row)}


def assign(
    seed: str, members: Iterable[Member], cases: Iterable[Case], least: int, load: Mapping[int, int]
) -> dict[int, list[int]]:
    """Application's key → keys of its assessors in the order of the draw. Every case must have `least` who may.

    load: applications each group has already (an earlier part of the same draw).
    """
    row = ordered(seed, members)
    numbers = sorted({member.group for member in row if member.group})
    taken = Counter({number: load.get(number, 0) for number in numbers})
    found = {}
    for case in ordered(seed, cases):
        able = case.eligible(row)
        sizes = Counter(member.group for member in able)
        enough = [number for number in numbers if sizes[number] >= least]
        group = (
            min(enough, key=lambda number: (taken[number], number))
            if enough
            else min(numbers, key=lambda number: (-sizes[number], taken[number], number))
        )
        chosen = [member for member in able if member.group == group]
        others = [member for member in able if member.group != group]
        chosen += others[: max(0, least - len(chosen))]
        taken[group] += 1
        found[case.key] = [member.key for member in ordered(seed, chosen)]
    return found


def replacement(seed: str, members: Iterable[Member], case: Case, had: Iterable[int], group: int | None):
    """Who steps in: the first in the order of the draw who may and has not been asked, of the same group if there is one."""
    asked = set(had)
    free = [member for member in case.eligible(ordered(seed, members)) if member.key not in asked]
    return next((member for member in free if member.group == group), free[0] if free else None)
