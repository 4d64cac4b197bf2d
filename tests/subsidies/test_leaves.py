"""Every leaf of the money section of the shipped documents has an effect on money: each is changed, one at a time.

The outcomes are worked out by the ledger's own rules; the words that readers see are among them.
"""

import copy
import datetime as dt

import pytest

from accreditation import programmes
from accreditation.models import ProgrammeVersion
from subsidies import ledger, permissions, rules, spending
from subsidies.models import Kind
from tests.factories import document
from tests.leaves import leaves, replaced
from tests.subsidies.purse import YEAR, day

pytestmark = pytest.mark.django_db


class Version:
    """A document as a version has it, without a database."""

    def __init__(self, data):
        self.data = data


def changed(path, value):
    """What a leaf may sensibly be changed to."""
    if isinstance(value, int):
        return value + 1
    return {
        "yearly": "once", "once": "yearly", "01-01": "07-01", "12-20": "11-30", "finance": "audit", "hr": "university",
        "county": "street", "city": "province", "20": "30",
    }.get(value) or ({"publicity": "training"}.get(value, f"{value}x"))  # fmt: skip


def grant_of(held):
    """A grant of the highest amount, arrived in March, with a part spent under every use."""
    grant = ledger.Grant(1, "x", YEAR, 0)
    fen = max(held.amounts.values(), default=0)
    grant.by_kind.update({held.kind: fen, Kind.PAYMENT: fen, Kind.RECEIPT: fen})
    grant.first_received = dt.date(YEAR, 3, 1)
    return grant


def outcomes(purse, section) -> dict:
    """What money comes of the section."""
    data = copy.deepcopy(document("gansu-2023"))
    data["subsidy"] = section
    held = rules.Rules(Version(data))
    grant = grant_of(held)
    told = {"amounts": dict(held.amounts), "posts": held.kind}
    told["cut-off"] = held.cut_off(YEAR)
    if section.get("report_by"):
        told["due"] = held.report_by(YEAR)
    told["signs"] = [not permissions.why_not_audit(user, purse.community(), held) for user in purse.desks()]
    told["who"] = list(held.audit_by), list(held.audit_levels)
    told["refused"] = [
        spending.refusals(grant, held, use=use, fen=fen, on=on, today=dt.date(YEAR + 5, 1, 1))
        for use in ("publicity", "events", "entrepreneurship", "it_network", "monitoring", "other")
        for fen in (100, 600_000, 700_000)
        for on in (day(5, 1), day(5, 1, YEAR + 1))
    ]
    told["before"] = [
        (row.use.key, row.use.name, row.use.text, row.cap, row.left)
        for row in spending.remaining(grant, held)
    ]
    told["article"] = held.article
    return told


@pytest.mark.parametrize("key", ["gansu-2023", "quangang-2016"])
def test_every_leaf_of_the_money_section_has_an_effect(purse, key):
    section = document(key)["subsidy"]
    before = outcomes(purse, section)
    without = []
    for path, value in leaves(section):
        other = replaced(section, path, changed(path, value))
        if programmes.check({**document(key), "subsidy": other}, f"{key}.json"):
            continue  # refused with its sentence
        after = outcomes(purse, other)
        if not [name for name in before if after.get(name) != before[name]]:
            without.append(path)
    assert without == []


def test_years_of_carrying_over_have_an_effect(purse):
    section = document("gansu-2023")["subsidy"]
    before, after = outcomes(purse, section), outcomes(purse, {**section, "carry_years": 1})
    assert after["refused"] != before["refused"]


def test_only_the_sections_of_money_are_read(purse):
    assert {one.programme for one in rules.current()} == {"gansu-2023"}
    assert ProgrammeVersion.objects.count() == 2
