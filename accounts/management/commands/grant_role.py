"""manage.py grant_role ROLE: what the web processes may do in PostgreSQL, as the owner of the tables says it."""

import sys

from django.core.management.base import BaseCommand
from django.db import connection

from accounts import append_only


class Command(BaseCommand):
    help = "给网站使用的 PostgreSQL 角色授权：可以读写，不能改动只增不改的表。升级和恢复后再运行一次。"

    def add_arguments(self, parser):
        parser.add_argument("role", help="网站连接数据库所用的角色，不能是表的所有者")

    def handle(self, *args, role, **options):
        if connection.vendor != "postgresql":
            self.stderr.write("只有 PostgreSQL 需要授权，现在设置的数据库是 SQLite。")
            sys.exit(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper, rolname = current_user FROM pg_roles WHERE rolname = %s", [role])
            found = cursor.fetchone()
        if not found:
            self.stderr.write(f"PostgreSQL 里没有角色 {role}，请先建立。")
            sys.exit(1)
        if any(found):
            self.stderr.write(
                f"角色 {role} 是超级用户或表的所有者，只增不改的保护对它不起作用，请另建一个角色。"
            )
            sys.exit(1)
        count = append_only.grant(connection, role)
        self.stdout.write(f"角色 {role} 可以读写，{count} 张只增不改的表除外：只能读和增加。")
