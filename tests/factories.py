"""A small house for tests: two cities, counties, streets, communities, officers at every desk, one open round.

Built through the portal's own functions; `House.at(state)` walks an application there by the public verbs. The
neighbours (another city, another county, another street) are always present, so that "cannot see" means something.
"""

import datetime as dt
import json
from pathlib import Path

from accounts.models import Role
from accreditation import notices, programmes, recognitions, rounds
from accreditation.models import Application, Round, State
from demonstration.driving import Driver, moment
from demonstration.people import People
from regions import calendar_files, calendar_import, communities
from regions.clock import end_of
from regions.divisions import add_region, nation
from regions.models import Region

ROOT = Path(__file__).resolve().parent.parent
OPENED = dt.date(2017, 8, 15)
CODE_DATE = dt.date(2017, 1, 1)
ROUTE = (
    "street_review",
    "county_review",
    "county_notice",
    "city_review",
    "city_notice",
    "province_review",
    "province_notice",
)


def document(key="hunan-star-2017", **changes) -> dict:
    """A shipped programme document, with top-level keys replaced."""
    text = (ROOT / "fixtures" / "programmes" / f"{key}.json").read_text(encoding="utf-8")
    return {**json.loads(text), **changes}


def placed(key, region, **changes) -> dict:
    """A shipped programme document whose issuing office stands in a region of the house; its own table of places left out."""
    place = {"place": {"level": region.level, "name": region.name}}
    return document(key, **{"quotas": [], "source": {**document(key)["source"], **place}, **changes})


