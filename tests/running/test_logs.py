"""The log: one event is one line of JSON, and no line says who anybody is (E11, E8)."""

import json
import logging

import pytest

from config.logs import OneLine


def written(message, *args, error=None):
    record = logging.LogRecord("portal", logging.ERROR, "x.py", 1, message, args, None)
    if error:
        try:
            raise error
        except Exception as caught:  # noqa: BLE001
            record.exc_info = (type(caught), caught, caught.__traceback__)
    text = OneLine().format(record)
    assert "\n" not in text and "\r" not in text
    return json.loads(text)


def test_a_line_has_when_what_and_from_where():
    row = written("refused %s user=%s", 403, 17)
    assert set(row) == {"at", "level", "logger", "message"}
    assert row["message"] == "refused 403 user=17" and row["level"] == "ERROR"
    assert row["at"][-5] in "+-", "the time names its zone"


@pytest.mark.parametrize("bad", ["a\r\nb", "\x1b[31mred", "\u202eevil", "\u2028", "\x00", "\ud800"])
def test_nothing_starts_a_second_line_or_turns_the_screen(bad):
    message = written("%s", bad)["message"]
    assert not any(c in message for c in "\r\n\x1b\u202e\u2028\x00\ud800")


SAID = "Key (name, number)=(张三丰, 430102199001011234) already exists, call 138 0013 8000 or a.b@example.cn"


def test_a_trace_tells_where_and_of_what_kind_but_quotes_nobody():
    trace = written("page failed", error=ValueError(f"{SAID}\nDETAIL: 李四"))["trace"]
    assert "ValueError: Key (name, number)=(" in trace and "test_logs.py" in trace
    for word in ("张", "430102199001011234", "138 0013 8000", "a.b@example.cn", "李四"):
        assert word not in trace.split("ValueError: ")[1], word


def test_what_caused_it_is_told_as_carefully():
    cause = KeyError("李四 430102199001011234")
    error = RuntimeError("while saving")
    error.__cause__ = cause
    trace = written("page failed", error=error)["trace"]
    assert trace.index("KeyError") < trace.index("RuntimeError: while saving")
    assert not any(word in trace.split("KeyError: ")[1] for word in ("李四", "4301021990"))
