"""What can be imported: a kind says who may, which columns, what would happen, and how it is done and undone.

Kinds live with their subject, on their own floor; settings.PORTAL_IMPORTS names them.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.imports.columns import Column
from accounts.imports.rows import Line
from accounts.models import ImportBatch, ImportLine

Outcome = ImportLine.Outcome


@dataclass
class Item:
    """What comes of a line. changes: (head, from, to) in words; target: the key of the row it is about; before and after:
    the fields written, for an undo; data: what `apply` needs besides.
    """

    line: Line
    outcome: str = Outcome.NEW
    title: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    target: int | None = None
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    data: dict = field(default_factory=dict)

    def settle(self) -> "Item":
        """Wrong where its line has a fault, whatever was found before."""
        if self.line.faults:
            self.outcome, self.changes = Outcome.WRONG, []
        return self


class Kind:
    """One kind of import; the subclasses are its subjects. `scope` is what a batch's `of` stands for, or the office itself."""

    key = ""
    title = ""  # 社区（村）名单
    unit = "行"
    lead = ""  # who it is for, one sentence
    most = 100_000
    listed = True  # on the page of all imports; else it is reached from the page of its scope
    shows_once = False  # it leaves `batch.once`, a workbook that is shown once and never kept
    asks: tuple[str, ...] = ()  # further fields of the form: document_number, reason

    def scope(self, user, of):
        """What the batch is about; Http404 where the reader may not see it."""
        return user.acting.region

    def scope_name(self, scope) -> str:
        return str(scope)

    def why_not(self, user, scope) -> str:
        """The sentence that refuses this person, or an empty one."""
        raise NotImplementedError

    def asked(self, scope) -> tuple[str, ...]:
        """Which of `asks` this scope must give."""
        return self.asks

    def columns(self, scope, user) -> tuple[Column, ...]:
        raise NotImplementedError

    def rows(self, scope, user) -> list[dict]:
        """Rows the template is filled with: key → value."""
        return []

    def back(self, scope) -> tuple[str, str]:
        """(address, words) of the page this import belongs to; empty for none."""
        return "", ""

    def plan(self, lines: list[Line], scope, *, by, at: dt.datetime, asked: dict) -> list[Item]:
        """What each line would do, in the order of the lines. Writes nothing; a constant number of queries a thousand lines."""
        raise NotImplementedError

    def apply(
        self, items: list[Item], scope, *, by, at: dt.datetime, batch: ImportBatch, asked: dict
    ) -> None:
        """Do it, inside the caller's transaction; sets `target`, `before` and `after` of what was written."""
        raise NotImplementedError

    def why_not_undo(self, lines: list[ImportLine], scope, *, by, at: dt.datetime) -> str:
        """What was built on it since, as a sentence, or an empty one."""
        raise NotImplementedError

    def undo(self, lines: list[ImportLine], scope, *, by, at: dt.datetime) -> None:
        raise NotImplementedError


def all_kinds() -> list[Kind]:
    """Every kind, in the order of the settings."""
    return [kind_of(key) for key in settings.PORTAL_IMPORTS]


def kind_of(key: str) -> Kind | None:
    """The kind of that name, or None."""
    path = settings.PORTAL_IMPORTS.get(key)
    return import_string(path)() if path else None
