"""F14: what the portal runs on is pinned with hashes and none of it lies below a floor that was set and dated.

There is no advisory service to ask at run time: the table is kept by hand (tests/proof/floors.json).
"""

import datetime as dt
import json
import re
from importlib.metadata import PackageNotFoundError, version

from tests.factories import ROOT

TABLE = json.loads((ROOT / "tests" / "proof" / "floors.json").read_text(encoding="utf-8"))
LOCKS = ("runtime.lock", "test.lock")


def numbers(text) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text.split("+")[0])[:4])


def pins(name) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {
        found[1].lower(): found[2]
        for found in re.finditer(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", text, re.MULTILINE)
    }


def below(installed: dict[str, str]) -> list[tuple]:
    """(package, version, floor) of what is too old."""
    return [
        (name, installed[name], floor)
        for name, (floor, _why) in TABLE["floors"].items()
        if name in installed and numbers(installed[name]) < numbers(floor)
    ]


def test_no_package_is_below_its_floor(measure):
    """Neither in the locks nor in what is installed; and every direct dependency stands in the table."""
    assert [found for name in LOCKS for found in below(pins(name))] == []
    installed = {}
    for name in TABLE["floors"]:
        try:
            installed[name] = version(name)
        except PackageNotFoundError:
            continue
    assert below(installed) == []
    direct = re.findall(
        r"^([A-Za-z0-9._-]+)==",
        (ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert {name.lower() for name in direct} <= set(TABLE["floors"])
    measure("F14", "packages in the table", len(TABLE["floors"]))
    measure("F14", "packages pinned", len(pins("runtime.lock")))


def test_every_pin_has_its_hash():
    for name in LOCKS:
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)
        assert [
            block.split("==")[0] for block in blocks if "==" in block and "--hash=sha256:" not in block
        ] == []


def test_the_table_is_not_stale(measure):
    """Looked through within the last half-year."""
    set_on = dt.date.fromisoformat(TABLE["set_on"])
    measure("F14", "table of", TABLE["set_on"])
    assert dt.date.today() - set_on < dt.timedelta(days=183), "look through tests/proof/floors.json"


def test_control_an_old_version_is_seen():
    assert below({"django": "5.2.16", "pillow": "13.0.0"}) == [("django", "5.2.16", "5.2.17")]
    assert numbers("10.17.0") > numbers("9.0.0")
