"""`python -m tests.proof.standing`: rows of every table, missing guards and breaches of a database, as one text to compare."""

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402

from accounts import append_only  # noqa: E402
from accreditation import invariants  # noqa: E402
from regions import clock  # noqa: E402

if __name__ == "__main__":
    with connection.cursor() as cursor:
        counted = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            if table not in (
                "django_migrations",
                "sqlite_sequence",
                "django_content_type",
                "auth_permission",
            ):
                cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
                counted[table] = cursor.fetchone()[0]
    breaches = [sentence for _, found in invariants.breaches(clock.now()) for sentence in found]
    sys.stdout.write(json.dumps([counted, append_only.missing(connection), breaches], ensure_ascii=False))
