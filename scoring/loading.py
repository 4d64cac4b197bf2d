"""From a kept rubric document to the rubric the engine uses."""

import json

from scoring.models import RubricVersion
from scoring.rubric import Rubric, load_rubric

# Rubrics by checksum: a pure function of an immutable text, so one process may remember them. Few versions ever exist.
_read: dict[str, Rubric | None] = {}


def rubric_of(version: RubricVersion | None) -> Rubric | None:
    """The rubric of a version; None where a programme has none (or it is still to be entered).

    The document itself is only read the first time, so callers may defer it.
    """
    if version is None:
        return None
    if version.checksum not in _read:
        _read[version.checksum] = load_rubric(json.loads(version.document))
    return _read[version.checksum]
