"""manage.py check_invariants: prove the whole from the tables, and print what was checked."""

import sys

from django.core.management.base import BaseCommand

from accreditation import invariants
from regions import clock


class Command(BaseCommand):
    help = "核对全部不变量；有不符之处时退出码为 1。"

    def handle(self, *args, **options):
        wrong = 0
        for check, sentences in invariants.breaches(clock.now()):
            summary = (check.__doc__ or "").strip().splitlines()[0]
            self.stdout.write(f"{'通过' if not sentences else '不符'}  {check.__name__}：{summary}")
            for sentence in sentences[:50]:
                self.stdout.write(f"      {sentence}")
            wrong += len(sentences)
        self.stdout.write(f"共 {len(invariants.checks())} 项检查，{wrong} 处不符。")
        if wrong:
            sys.exit(1)