class House:
    """Province 甲省 with cities 东市 (counties 一县, 二县) and 西市 (三县), each county two streets of two communities."""

    def __init__(self, *, quota=3, programme=None):
        self.province = add_region(nation(CODE_DATE), "甲省", "province", "990000", code_date=CODE_DATE)
        self.regions = {"甲省": self.province}
        for city, counties in (("东市", ("一县", "二县")), ("西市", ("三县",))):
            self._add(city, "city", self.province)
            for county in counties:
                self._add(county, "county", self.regions[city])
                for street in ("南街道", "北街道"):
                    self._add(county[0] + street, "street", self.regions[county])
        self.people = People("tests", dt.date(2017, 1, 1), moment(dt.date(2017, 1, 1)))
        everywhere = Region.objects.filter(pk__in=[r.pk for r in self.regions.values()])
        self.people.staff(list(everywhere.select_related("parent__parent__parent")))
        self.communities = {}
        for name, region in self.regions.items():
            if region.level == "street":
                for first in ("桂花", "银杏"):
                    self.found(f"{name[0]}{name[1]}{first}社区", region)
        self.people.filers(list(self.communities.values()))
        load_calendar(2017)
        quotas = [
            {"tier": "star", "level": "city", "region": city, "size": quota} for city in ("东市", "西市")
        ]
        place = {"place": {"level": "province", "name": "甲省"}}
        data = programme or document(quotas=quotas, source={**document()["source"], **place})
        self.version, _ = programmes.load(data, "test.json", at=moment(OPENED))
        by = self.officer("甲省", Role.APPROVER)
        made = rounds.prepare(
            self.version,
            self.province,
            name="2017年认定",
            year=2017,
            code="T2017",
            opens_on=OPENED,
            by=by,
            at=moment(OPENED),
        )
        rounds.open_round(made, by=by, at=moment(OPENED))
        self.round = Round.objects.select_related("version__programme", "rubric").get(pk=made.pk)
        self.drive = Driver(self.round, self.version.data["tiers"][0]["key"], self.people, "tests")
        self.title(self.communities.values())

    def _add(self, name, level, parent):
        self.regions[name] = add_region(parent, name, level, "", code_date=CODE_DATE)

    def found(self, name, street):
        """A community in the registry (its filer comes by `people.filers`)."""
        self.communities[name] = communities.create_community(
            street, name, contact="测试联系人", office_phone="0000-0000001", address="某路1号"
        )
        return self.communities[name]

    def title(self, rows):
        """City-level titles, as Hunan asks for."""
        recognitions.take_over(
            list(rows),
            tier="city",
            tier_name="市级充分就业社区",
            issuer="city",
            rank=1,
            money="city",
            issuer_name="测试",
            document_number="",
            granted_on=dt.date(2015, 12, 1),
            code="TC",
            by=None,
            at=moment(dt.date(2017, 1, 2)),
        )

    def prepared(self, key, region_name, *, year=2017, code=None, name="", day=OPENED, **changes) -> Round:
        """A round in preparation of a shipped programme, issued by the office of a region of the house."""
        region = self.regions[region_name]
        version, _ = programmes.load(placed(key, region, **changes), f"{key}.json", at=moment(day))
        return rounds.prepare(
            version,
            region,
            name=name or f"{key} {year}",
            year=year,
            code=code or f"{key.split('-')[0].upper()[:6]}{year}",
            opens_on=day,
            by=self.officer(region_name, Role.APPROVER),
            at=moment(day),
        )

    # People

    def officer(self, region_name, role):
        return self.people.at_office(self.regions[region_name], role)

    def filer(self, community):
        return self.people.filer(community)

    def community(self, number=0):
        """The n-th community; 0–1 stand in 一南街道, 2–3 in 一北街道, 4–7 in 二县, 8–11 in 三县 of the other city."""
        return list(self.communities.values())[number]

    # Applications, by the public verbs

    def draft(self, number=0, day=dt.date(2017, 8, 21)):
        return self.drive.start(self.community(number), moment(day))

    def filed(self, number=0, day=dt.date(2017, 8, 21), quality=0.9):
        application = self.drive.fill(self.draft(number, day), quality, moment(day))
        return self.drive.submit(application, moment(day) + dt.timedelta(hours=1))

    def at(self, state, number=0) -> Application:
        """An application standing at a state of the Hunan route, or returned, declined, withdrawn, recognised."""
        if state == State.DRAFT:
            return self.draft(number)
        application = self.filed(number)
        if state in ("returned", "declined", "withdrawn"):
            return getattr(self, f"_{state}")(application)
        target = ROUTE.index(state) if state in ROUTE else len(ROUTE)
        day = dt.date(2017, 8, 28)
        while ROUTE.index(application.state) < target:
            application, day = self._step(application, day)
            if application.cleared_at:
                break
        if state == State.RECOGNISED:
            self.drive.recognise(self.province, moment(day), "测试〔2017〕1号")
            application = self.fresh(application)
        return application

    def _step(self, application, day):
        """One stop further; returns the application and the next free working day."""
        if application.state.endswith("_notice"):
            notice = application.entries.get(status="running").notice
            notices.close(notice, at=end_of(notice.last_day))
            return self.fresh(application), notice.last_day + dt.timedelta(days=3)
        at = moment(day)
        self.prepare(application, at)
        if application.state == "street_review":
            return self.fresh(self.drive.pass_on(application, at)), day + dt.timedelta(days=1)
        self.drive.shortlist(application, at)
        region = self.office_region(application)
        self.drive.publish(application.state, region, at, "测试公示〔2017〕1号")
        return self.fresh(application), day + dt.timedelta(days=1)

    def prepare(self, application, at=None):
        """Everything a desk needs before it lets go: sheet, visit, the handler's proposal."""
        at = at or moment(dt.date(2017, 8, 28))
        step = application.step
        if step.scores:
            self.drive.assess(self.fresh(application), at)
        if step.needs.get("site_visit"):
            self.drive.visit(self.fresh(application), at)
        self.drive.propose(application, at)
        return self.fresh(application)

    def _returned(self, application):
        at = moment(dt.date(2017, 8, 28))
        self.drive.propose(application, at, "send_back", "请补正。")
        self.drive.send_back(
            application, at, [("figure:graduates_followed_up", "请核对。"), ("narrative", "请补充。")]
        )
        return self.fresh(application)

    def _declined(self, application):
        at = moment(dt.date(2017, 8, 28))
        self.drive.propose(application, at, "decline", "不符合条件。")
        return self.fresh(self.drive.decline(application, at, "不符合条件。"))

    def _withdrawn(self, application):
        self.drive.withdraw(application, moment(dt.date(2017, 8, 28)), "不再申报。")
        return self.fresh(application)

    def fresh(self, application):
        joined = Application.objects.with_round()
        return joined.select_related("community__street__parent__parent__parent", "self_sheet").get(
            pk=application.pk
        )

    def office_region(self, application):
        region = application.community.street
        while region.level != application.state.rsplit("_", 1)[0]:
            region = region.parent
        return region


def load_calendar(year):
    """The shipped national calendar of a year."""
    calendar_import.apply(calendar_files.read_file(ROOT / "fixtures" / "workdays" / f"{year}.json"))


def acting(user):
    """The user as a request has it: with the posting it acts under."""
    if user.acting is None:
        user.acting = user.postings.select_related("office__region", "community").get()
    return user
