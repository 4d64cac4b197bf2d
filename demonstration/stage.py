"""What every smaller demonstration needs: places, people, communities, a round, the passing of days, the account table."""

import datetime as dt
import random

from django.db import transaction

from accounts.models import Role
from accreditation import notices, publishing_rubrics, rounds
from accreditation.models import Application, ProgrammeVersion, Round
from demonstration import plain_figures
from demonstration.driving import Driver, moment
from demonstration.names import Names
from demonstration.people import PASSWORD, People
from regions import clock, communities
from regions.models import Community, Region


class Stage:
    """One programme's place with its people. Everything it does goes through the public verbs."""

    def __init__(self, programme: str, root: Region, since: dt.date, write):
        self.programme, self.root, self.write = programme, root, write
        self.names = Names(programme)
        self.people = People(programme, since, moment(since))
        self.rng = random.Random(programme)
        self.communities: dict[int, list[Community]] = {}  # by street
        self.day = since
        self.rows: list[dict] = []

    @property
    def version(self) -> ProgrammeVersion:
        return ProgrammeVersion.objects.filter(programme__key=self.programme).latest("loaded_at")

    # Places and people

    @transaction.atomic
    def settle(self, regions: list[Region], *, urban: int, villages: int = 0):
        """Offices for the regions, and in each street so many communities and villages with a filer each."""
        keys = [region.pk for region in regions]
        regions = list(Region.objects.filter(pk__in=keys).select_related("parent__parent__parent"))
        self.people.staff(regions)
        made = []
        for street in (r for r in regions if r.level == "street"):
            names = self.names.communities(urban + villages)
            kinds = ["urban"] * urban + ["village"] * villages
            self.communities[street.pk] = [
                self._community(street, name, kind) for name, kind in zip(names, kinds, strict=True)
            ]
            made += self.communities[street.pk]
        by_pk = Community.objects.select_related("street__parent__parent__parent").in_bulk(
            [c.pk for c in made]
        )
        for street, found in self.communities.items():
            self.communities[street] = [by_pk[c.pk] for c in found]
        self.people.filers(list(by_pk.values()))
        self.write(f"{self.root.name}：{len(regions)} 个单位、{len(made)} 个社区（村）")

    def _community(self, street, name, kind):
        stem = name.removesuffix("社区")
        return communities.create_community(
            street,
            name if kind == "urban" else f"{stem}村",
            kind=kind,
            since=dt.date(2004, 3, 1),
            county_approved=True,
            civil_affairs_filed=True,
            similar_services=kind == "village",
            contact=self.names.person(),
            office_phone=self.names.phone(),
            address=f"{street.name}{stem}路{self.names.random.randrange(1, 180)}号",
        )

    def everyone(self) -> list[Community]:
        return [community for found in self.communities.values() for community in found]

    # The round

    def prepare(self, name, year, code, opens_on, settings=None) -> Round:
        return rounds.prepare(
            self.version,
            self.root_of_programme(),
            name=name,
            year=year,
            code=code,
            opens_on=opens_on,
            settings=settings or {},
            by=self.organiser(),
            at=moment(opens_on),
        )

    def root_of_programme(self) -> Region:
        place = self.version.data["source"]["place"]
        return Region.objects.get(level=place["level"], name=place["name"])

    def organiser(self):
        return self.people.at_office(self.root_of_programme(), Role.APPROVER)

    def take_sample(self, round_, at) -> Round:
        """Import the workbook made for the demonstration where the source has no sheet, and take it for the round."""
        version, by = self.version, self.organiser()
        book = publishing_rubrics.read(version, publishing_rubrics.sample(version))
        publication, _ = publishing_rubrics.publish_rubric(
            version,
            book.document,
            document_number="演示用，非官方附件",
            sample=True,
            workbook_name="演示用评分表.xlsx",
            by=by,
            at=at,
        )
        return publishing_rubrics.choose(round_, publication.rubric, by=by, at=at)

    def open(self, round_, at) -> Round:
        rounds.open_round(round_, by=self.organiser(), at=at)
        return Round.objects.select_related("version__programme", "rubric").get(pk=round_.pk)

    def driver(self, round_, tier) -> Driver:
        driver = Driver(
            round_, tier, self.people, f"{self.programme}-{tier}", narrative=plain_figures.narrative
        )
        if driver.rubric is not None:
            driver.figures = plain_figures.maker(driver.rubric, tier)
        return driver

    def waiting(self, round_, state, tier, within=None) -> list[Application]:
        """What stands at a desk, by place."""
        region = within or self.root
        return list(
            Application.objects.filter(
                round=round_, state=state, tier=tier, position__range=(region.position, region.last)
            )
            .with_round()
            .select_related("community__street__parent__parent__parent", "self_sheet")
            .order_by("pk")
        )

    def through_street(self, drive, day):
        """The street's handler proposes and its approver passes on everything there is."""
        at = moment(day, self.rng)
        for application in self.waiting(drive.round, "street_review", drive.tier):
            drive.propose(application, at, opinion="情况属实，同意推荐。")
            drive.pass_on(application, at + dt.timedelta(hours=1))

    def tick_until(self, day):
        """What `tick` does each night: end the notices that are over."""
        while self.day <= day:
            playing = clock.Playing(self.root, ())
            notices.close_due(clock.start_of(self.day) + dt.timedelta(minutes=5), playing)
            self.day += dt.timedelta(days=1)

    # Whom to sign in as

    def account(self, user, note):
        posting = user.acting
        place = posting.community.full_name if posting.community_id else posting.office.name
        self.rows.append(
            {
                "username": user.username,
                "password": PASSWORD,
                "role": posting.role,
                "region": place,
                "programme": self.programme,
                "programme_title": self.version.programme.title,
                "note": note,
            }
        )

    def account_of(self, state, note, tier=None):
        """The filer of some application in a state."""
        found = Application.objects.filter(round__version__programme__key=self.programme, state=state)
        if tier:
            found = found.filter(tier=tier)
        if application := found.select_related("community").first():
            self.account(self.people.filer(application.community), f"社区：{note}")

    def accounts_at(self, region, note):
        """Everyone who sits at an office."""
        for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER, Role.AUDITOR):
            if (region.pk, role) in self.people:
                self.account(self.people.at_office(region, role), note)


def some(region: Region, level: str, count: int, *, least: int = 1) -> list[Region]:
    """The first regions of a level directly below that have enough below them."""
    found = [
        one
        for one in Region.objects.filter(parent=region, level=level).order_by("position")
        if level == "street" or Region.objects.filter(parent=one).count() >= least
    ]
    return found[:count]
