"""docs/asvs.md: as many rows as the standard has, each answered, and every test it names is there."""

import re
from functools import cache

from tests.servers import ROOT

LEVEL_3 = {"1.2.10", "1.3.12", "2.3.5", "5.2.4", "5.2.6", "8.3.2", "14.2.8", "15.4.2"}
# Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0; 9, 10 and 17 do not apply.
CHAPTERS = {
    1: 27,
    2: 11,
    3: 19,
    4: 10,
    5: 9,
    6: 35,
    7: 18,
    8: 7,
    11: 14,
    12: 9,
    13: 13,
    14: 9,
    15: 13,
    16: 16,
}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \|(.*)\|(.*)\|(.*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FILE = re.compile(r"`((?:accounts|accreditation|tools|tests|static|requirements)/[\w./-]+\.\w+)`")
LINK = re.compile(r"\]\(([\w./-]+)(?:#([\w-]+))?\)")

TEXT = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROWS = ROW.findall(TEXT)


@cache
def source(path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_requirement_has_its_row():
    numbers = [number for number, *_ in ROWS]
    assert (
        len(numbers)
        == len(set(numbers))
        == 218
        == TEXT.count("\n| 1") + sum(TEXT.count(f"\n| {digit}") for digit in range(2, 10))
    )
    counted = {chapter: 0 for chapter in CHAPTERS}
    for number in numbers:
        if number not in LEVEL_3:
            counted[int(number.split(".")[0])] += 1
    assert counted == CHAPTERS and sum(CHAPTERS.values()) == 210
    assert {number for number, level, *_ in ROWS if level.strip() == "3"} == LEVEL_3
    assert {level.strip() for _, level, *_ in ROWS} == {"1", "2", "3"}


def test_they_stand_in_order():
    numbers = [tuple(map(int, number.split("."))) for number, *_ in ROWS]
    assert numbers == sorted(numbers)


def test_no_row_is_empty():
    for number, _, requirement, answer in ROWS:
        assert len(requirement.strip()) > 5 and len(answer.strip()) > 10, number
        if answer.strip().startswith("n/a"):
            assert answer.strip().startswith("n/a: "), f"{number} gives no reason"
        if answer.strip().startswith("not met"):
            assert len(answer.strip()) > 40, f"{number} gives no reason"


def test_every_test_named_is_there():
    named = TEST.findall(TEXT)
    assert len(named) > 150
    for path, name in named:
        assert re.search(rf"^\s*(async )?def {name}\(", source(path), re.MULTILINE), f"{path}::{name}"


def test_every_file_and_section_named_is_there():
    for path in FILE.findall(TEXT):
        assert (ROOT / path).exists() or list(ROOT.glob(path)), path
    for page, section in LINK.findall(TEXT):
        found = list((ROOT / "docs").glob(f"{page}*"))
        assert found, page
        if section:
            heads = re.findall(r"^## (.+)$", found[0].read_text(encoding="utf-8"), re.MULTILINE)
            assert section in {head.lower().replace(" ", "-") for head in heads}, f"{page}#{section}"
