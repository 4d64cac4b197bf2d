"""One moment of the database into a file, and back: on SQLite by its backup interface, on PostgreSQL by pg_dump.

Both see one committed state while others write on, and both put a state back in one transaction: a restore that is
broken off leaves what was there. Copying an SQLite file instead would lose what still lies in its write-ahead log.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from accreditation.backups.manifest import BackupError

_EMPTY = """DO $$ DECLARE one record; BEGIN
FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()
LOOP EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', one.name); END LOOP;
FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = current_schema() AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
LOOP EXECUTE format('DROP FUNCTION %s CASCADE', one.name); END LOOP; END $$"""


def dump(path: Path) -> dict:
    """Write one committed state of the database to `path`; returns `facts` of exactly that state."""
    return _dump_sqlite(path) if connection.vendor == "sqlite" else _dump_postgresql(path)


def load(path: Path, facts: dict) -> None:
    """Put the state back, whatever stood there before; in one transaction. BackupError when it is not that state then."""
    connection.close()
    (_load_sqlite if connection.vendor == "sqlite" else _load_postgresql)(path)
    with connection.cursor() as cursor:
        now = _facts(cursor, connection.introspection.table_names(cursor))
    if now != facts:
        differing = sorted(
            name
            for name in {*now["tables"], *facts["tables"]}
            if now["tables"].get(name) != facts["tables"].get(name)
        )
        raise BackupError(f"恢复后的数据库与备份的记录不一致：{'、'.join(differing) or '事件链或版本'}。")


def is_empty() -> bool:
    """Whether the database of the settings holds no table yet."""
    return not connection.introspection.table_names()


def size() -> int:
    """About how many bytes the database takes."""
    if connection.vendor == "sqlite":
        return os.stat(connection.settings_dict["NAME"]).st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def _facts(cursor, tables) -> dict:
    """What tells one state from another: migrations, rows of every table, the end of the chain of events."""
    tables = sorted(name for name in tables if not name.startswith("sqlite_"))
    if not {"django_migrations", "accounts_eventhead"} <= set(tables):
        raise BackupError("数据库里还没有本系统的表，没有可以备份的内容。请先运行 manage.py setup_portal。")
    told: dict = {"tables": {}}
    for name in tables:
        cursor.execute(f'SELECT count(*) FROM "{name}"')  # names come from the database itself
        told["tables"][name] = cursor.fetchone()[0]
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    told["migrations"] = [list(row) for row in cursor.fetchall()]
    cursor.execute("SELECT seq, digest FROM accounts_eventhead")
    told["events"] = [list(row) for row in cursor.fetchall()]
    return told


def _dump_sqlite(path):
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)  # all pages in one read transaction: writers go on
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise BackupError("数据库副本没有通过 SQLite 的完整性检查，请先检查磁盘。")
        tables = [
            row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        ]
        return _facts(copy.cursor(), tables)


def _load_sqlite(path):
    with (
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as kept,
        closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=30)) as target,
    ):
        try:
            kept.backup(target)
        except sqlite3.OperationalError as error:
            raise BackupError(f"数据库正在使用，不能恢复，请先停止服务。（{error}）") from error


def _dump_postgresql(path):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s",
             f"--snapshot={snapshot}", f"--file={path}")  # fmt: skip
        return _facts(cursor, connection.introspection.table_names(cursor))


def _load_postgresql(path):
    with tempfile.NamedTemporaryFile(dir=settings.VAR, prefix="restore-", suffix=".sql") as script:
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script.name}", str(path))
        _run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
             "--command=SET lock_timeout = '30s'", f"--command={_EMPTY}", f"--file={script.name}")  # fmt: skip


def _program(name):
    """PostgreSQL's own program: on the path, or the newest of Debian's folders."""
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    found = newest or shutil.which(name)
    if not found:
        raise BackupError(f"找不到 {name}，请先安装软件包 postgresql-client。")
    return str(found)


def _run(name, *arguments):
    told = connection.settings_dict
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    wanted = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}  # fmt: skip
    environment |= {variable: str(told[key]) for variable, key in wanted.items() if told[key]}
    for option in ("sslmode", "sslrootcert"):
        if value := told["OPTIONS"].get(option):
            environment[f"PG{option.upper()}"] = value
    run = subprocess.run(  # noqa: S603 - PostgreSQL's own program, arguments of ours
        [_program(name), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise BackupError(f"{name} 没有成功：{run.stderr.strip()[-600:]}")
