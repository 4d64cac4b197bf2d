"""A search that both engines answer alike: whether a text holds another, capital letters A to Z as small ones.

SQLite's LIKE ignores case for A to Z alone, PostgreSQL's never, its UPPER for every alphabet: `holds` is the same on both.
"""

from django.db.models import CharField, Lookup, TextField


@CharField.register_lookup
@TextField.register_lookup
class Holds(Lookup):
    lookup_name = "holds"

    def get_prep_lookup(self):
        """A NUL stands in no column, and PostgreSQL takes none as a question."""
        return str(self.rhs).replace("\0", "\ufffd")

    def as_sqlite(self, compiler, connection):
        (left, values), (right, more) = (
            self.process_lhs(compiler, connection),
            self.process_rhs(compiler, connection),
        )
        return f"INSTR(LOWER({left}), LOWER({right})) > 0", [*values, *more]

    def as_postgresql(self, compiler, connection):
        (left, values), (right, more) = (
            self.process_lhs(compiler, connection),
            self.process_rhs(compiler, connection),
        )
        return f'STRPOS(LOWER({left} COLLATE "C"), LOWER({right}::text COLLATE "C")) > 0', [*values, *more]
