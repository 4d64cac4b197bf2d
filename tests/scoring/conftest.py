"""Nothing here touches a database: documents are read from the fixtures as the command reads them."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import settings

from scoring.rubric import read_rubric

# A busy machine is no failure: the properties are about points, not about time.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

ROOT = Path(__file__).resolve().parents[2]
PROGRAMMES = ROOT / "fixtures" / "programmes"
GOLDEN = ROOT / "tests" / "golden"


def read_document(key):
    """A shipped document."""
    return json.loads((PROGRAMMES / f"{key}.json").read_text(encoding="utf-8"))


def read_golden(key):
    return json.loads((GOLDEN / f"{key}.json").read_text(encoding="utf-8"))


def sheet_document(key):
    """The score sheet of a programme: its own, or with the demonstration's where it has none (as its golden file says)."""
    document = read_document(key)
    if folder := read_golden(key).get("sheet"):
        part = json.loads((PROGRAMMES / folder / f"{key}.json").read_text(encoding="utf-8"))
        document |= {**part, "figures": document["figures"] + part.get("figures", [])}
    return {name: value for name, value in document.items() if value is not None}


def golden_rubric(key):
    """The score sheet a golden file was worked out by."""
    return rubric_of(sheet_document(key))


def rubric_of(document, file="test.json"):
    rubric, errors = read_rubric(document, file)
    assert errors == []
    return rubric


HUNAN = read_document("hunan-star-2017")
HUNAN_RUBRIC = rubric_of(HUNAN)
FULL_MARKS = read_golden("hunan-star-2017")["base"]


@pytest.fixture
def hunan():
    return HUNAN_RUBRIC


@pytest.fixture
def document():
    """A fresh copy of Hunan's document, to spoil."""
    return copy.deepcopy(HUNAN)


@pytest.fixture
def sheet():
    """A sheet with full marks, to change."""
    return dict(FULL_MARKS)


def small_document(rules, figures, most="10", **item):
    """A document of one item with these rules and figures."""
    return {
        "key": "small-1",
        "version": "1",
        "title": "小方案",
        "figures": figures,
        "rubric": {
            "title": "小评分表",
            "source": "测试文件",
            "full": most,
            "pass_mark": None,
            "categories": [
                {
                    "title": "大类",
                    "max": most,
                    "indicators": [
                        {
                            "code": "S1",
                            "content": "内容",
                            "standard": "标准",
                            "max": most,
                            "rules": rules,
                            **item,
                        }
                    ],
                }
            ],
        },
    }


def count(key, **settings):
    return {"key": key, "label": key, "type": "count", "unit": "人", **settings}


def yesno(key):
    return {"key": key, "label": key, "type": "yesno"}


def decimal(key, unit="平方米"):
    return {"key": key, "label": key, "type": "decimal", "unit": unit}
