"""`python -m tests.proof.walking`: every app a migration back, then all forward again, on the database the settings name.

Prints what it found as JSON: which apps went back, what became different in the columns that exist before and after,
which guards are missing, which invariants are broken that were not before, how long going forward took.
"""

import json
import subprocess
import sys
import time

from tests.servers import ROOT, environment

APPS = ("accounts", "accreditation", "regions", "scoring", "subsidies")
# Written by migrations themselves.
NOT_KEPT = {"django_migrations", "sqlite_sequence", "django_content_type", "auth_permission"}
# Made anew from other tables: the rows get other keys.
MADE_ANEW = {"regions_namegram"}


def differences(before: dict, after: dict) -> list[str]:
    """table.columns that exist on both sides and hold something else. Contents: table → (columns, rows)."""
    found = []
    for table in sorted(before.keys() & after.keys()):
        (old, rows), (new, others) = before[table], after[table]
        shared = [name for name in old if name in new and (name != "id" or table not in MADE_ANEW)]
        left = sorted(tuple(row[old.index(name)] for name in shared) for row in rows)
        right = sorted(tuple(row[new.index(name)] for name in shared) for row in others)
        if left != right:
            found.append(f"{table}: {len(left)} rows before, {len(right)} after, or other contents")
    return found


def contents(connection) -> dict:
    """Every table with its columns and all its rows as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - NOT_KEPT:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            found[table] = (columns, [tuple(repr(value) for value in row) for row in cursor.fetchall()])
    return found


def step_before(connection, app) -> str:
    """The name of the migration before the app's last; "" where there is only one."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    (leaf,) = loader.graph.leaf_nodes(app)
    own = [name for label, name in loader.get_migration(*leaf).dependencies if label == app]
    return own[0] if own else ""


def walk() -> dict:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.exceptions import IrreversibleError

    from accounts import append_only
    from accreditation import invariants
    from regions import clock

    def breaches():
        return {s for _, found in invariants.breaches(clock.now()) for s in found}

    before, known, back, irreversible, different = contents(connection), breaches(), [], [], []
    for app in APPS:
        if not (name := step_before(connection, app)):
            continue
        try:
            call_command("migrate", app, name, verbosity=0)
            back.append(app)
        except IrreversibleError:
            irreversible.append(app)
        different += differences(before, contents(connection))
    start = time.monotonic()
    call_command("migrate", verbosity=0)
    seconds = time.monotonic() - start
    different += differences(before, contents(connection))
    return {
        "tables": len(before),
        "rows": sum(len(rows) for _, rows in before.values()),
        "back": back,
        "irreversible": irreversible,
        "different": different,
        "missing": append_only.missing(connection),
        "breaches": sorted(breaches() - known),
        "seconds": round(seconds, 1),  # all apps forward again
    }


def there_and_back(databases, folder, *template) -> dict:
    """What the walk finds in a copy of a template (tests/servers.py), in a process of its own."""
    env = environment(folder, databases.copy(databases.template(*template), folder))
    run = subprocess.run(
        [sys.executable, "-m", "tests.proof.walking"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(walk(), ensure_ascii=False) + "\n")
