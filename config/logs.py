"""One event, one line: control and bidirectional characters never reach the log."""

import json
import logging
import unicodedata


def plain(text: str) -> str:
    """The text with every control and format character written as its code point."""
    return "".join(
        f"\\u{ord(c):04x}" if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else c for c in text
    )


class OneLine(logging.Formatter):
    """A record as one JSON line without personal data: callers pass identifiers, not contents."""

    def format(self, record: logging.LogRecord) -> str:
        row = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": plain(record.getMessage()),
        }
        if record.exc_info:
            row["trace"] = plain(self.formatException(record.exc_info))
        return json.dumps(row, ensure_ascii=False)
