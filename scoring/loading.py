"""From a kept rubric document to the rubric the engine uses."""

import json
from functools import lru_cache

from scoring.models import RubricVersion
from scoring.rubric import Rubric, load_rubric


@lru_cache(maxsize=64)
def _compiled(checksum: str, document: str) -> Rubric | None:
    """A pure function of an immutable text, so it may be remembered by its checksum."""
    return load_rubric(json.loads(document))


def rubric_of(version: RubricVersion | None) -> Rubric | None:
    """The rubric of a version; None where a programme has none (or it is still to be entered)."""
    return _compiled(version.checksum, version.document) if version is not None else None
