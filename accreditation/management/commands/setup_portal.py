"""manage.py setup_portal: the database with everything the portal needs of public facts. Again changes nothing."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "建立数据库，载入行政区划、工作日和各方案。可以重复运行。"

    def handle(self, *args, **options):
        call_command("migrate", verbosity=0, stdout=self.stdout)
        call_command("load_regions", stdout=self.stdout, stderr=self.stderr)
        call_command("load_workdays", stdout=self.stdout, stderr=self.stderr)
        documents = sorted(settings.PROGRAMME_DOCUMENTS.glob("*.json"))
        call_command("load_programme", *map(str, documents), stdout=self.stdout, stderr=self.stderr)
