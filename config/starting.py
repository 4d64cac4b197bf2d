"""What must hold before a web process answers anybody. Settings refuse by themselves; here the database is asked."""

from django.conf import settings
from django.core.checks import ERROR, Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections

from accounts import append_only
from regions.models import DemonstrationClock


def refuse_unsafe() -> None:
    """Raise ImproperlyConfigured with every reason not to serve."""
    found = reasons()
    connections.close_all()  # before the server divides into processes
    if found:
        raise ImproperlyConfigured("不能启动：" + " ".join(found))


def reasons() -> list[str]:
    """Why not to serve: triggers gone; in production also any system check that fails, a demonstration's data (whose

    passwords are known), and a PostgreSQL role that could change what only grows.
    """
    found = run_checks(tags=None if settings.PRODUCTION else [Tags.database], databases=["default"])
    told = [error.msg for error in found if error.level >= ERROR and not error.is_silenced()]
    return told or (list(_in_production()) if settings.PRODUCTION else [])


def _in_production():
    if not set(append_only.TABLES) <= set(connection.introspection.table_names()):
        yield "数据库还没有建好，请先运行 manage.py setup_portal。"
        return
    if DemonstrationClock.objects.exists():
        yield "数据库里是演示数据，演示账号的密码是公开的，不能用于生产环境。"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT bool_or(has_table_privilege(name, 'UPDATE') OR has_table_privilege(name, 'DELETE') "
                "OR has_table_privilege(name, 'TRUNCATE')) FROM unnest(%s::text[]) AS name",
                [append_only.TABLES],
            )
            if cursor.fetchone()[0]:
                yield (
                    "网站连接数据库的角色可以改动只增不改的表。请另建一个不是所有者的角色，"
                    "由所有者运行 manage.py grant_role 授权。"
                )
