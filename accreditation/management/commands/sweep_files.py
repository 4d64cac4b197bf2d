"""manage.py sweep_files: delete stored files that no row names (after a day); tell rows whose file is gone (status 1)."""

import sys

from django.core.management.base import BaseCommand

from accreditation import stored_files


class Command(BaseCommand):
    help = "清理没有登记的文件（存放满一天的），并列出文件缺失的登记。可以重复运行。"

    def handle(self, *args, **options):
        self.stdout.write(f"清理了 {stored_files.sweep()} 个没有登记的文件。")
        lost = [f"{table} 第 {pk} 行" for table, pk in stored_files.without_file()]
        if lost:
            self.stderr.write(f"{len(lost)} 行登记的文件找不到了：{'、'.join(lost[:20])}。请从备份中恢复。")
            sys.exit(1)
