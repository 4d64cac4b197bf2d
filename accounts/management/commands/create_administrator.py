"""Open the first accounts of a region: its system, security or audit administrator. Prints a one-time password.

Everybody else is opened from the pages, by the administrator of the level above; somebody must be the first.
"""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.account_events import note
from accounts.forms import clean_username
from accounts.models import ADMINISTRATORS, Department, Posting, Role
from accounts.people import office_of, one_time_hash, one_time_password, open_account
from accounts.text import clean_line
from regions import clock
from regions.models import Region


class Command(BaseCommand):
    help = "开设一个地区的系统管理员、安全管理员或审计管理员账号，输出一次性密码。"

    def add_arguments(self, parser):
        parser.add_argument("username", help="用户名")
        parser.add_argument("name", help="姓名")
        parser.add_argument("role", choices=sorted(ADMINISTRATORS), help="岗位")
        parser.add_argument("region", help="行政区划代码（六位）或名称，例如 430000")

    def handle(self, *, username, name, role, region, **options):
        place = self._region(region)
        password = one_time_password()
        at = clock.now()
        try:
            with transaction.atomic():
                account = open_account(
                    by=None,
                    at=at,
                    username=clean_username(username),
                    name=clean_line(name),
                    password_hash=one_time_hash(password),
                )
                posting = Posting.objects.create(
                    user=account, role=role, office=office_of(place, Department.HR), starts=clock.day_of(at)
                )
                note(
                    "create_account",
                    account=account,
                    by=None,
                    at=at,
                    after={"任职": str(posting)},
                    data={"方式": "命令行"},
                )
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        self.stdout.write(f"{place.full_name} {Role(role).label} {account.username} 一次性密码：{password}")

    def _region(self, text):
        """The one region of a code or a name; the code is looked at first."""
        found = Region.objects.standing()
        rows = list(found.filter(code=text)[:2]) or list(found.filter(name=text)[:2])
        if len(rows) != 1:
            raise CommandError(
                f"没有找到“{text}”。" if not rows else f"叫“{text}”的地区不止一个，请写行政区划代码。"
            )
        return rows[0]
