"""Tables that only grow, kept so by the database itself on both engines.

SQLite: two triggers a table; `recursive_triggers` (settings) makes INSERT OR REPLACE fire the delete trigger, but a
migration that rebuilds a table drops them without a word. PostgreSQL: row triggers and one against TRUNCATE; production
runs the application as a role that does not own the tables (docs/running.md). So the triggers are laid anew after every
`migrate` and asked for at start-up.
"""

from django.core.checks import Error
from django.db import connections
from django.db.utils import OperationalError

TABLES = [
    "accounts_event",
    "accreditation_amendment",
    "accreditation_applicationevent",
    "accreditation_filing",
    "accreditation_noticeevent",
    "accreditation_recognitionevent",
    "accreditation_roundevent",
    "accreditation_titleevent",
    "subsidies_batch",
    "subsidies_entry",
    "subsidies_expense",
    "subsidies_expensefile",
    "subsidies_finding",
    "subsidies_moneyevent",
    "subsidies_release",
    "subsidies_signature",
]


def _sqlite(table):
    for verb in ("update", "delete"):
        yield (
            f"{table}_no_{verb}",
            (
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
            ),
        )


_FUNCTION = (
    "CREATE OR REPLACE FUNCTION portal_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME; END $$"
)


def _postgresql(table):
    yield (
        f"{table}_no_change",
        (
            f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION portal_append_only()"
        ),
    )
    yield (
        f"{table}_no_truncate",
        (
            f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION portal_append_only()"
        ),
    )


def _wanted(connection):
    present = set(connection.introspection.table_names())
    build = _sqlite if connection.vendor == "sqlite" else _postgresql
    return {name: sql for table in TABLES if table in present for name, sql in build(table)}


def install(connection) -> None:
    """Lay every trigger of the tables that exist; again is the same."""
    wanted = _wanted(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and wanted:
            cursor.execute(_FUNCTION)
        for sql in wanted.values():
            cursor.execute(sql)


def grant(connection, role: str) -> int:
    """Let a PostgreSQL role read and write every table, but only read and add to the append-only ones; how many those are.

    Run by the owner of the tables, again after every migration. The role may change no table's structure.
    """
    present = set(connection.introspection.table_names())
    name = connection.ops.quote_name(role)
    kept = [connection.ops.quote_name(table) for table in TABLES if table in present]
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(kept)} FROM {name}")
    return len(kept)


def missing(connection) -> list[str]:
    """The names of triggers that should be there and are not (or are switched off)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        present = {row[0] for row in cursor.fetchall()}
    return sorted(set(_wanted(connection)) - present)


def install_after_migrate(sender, using, **kwargs):
    install(connections[using])


def check_triggers(app_configs, databases=None, **kwargs):
    """System check (database tag): refuse to start where a trigger is gone."""
    errors = []
    for alias in databases or []:
        try:
            if gone := missing(connections[alias]):
                errors.append(
                    Error(
                        f"只增不改的保护缺失：{'、'.join(gone)}。请运行 manage.py migrate。", id="portal.E001"
                    )
                )
        except OperationalError as error:
            errors.append(Error(f"无法读取数据库：{error}", id="portal.E002"))
    return errors
