"""What a row of open data has: each column once, for JSON, csv, xlsx and the OpenAPI document alike."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from regions.clock import SHANGHAI

KINDS = {
    "text": "文字",
    "whole": "整数",
    "number": "数",
    "yes": "是或否",
    "day": "日期",
    "moment": "时间",
    "address": "网址",
    "texts": "几个文字",
    "rows": "几行",
}
WIDTHS = {"whole": 10, "number": 10, "yes": 8, "day": 12, "moment": 17, "address": 44}


@dataclass(frozen=True)
class Column:
    """One column. kind: text, whole, number, yes, day, moment, address (a path of this site), texts, or rows (nested).

    of: what the value of a row is; the attribute of the same name unless given. choices: value → word, for a text that
    is one of a few. empty: whether it may be null. `rows` stand in single things only, never in a list.
    """

    name: str
    label: str
    kind: str = "text"
    of: Callable | None = None
    about: str = ""
    choices: dict[str, str] | None = None
    empty: bool = False
    columns: tuple["Column", ...] = ()

    def value(self, row):
        return self.of(row) if self.of else attrgetter(self.name)(row)

    @property
    def width(self) -> int:
        return WIDTHS.get(self.kind, 24)

    @property
    def kind_word(self) -> str:
        return KINDS[self.kind]

    @property
    def words(self) -> str:
        """What there is to say about it: its note, what its values mean, whether it may be empty."""
        choices = "；".join(f"{key} {word}" for key, word in (self.choices or {}).items())
        return "；".join(part for part in (self.about, choices, "可以为空" if self.empty else "") if part)

    def told(self, row, base: str):
        """The value for JSON. base: "https://host", which addresses are written with."""
        value = self.value(row)
        if self.kind == "rows":
            return [told(self.columns, one, base) for one in value]
        if value is None:
            return None
        if self.kind == "texts":
            return list(value)
        return JSON[self.kind](value, base) if self.kind in JSON else value

    def cell(self, row, base: str):
        """The value for a cell of a table: dates as dates, lists joined, a choice in its word."""
        value = self.value(row)
        if value is None:
            return None
        if self.kind == "texts":
            return "、".join(value)
        if self.kind == "address":
            return base + value
        return self.choices[value] if self.choices else value

    def schema(self) -> dict:
        """Its JSON schema (2020-12), as OpenAPI 3.1 takes it."""
        if self.kind == "rows":
            schema = {"type": "array", "items": schema_of(self.columns)}
        elif self.kind == "texts":
            schema = {"type": "array", "items": {"type": "string"}}
        else:
            schema = dict(SCHEMA[self.kind])
        if self.choices:
            schema["enum"] = [*self.choices, *([None] if self.empty else [])]
        if self.empty:
            schema["type"] = [schema["type"], "null"]
        return {**schema, "description": "。".join(part for part in (self.label, self.words) if part)}


SCHEMA = {
    "text": {"type": "string"},
    "whole": {"type": "integer"},
    "number": {"type": "number"},
    "yes": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "address": {"type": "string", "format": "uri"},
}
JSON = {
    "day": lambda value, base: value.isoformat(),
    "moment": lambda value, base: moment_words(value),
    "address": lambda value, base: base + value,
}


def moment_words(at: dt.datetime) -> str:
    """A moment as ISO 8601 in Shanghai, to the second."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def told(columns, row, base: str) -> dict:
    """A row as an object of JSON."""
    return {column.name: column.told(row, base) for column in columns}


def cells(columns, row, base: str) -> list:
    """A row as the cells of a table."""
    return [column.cell(row, base) for column in columns]


def schema_of(columns) -> dict:
    """The schema of a row: every column is always there; a later release may add one."""
    return {
        "type": "object",
        "properties": {column.name: column.schema() for column in columns},
        "required": [column.name for column in columns],
    }
