"""manage.py rebuild_name_search: the pairs of characters behind the search of communities, made anew from the names."""

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from regions import name_search
from regions.models import NameGram


class Command(BaseCommand):
    help = "按现用名和曾用名重建社区名称检索。登记簿由别的程序直接写入之后运行；可以重复运行。"

    @transaction.atomic
    def handle(self, *args, **options):
        count = name_search.rebuild(connection, NameGram.objects.all())
        self.stdout.write(f"检索已重建，共 {count} 个字对。")
