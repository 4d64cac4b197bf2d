"""manage.py accrue YEAR: what the titles held on the cut-off day are worth for a fiscal year. Again changes nothing."""

from django.core.management.base import BaseCommand, CommandError

from regions import clock
from subsidies import accrual
from subsidies.money import yuan


class Command(BaseCommand):
    help = "按基准日持有的最高层级计提一个年度的补助资金。可以重复运行，也可以同时运行，结果相同。"

    def add_arguments(self, parser):
        parser.add_argument("year", type=int, metavar="YEAR", help="年度，例如 2026")
        parser.add_argument("--programme", default="", help="只计提这一个方案")

    def handle(self, *, year, programme, **options):
        if not 2000 <= year <= 2100:
            raise CommandError(f"年度应在 2000 到 2100 之间，不能是 {year}。")
        ran = accrual.accrue(year, by=None, at=clock.now(), programme=programme)
        if not ran:
            raise CommandError("没有载入规定补助资金的方案，请先运行 load_programme。")
        for one in ran:
            if one.warning:
                self.stderr.write(one.warning)
            self.stdout.write(
                f"{one.accrual.programme} {year}年度：本次新增 {one.added} 笔、{yuan(one.fen)} 元；"
                f"累计 {one.accrual.count} 笔、{yuan(one.accrual.fen)} 元。"
            )
