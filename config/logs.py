"""One event, one line: control and bidirectional characters never reach the log, nor what people are called."""

import json
import logging
import re
import traceback
import unicodedata

# What an exception says may quote a row: names, numbers of people, cards, phones.
_PERSONAL = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af·]+|\d[\d\- ]{4,}\d[\dXx]?")


def plain(text: str) -> str:
    """The text with every control and format character written as its code point."""
    return "".join(
        f"\\u{ord(c):04x}" if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else c for c in text
    )


def unnamed(text: str) -> str:
    """The first line of a message without Chinese words, long numbers and addresses; PostgreSQL's DETAIL follows it."""
    words = text.split("\n", 1)[0].split()
    return _PERSONAL.sub("…", " ".join("…" if "@" in word else word for word in words))


def trace_of(error: BaseException) -> str:
    """Where it happened, line for line of our code; of each exception its kind and what is `unnamed` of its words."""
    told, seen = [], set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
        told.append(f"{frames}{type(error).__qualname__}: {unnamed(str(error))}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(told))


class OneLine(logging.Formatter):
    """A record as one JSON line without personal data: callers pass identifiers, not contents."""

    def format(self, record: logging.LogRecord) -> str:
        row = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": plain(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1]:
            row["trace"] = plain(trace_of(record.exc_info[1]))
        return json.dumps(row, ensure_ascii=False)
