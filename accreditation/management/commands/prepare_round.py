"""manage.py prepare_round: a round of a loaded programme, in preparation; its organiser opens it on its page."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.permissions import postings_of
from accreditation import rounds
from accreditation.models import ProgrammeVersion
from regions import clock


class Command(BaseCommand):
    help = "按已载入的方案建立一个批次（准备中），由主办单位的审核岗位在页面上开启。"

    def add_arguments(self, parser):
        parser.add_argument("programme", help="方案代号，例如 hunan-star-2017")
        parser.add_argument("--name", required=True, help="批次名称")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--code", required=True, help="编号前缀，不超过 12 个字")
        parser.add_argument(
            "--opens-on", required=True, type=dt.date.fromisoformat, help="开始申报，例如 2017-08-15"
        )
        parser.add_argument("--by", required=True, help="主办单位审核岗位的用户名")

    def handle(self, *, programme, name, year, code, opens_on, by, **options):
        version = (
            ProgrammeVersion.objects.filter(programme__key=programme).order_by("-loaded_at", "-pk").first()
        )
        if version is None:
            raise CommandError(f"没有载入方案“{programme}”，请先运行 load_programme。")
        region = rounds.organiser(version)
        user = User.objects.filter(username=by).first()
        if region is None or user is None:
            place = version.data["source"]["place"]["name"]
            raise CommandError(f"没有地区“{place}”或用户“{by}”。")
        user.acting = next((p for p in postings_of(user, clock.today()) if p.region == region), None)
        try:
            made = rounds.prepare(
                version, region, name=name, year=year, code=code, opens_on=opens_on, by=user, at=clock.now()
            )
        except PermissionDenied as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        self.stdout.write(f"已建立批次“{made.name}”，请在“批次”页面开启。")
