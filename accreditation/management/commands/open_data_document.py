"""manage.py open_data_document: the OpenAPI document of the open data, for docs/openapi.json."""

from django.core.management.base import BaseCommand

from accreditation.open_data import openapi


class Command(BaseCommand):
    help = "输出开放数据的 OpenAPI 文档；改动列或参数以后写入 docs/openapi.json。"
    requires_system_checks = []

    def handle(self, *args, **options):
        self.stdout.write(openapi.text(), ending="")
