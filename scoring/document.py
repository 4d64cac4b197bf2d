"""Reading checked values out of a programme document: every mistake is kept with its place, none is raised.

A mistake reads `hunan-star-2017.json 第 10 项（H10）：没有计分规则“per_caes”，可用的有 per_case、rate_short。`:
file, item, the wrong word, the allowed words.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.figures import Figure
from scoring.points import parse_points, show_points

# Figure keys and rule words become identifiers of the compiled scorer: nothing else may pass.
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
CODE = re.compile(r"[A-Z][A-Za-z0-9]{0,11}", re.ASCII)


def listed(words: Iterable[str]) -> str:
    """The allowed words, for a sentence."""
    return "、".join(words) or "（无）"


def _nearest(word: str, words: Iterable[str]) -> str:
    """The allowed words; of a long list only those most like the wrong one."""
    words = list(words)
    if len(words) <= 12:
        return f"已定义的有 {listed(words)}"
    return (
        f"相近的有 {listed(difflib.get_close_matches(word, words, 5, 0) or words[:5])}（共 {len(words)} 项）"
    )


class Said(str):
    """A mistake: the whole sentence, and for those who show it elsewhere `bare` without its place.

    data: the object of the document it was found in; key: the setting, "" where it is of the object as a whole.
    """

    bare: str
    data: object
    key: str

    @classmethod
    def at(cls, place: str, bare: str, data: object, key: str = "") -> "Said":
        said = cls(f"{place}：{bare}。")
        said.bare, said.data, said.key = bare, data, key
        return said


@dataclass(frozen=True)
class Known:
    """What the rules of a document may name."""

    figures: Mapping[str, Figure]
    used: set[str] = field(default_factory=set)


class Doc:
    """One JSON object of a document. Hands out checked values; `close` complains about keys nobody asked for."""

    def __init__(self, data: object, place: str, errors: list[str], known: Known | None = None):
        self.place = place
        self.errors = errors
        self.known = known or Known({})
        self.asked: list[str] = []
        self.source = data  # the object a mistake is found in
        self.data: dict[str, Any] = {}
        if isinstance(data, dict):
            self.data = data
        else:
            self.say("应为 {…} 形式的一组设置")

    def say(self, sentence: str, key: str = "") -> None:
        self.errors.append(Said.at(self.place, sentence, self.source, key))

    def has(self, key: str) -> bool:
        """Whether the document sets this optional key."""
        self.asked.append(key)
        return key in self.data

    def _value(self, key: str, default: object = None) -> Any:
        self.asked.append(key)
        value = self.data.get(key)
        if value is not None:
            return value
        if key in self.data:
            self.say(f"“{key}”不能是 null", key)
        elif default is None:
            self.say(f"缺少“{key}”", key)
        return default

    def _wrong(self, key: str, value: object, wanted: str) -> None:
        shown = str(value)
        self.say(f"“{key}”应为{wanted}，写的是“{shown[:30]}”", key)

    def text(self, key: str, default: str | None = None) -> str:
        """A string, not empty unless a default is given."""
        value = self._value(key, default)
        if isinstance(value, str) and (value.strip() or default is not None):
            return value
        if value is not None:
            self._wrong(key, value, "文字，且不能为空")
        return ""

    def points(self, key: str, default: str | None = None, *, above: int | None = None) -> int:
        """A decimal string such as "2.5", as scaled points; more than `above` where one is given."""
        value = self._value(key, default)
        if value is None:
            return 0
        if not isinstance(value, str):
            self._wrong(key, value, '带引号的数，如 "2.5"')
            return 0
        try:
            points = parse_points(value)
        except ValueError:
            self._wrong(key, value, "数字，小数不超过四位")
            return 0
        if points < 0 and above is None:
            self._wrong(key, value, "不小于 0 的数")
        elif above is not None and points <= above:
            self._wrong(key, value, f"大于 {show_points(above)} 的数")
        return points

    def whole(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10**9) -> int:
        value = self._value(key, default)
        if value is None:
            return least
        if type(value) is not int or not least <= value <= most:
            self._wrong(key, value, f"{least} 到 {most} 的整数")
            return least
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        value = self._value(key, default)
        if type(value) is not bool:
            if value is not None:
                self._wrong(key, value, "true 或 false")
            return False
        return value

    def choice(self, key: str, options: Iterable[str], default: str | None = None) -> str:
        options = tuple(options)
        value = self._value(key, default)
        if value is not None and value not in options:
            self.say(f"“{key}”没有“{str(value)[:30]}”这种写法，可用的有 {listed(options)}", key)
        return value if value in options else options[0]

    def many(self, key: str, *, empty: bool = False) -> list[Any]:
        """A list; not empty unless `empty`."""
        value = self._value(key, [] if empty else None)
        if isinstance(value, list) and (value or empty):
            return value
        if value is not None:
            self._wrong(key, value, "非空的列表")
        return []

    def texts(self, key: str, *, empty: bool = False) -> tuple[str, ...]:
        value = self.many(key, empty=empty)
        if all(isinstance(word, str) and word for word in value):
            return tuple(value)
        self._wrong(key, value, "文字的列表")
        return ()

    def figure(self, key: str, types: Iterable[str]) -> str:
        """The key of a declared figure of one of these types."""
        value = self._value(key)
        return self._figure(key, value, tuple(types)) if value is not None else ""

    def figures(self, key: str, types: Iterable[str]) -> tuple[str, ...]:
        """One figure key, or a list of them."""
        value = self._value(key)
        if value is None:
            return ()
        keys = value if isinstance(value, list) else [value]
        if not keys:
            self._wrong(key, value, "基础数据的名称")
        return tuple(self._figure(key, one, tuple(types)) for one in keys)

    def _figure(self, setting: str, key: object, types: tuple[str, ...]) -> str:
        found = self.known.figures.get(key) if isinstance(key, str) else None
        if not isinstance(key, str) or found is None:
            self.say(
                f"“{setting}”指向的基础数据“{str(key)[:40]}”没有定义，{_nearest(str(key), self.known.figures)}",
                setting,
            )
            return ""
        self.known.used.add(key)
        if found.type not in types:
            self.say(f"“{setting}”指向的“{key}”类型是 {found.type}，这里只能用 {listed(types)}", setting)
        return key

    def defined(self, key: str) -> Figure:
        """The definition of a figure; a blank one when it is not declared (which was complained about before)."""
        return self.known.figures.get(key) or Figure(key, "", "count")

    def inner(self, data: object, place: str) -> "Doc":
        """A part of this object, complaining under its own place."""
        return Doc(data, f"{self.place}{place}", self.errors, self.known)

    def close(self) -> None:
        """Nothing in a document may be without effect: complain about what no one asked for."""
        for key in self.data:
            if key not in self.asked:
                self.say(f"没有“{key}”这个设置，可用的有 {listed(dict.fromkeys(self.asked))}", key)
