"""Accounts of the demonstration: a full set of officers at every level, one filer a community, one password for all."""

import datetime as dt

from django.contrib.auth.hashers import make_password

from accounts.models import Department, Office, Posting, Role, User
from demonstration.names import Names
from regions.models import Community, Region

PASSWORD = "yanshi-Portal-2017"
SUFFIX = {
    Role.HANDLER: "jb",
    Role.APPROVER: "sh",
    Role.PUBLISHER: "fb",
    Role.AUDITOR: "sj",
    Role.FINANCE: "cz",
    Role.SYSADMIN: "xt",
    Role.SECADMIN: "aq",
    Role.AUDADMIN: "jc",
}
AT_LEVEL = {
    "province": [
        Role.HANDLER,
        Role.APPROVER,
        Role.PUBLISHER,
        Role.AUDITOR,
        Role.SYSADMIN,
        Role.SECADMIN,
        Role.AUDADMIN,
    ],
    "city": [Role.HANDLER, Role.APPROVER, Role.PUBLISHER, Role.AUDITOR],
    "county": [Role.HANDLER, Role.APPROVER, Role.PUBLISHER],
    "street": [Role.HANDLER, Role.APPROVER],
}
OFFICE_NAME = {
    "province": "{}人力资源和社会保障厅",
    "city": "{}人力资源和社会保障局",
    "county": "{}人力资源和社会保障局",
    "street": "{}公共就业服务平台",
}


class People:
    """Creates accounts in bulk and remembers who sits where: `at_office(region, role)` gives the user, acting there."""

    def __init__(self, seed: str, since: dt.date, at: dt.datetime):
        self.names = Names(seed)
        self.since, self.at = since, at
        self.hash = make_password(PASSWORD, salt=f"demonstration-{seed}")
        self._at: dict[tuple[int, str], User] = {}
        self._of: dict[int, User] = {}

    def staff(self, regions: list[Region]) -> None:
        """An HR office for each region with everyone its level needs."""
        offices = Office.objects.bulk_create(
            Office(
                region=region,
                department=Department.HR if region.level != "street" else Department.PLATFORM,
                name=OFFICE_NAME[region.level].format(region.name),
                phone=self.names.phone(),
                address=f"{region.full_name}政务服务中心",
            )
            for region in regions
        )
        wanted = [(office, role) for office in offices for role in AT_LEVEL[office.region.level]]
        users = self._users([f"{SUFFIX[role]}{_code(office.region)}" for office, role in wanted])
        postings = Posting.objects.bulk_create(
            Posting(user=user, role=role, office=office, starts=self.since)
            for user, (office, role) in zip(users, wanted, strict=True)
        )
        for user, posting in zip(users, postings, strict=True):
            user.acting = posting
            self._at[posting.office.region_id, posting.role] = user

    def filers(self, communities: list[Community]) -> None:
        """One filer for each community."""
        users = self._users([f"sq{community.pk:05d}" for community in communities])
        postings = Posting.objects.bulk_create(
            Posting(user=user, role=Role.FILER, community=community, starts=self.since)
            for user, community in zip(users, communities, strict=True)
        )
        for user, posting in zip(users, postings, strict=True):
            user.acting = posting
            self._of[posting.community_id] = user

    def finance(self, region: Region) -> User:
        """A finance office with its one officer."""
        name = f"{region.name}财政{'厅' if region.level == 'province' else '局'}"
        office = Office.objects.create(region=region, department=Department.FINANCE, name=name)
        user = self._users([f"{SUFFIX[Role.FINANCE]}{_code(region)}"])[0]
        user.acting = Posting.objects.create(user=user, role=Role.FINANCE, office=office, starts=self.since)
        return user

    def shared_handler(self, regions: list[Region]) -> User:
        """One handler for several offices, who chooses at sign-in which posting acts."""
        user = self._users([f"jr{_code(regions[0])}"])[0]
        for region in regions:
            office = self.at_office(region, Role.HANDLER).acting.office
            user.acting = Posting.objects.create(
                user=user, role=Role.HANDLER, office=office, starts=self.since
            )
        return user

    def _users(self, usernames):
        return User.objects.bulk_create(
            User(
                username=username,
                name=self.names.person(),
                password=self.hash,
                must_change_password=False,
                password_changed_at=self.at,
                created_at=self.at,
            )
            for username in usernames
        )

    def extra(self, username: str) -> User:
        """One more account, whose posting the caller gives."""
        return self._users([username])[0]

    def __contains__(self, seat: tuple[int, str]) -> bool:
        return seat in self._at

    def at_office(self, region: Region, role: str) -> User:
        return self._at[region.pk, role]

    def filer(self, community: Community) -> User:
        return self._of[community.pk]


def _code(region: Region) -> str:
    return region.code or str(region.position)
