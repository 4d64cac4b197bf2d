"""Sums that a page asks for again and again: worked out once, and anew when an event could have changed them.

Kept by each process for itself. What cannot have changed anything is named in open_data/stamps.py; an action not named
there counts as a change, so that a forgotten one costs time and never tells a stale number.
"""

from collections import OrderedDict
from functools import wraps
from threading import Lock

from accreditation.open_data import stamps

MOST = 500  # answers kept by one process; the one asked for longest ago goes first
_answers: OrderedDict = OrderedDict()
_lock = Lock()


def until_changed(work):
    """A function whose arguments are told apart by equality, its answer kept until anything changes or a day is over."""

    @wraps(work)
    def kept(*args):
        key = (work, args, stamps.last_change())
        with _lock:
            if key in _answers:
                _answers.move_to_end(key)
                return _answers[key]
        answer = work(*args)
        with _lock:
            _answers[key] = answer
            while len(_answers) > MOST:
                _answers.popitem(last=False)
        return answer

    return kept


def forget() -> None:
    """Keep nothing: for tests, which take back what they wrote with its events."""
    with _lock:
        _answers.clear()
