"""Every leaf of the frame of every programme document has an effect: each is changed, one at a time.

A leaf is refused with a sentence, or one of the outcomes of tests/accreditation/leaf_probes.py differs, whose name the
table tells. A setting must do more than print other words; words for people must be read somewhere. The leaves of the
score sheet are proven in tests/scoring/test_leaves.py, but for those that only the portal reads.

`pytest tests/accreditation/test_leaves.py -s` prints the tables.
"""

import re

import pytest

from accreditation import programmes
from accreditation.eligibility import ELIGIBILITY
from accreditation.needs import NEEDS
from accreditation.programme_document import BASIC_TYPES, PREFILLS
from accreditation.programme_sections import AUDITORS, FREQUENCIES, SOURCES, USES
from accreditation.programme_words import FORMS, ISSUERS, KINDS, MONEY
from accreditation.routes import LEVELS, STEP_STATES
from tests.accreditation.leaf_probes import World
from tests.factories import ROOT, document
from tests.leaves import PORTAL_READS, TEXTS, leaves, renamed, replaced, setting, tell, without, written

PROGRAMMES = sorted(path.stem for path in (ROOT / "fixtures" / "programmes").glob("*.json"))
SHEET = ("figures", "rubric", "criteria")

# What these sections say is shown to readers now, and carried out by a later part of the portal.
LATER = {
    "recheck": "the yearly rechecks",
    "changes": "reports of abolished, merged and renamed communities",
    "subsidy": "the ledger of money",
    "materials.made_by": "the packet of papers",
}
# Which official form a material is a scan of: only Hunan's two are laid out for printing yet.
UNPRINTED = "nothing yet; carried out by the official forms on paper, a later part"

# Which outcomes a section decides; the first that differs is told.
DECIDES = {
    **dict.fromkeys(("key", "version", "title"), ["identity", "title", "preferred"]),
    "source": ["organiser", "validity", "identity", "covered"],
    "tiers": ["title", "who_may_apply", "task_list", "covered", "places"],
    "eligibility": ["who_may_apply", "derived"],
    "cycle": ["cycle"],
    "route": ["steps", "desks", "places"],
    "windows": ["windows"],
    "quotas": ["places"],
    "basics": ["forms", "prefilled", "task_list"],
    "materials": ["task_list", "forms", "printed"],
    "narrative": ["task_list"],
    "statements": ["forms", "task_list"],
    "panel": ["panel"],
    "plans": ["street_plans"],
    "coverage": ["covered"],
    "recheck": ["rechecked"],
    "priority": ["preferred"],
    "missing": ["entered"],
    "readings": ["choices"],
    "notice": [],
    "figures": ["derived"],
    "rubric": ["choices", "later", "period"],
    "criteria": ["choices"],
}

# Where words are read, besides.
READ = ["page", "forms", "task_list", "choices"]

WORDS = {
    "level": ("nation", *LEVELS),
    "issuer": ISSUERS,
    "issuers": ISSUERS,
    "money": MONEY,
    "kind": KINDS,
    "allowed": KINDS,
    "rule": tuple(ELIGIBILITY),
    "state": STEP_STATES,
    "made_by": STEP_STATES,
    "quotas": LEVELS,
    "quotas_if_set": LEVELS,
    "to": LEVELS,
    "by": LEVELS,
    "audit_levels": LEVELS,
    "audit_by": AUDITORS,
    "fail_approved_by": LEVELS,
    "frequency": FREQUENCIES,
    "sources": SOURCES,
    "type": BASIC_TYPES,
    "prefill": PREFILLS,
    "what": ("rubric", "pass_mark", "criteria"),
    "setting": ("workdays", "one_clerk", "scores", "rounding", "nobody", "missed"),
    "form": FORMS,
    "desk": STEP_STATES,
    "derived": tuple(ELIGIBILITY),
    "effect": ("disqualify", "warn"),
    "first_day": ("not_counted", "counted"),
}
NAMED = {
    "windows": ("draft", *STEP_STATES),
    "needs": tuple(NEEDS),
    "amounts": MONEY,
    "choices": ("3", "8", "ceil", "zero", "true"),
    "name_by_kind": KINDS,
}


def other(options, value):
    """Another of the allowed words: the next one."""
    options = list(options)
    return options[(options.index(value) + 1) % len(options)] if value in options else options[0]


