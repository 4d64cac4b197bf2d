"""No float, no framework and no clock in the scoring that counts."""

import ast
import tomllib

import pytest

from tests.scoring.conftest import HUNAN_RUBRIC, ROOT

PURE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["files"]
ALLOWED = {
    "datetime",  # days come in as arguments; nothing here asks what day it is
    *(
        "ast",
        "collections.abc",
        "dataclasses",
        "decimal",
        "difflib",
        "fractions",
        "functools",
        "itertools",
        "math",
    ),
    *("operator", "re", "typing", "unicodedata"),
}


@pytest.mark.parametrize("path", PURE)
def test_no_float_and_only_plain_imports(path):
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, (float, complex))), (
            "a float literal"
        )
        assert not (isinstance(node, ast.Name) and node.id == "float"), "float()"
        assert not isinstance(node, ast.Div), "true division makes floats of whole numbers"
        assert not (isinstance(node, ast.Attribute) and node.attr in ("now", "today", "time")), "a clock"
        if isinstance(node, ast.ImportFrom):
            assert node.module in ALLOWED or node.module.startswith("scoring."), node.module
            assert node.module != "math" or {name.name for name in node.names} <= {"gcd"}
        if isinstance(node, ast.Import):
            assert {name.name for name in node.names} <= ALLOWED


def test_every_engine_file_is_listed_as_pure():
    named = {
        "rates",
        "rules",
        "criteria",
        "rubric",
        "engine",
        "points",
        "measures",
        "compiled",
        "items",
        "reading",
    }
    assert named <= {path.removeprefix("scoring/").removesuffix(".py") for path in PURE}


def test_the_compiled_scorer_is_whole_number_arithmetic():
    tree = ast.parse(HUNAN_RUBRIC.compiled.source)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Div)]
    constants = {type(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert constants <= {int, str, type(None)}


def test_points_and_totals_are_whole_numbers(hunan, sheet):
    from scoring.engine import score

    result = score(hunan, {**sheet, "centre_area": "29.123456789"})
    assert type(result.total) is int
    assert {type(line.points) for line in result.lines.values()} == {int}
