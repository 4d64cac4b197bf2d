"""Every regular expression of the portal's own code, found in its source, and hostile strings made from each.

A pattern written as a literal is read as it stands; one put together (an f-string, a %) is evaluated among the names of
its module. Each is asked the way the code asks it (search, match, fullmatch, sub …).
"""

import ast
import importlib
import re
from dataclasses import dataclass
from pathlib import Path

from tests.factories import ROOT

APPS = ("regions", "accounts", "scoring", "accreditation", "subsidies", "demonstration", "config")
ASKS = {"search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
LENGTH = 50_000


@dataclass(frozen=True)
class Found:
    where: str  # file:line
    pattern: object  # compiled
    ways: tuple  # how the code asks: "search", "fullmatch" …

    def __str__(self):
        return f"{self.where} {self.pattern.pattern!r:.60}"


def every() -> list[Found]:
    """All patterns, in the order of files."""
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found += _of_file(path)
    return found


def _of_file(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = None
    asked = _ways_by_name(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and _is_re(node.func) and node.args):
            continue
        if names is None:
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            names = importlib.import_module(module).__dict__
        way = node.func.attr
        flags = next((k.value for k in node.keywords if k.arg == "flags"), None)
        place = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(way, 2)
        if flags is None and len(node.args) > place:
            flags = node.args[place]
        pattern = _value(node.args[0], names)
        if isinstance(pattern, re.Pattern):
            continue  # compiled elsewhere, found there
        compiled = re.compile(pattern, _value(flags, names) if flags is not None else 0)
        ways = asked.get(node.lineno, ("search", "fullmatch")) if way == "compile" else (way,)
        yield Found(f"{path.relative_to(ROOT)}:{node.lineno}", compiled, ways)


def _is_re(func):
    return (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id == "re"
        and func.attr in ASKS | {"compile"}
    )


def _value(node, names):
    return eval(compile(ast.Expression(node), "<pattern>", "eval"), dict(names), {"number": 7})


def _ways_by_name(tree):
    """Line of NAME = re.compile(…) → the methods the file calls on NAME."""
    lines, called = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            lines[node.targets[0].id] = node.value
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in ASKS:
            called.setdefault(node.value.id, set()).add(node.attr)
    return {
        value.lineno: tuple(sorted(called[name]))
        for name, value in lines.items()
        if name in called and hasattr(value, "lineno")
    }


# Whatever a pattern is about, these have made some pattern somewhere slow.
COMMON = (" ", "\t", "\u3000", "0", "a", "A", "中", "(", "（", "[", "〔", ".", ",", "-", "<", "'", '"', "年", "0,", "a.", "1 ", "<c ", " r", "(1", "〔1", " 〔")  # fmt: skip
TAILS = ("", "!")


def attacks(pattern: re.Pattern) -> list:
    """Strings of 50,000 characters: what the pattern repeats, alone and behind what stands before it, with ends that do not fit."""
    singles = _singles(pattern)
    pieces = dict.fromkeys(
        [*singles, "".join(singles), *(a + b for a, b in zip(singles, singles[1:], strict=False)), *COMMON]
    )
    strings = [(piece * LENGTH)[:LENGTH] + tail for piece in pieces for tail in TAILS]
    for place in range(1, len(singles)):
        before = "".join(singles[:place])
        strings += [before + one * (LENGTH // len(one)) + "!" for one in (singles[place][0], " ")]
    if isinstance(pattern.pattern, bytes):
        return [one.encode("utf-8") for one in strings]
    return strings


TOKEN = re.compile(r"(\\.|\[\^?(?:\\.|[^\]\\])+\]|\(\?[:<!=]+|.)(?:\{([0-9]+))?", re.DOTALL)
SAMPLES = {r"\s": " ", r"\d": "1", r"\w": "w", r"\S": "x", ".": "z", r"\b": ""}


def _singles(pattern) -> list[str]:
    """What each part of the pattern takes, as often as it asks for, in the order the parts stand."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    found = []
    for token, times in TOKEN.findall(text):
        sample = SAMPLES.get(token)
        if sample is None and token.startswith("["):
            sample = next((c for c in "0a中 -,.A;、（(〔]）" if re.match(token, c)), "")
        elif sample is None and not token.startswith("(?"):
            sample = token[-1] if token.startswith("\\") or token not in "()?*+{}|^$" else ""
        if sample:
            found.append(sample * max(1, int(times or 1)))
    return found