def changed(path, value, whole):
    """What a leaf of the frame may sensibly be changed to."""
    name = setting(path)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value in ([], {}):
        return ["甲"] if value == [] else {"甲": "乙"}
    if name in ("tier", "tiers"):
        return other([tier["key"] for tier in whole["tiers"]], value) + "x" * (len(whole["tiers"]) == 1)
    if name == "step":
        return other([step["state"] for step in whole["route"]], value)
    if name == "indicators":
        return "H20"
    if value is None:
        return {"limit": 1000, "valid_until": "2022-01-01", "issued_on": "2016-02-03"}.get(name, {})
    if path[0] == "subsidy" and name == "kind":
        return other(("yearly", "once"), value)
    if path[0] == "subsidy" and name == "key":
        return other(USES, value)
    if path[-2:] == ("needs", "score_at_least"):
        return "95"
    if re.fullmatch(r"(\d{4}-)?\d{2}-\d{2}", value):
        return value[:-2] + ("17" if value[-2:] != "17" else "18")
    if re.fullmatch(r"(\d{4}-)?\d{2}-.旬", value):
        return value[:-2] + other(("上旬", "中旬", "下旬"), value[-2:])
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return "7" if value != "7" else "6"
    if name in WORDS:
        return other(WORDS[name], value)
    return f"{value}_x" if re.fullmatch(r"[A-Za-z0-9_-]+", value) else f"{value}甲"


def is_text(path):
    """Words and days for people: titles, sentences, articles, what a choice means, when the source was issued."""
    name = setting(path)
    if path[0] == "source":
        return name not in ("level", "name", "valid_until")
    if path[0] == "readings" and name == "key":
        return True
    return name in TEXTS - {"issuer"} or "choices" in path


def changes(whole):
    """(path, the document changed there) of every leaf of the frame, and of every name that the document may choose."""
    for path, value in leaves(whole):
        if path[0] in SHEET and value is not None and not PORTAL_READS & {*path}:
            continue
        yield path, replaced(whole, path, changed(path, value, whole))
        if len(path) > 1 and path[-2] in NAMED:
            yield (*path, "(name)"), renamed(whole, path, free(path[-2], at(whole, path[:-1])))
    for state in whole["windows"]:
        yield (
            ("windows", state, "(name)"),
            renamed(whole, ("windows", state), free("windows", whole["windows"])),
        )


def free(kind, taken):
    """An allowed name that the object does not have yet."""
    return next((name for name in NAMED[kind] if name not in taken), "甲")


def at(node, path):
    for step in path:
        node = node[step]
    return node


def later(path):
    """What will carry a section out, or nothing."""
    return LATER.get(path[0]) or LATER.get(f"{path[0]}.{setting(path)}")


@pytest.mark.parametrize("key", PROGRAMMES)
def test_every_leaf_of_the_frame_has_an_effect(db, key):
    whole = document(key)
    world = World(whole)
    before = {name: probe() for name, probe in world.probes(whole).items()}
    found = {path: outcome(world, path, other, key, before) for path, other in changes(whole)}
    tell(f"{key}, the frame", found)
    assert [written(path) for path, name in found.items() if not name] == [], "no outcome changed"


def outcome(world, path, document, key, before):
    """What the portal does otherwise by a changed document, "" for nothing (or for words alone where it is a setting)."""
    if errors := programmes.check(document, f"{key}.json"):
        return f"refused: {errors[0]}"
    probes = world.probes(document)
    decides, read = DECIDES.get(path[0], []), READ if is_text(path) else []
    for name in [*decides, *read]:
        if probes[name]() != before[name]:
            return name
    if later(path) and probes["words"]() != before["words"]:
        return f"words; carried out by {later(path)}, a later part"
    return UNPRINTED if setting(path) == "form" else ""


@pytest.mark.parametrize("key", PROGRAMMES)
def test_a_leaf_left_out_is_refused_or_harms_no_page(db, key):
    """What a document may leave out, no page and no verb misses."""
    whole = document(key)
    world = World(whole)
    found = {}
    for path, _ in leaves(whole):
        if path[0] in SHEET:
            continue
        other = without(whole, path)
        errors = programmes.check(other, f"{key}.json")
        found[path] = f"refused: {errors[0]}" if errors else "may be left out"
        if not errors:
            probes = world.probes(other)
            for name in {*DECIDES.get(path[0], []), *READ, "words"}:
                probes[name]()
    tell(f"{key}, left out", found)
    assert {name.split(":")[0] for name in found.values()} == {"refused", "may be left out"}
