"""The Hunan round of 2017, from the first form to the first titles, as it stands on 20 October 2017.

Fourteen cities have come to different points: two are through, others are on a notice, at a desk, or still filing.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Role
from accreditation import notices, recognitions, rounds
from accreditation.models import Application, NoticeEntry, ProgrammeVersion, Round, State
from demonstration.driving import Driver, moment
from demonstration.names import Names
from demonstration.people import PASSWORD, People
from regions import clock, communities
from regions.models import Community, Region

PROGRAMME = "hunan-star-2017"
TODAY = dt.date(2017, 10, 20)
COUNTIES_PER_CITY, STREETS_PER_COUNTY, COMMUNITIES_PER_STREET = 3, 2, 4


@dataclass(frozen=True)
class Pace:
    """How fast a city is: the days on which its counties filed, listed, and so on; None for what has not happened."""

    file: dt.date
    county_list: dt.date | None = None
    city_list: dt.date | None = None
    province: bool = False


def _day(text):
    return dt.date.fromisoformat(f"2017-{text}")


PACES = {
    "长沙市": Pace(_day("08-18"), _day("08-28"), _day("09-11"), True),
    "株洲市": Pace(_day("08-18"), _day("08-29"), _day("09-12"), True),
    "湘潭市": Pace(_day("08-22"), _day("09-04"), _day("09-20"), True),
    "岳阳市": Pace(_day("08-22"), _day("09-05"), _day("09-21"), True),
    "衡阳市": Pace(_day("08-24"), _day("09-11"), _day("09-26")),
    "常德市": Pace(_day("08-24"), _day("09-12"), _day("09-27")),
    "邵阳市": Pace(_day("08-28"), _day("09-14"), _day("10-16")),
    "益阳市": Pace(_day("08-28"), _day("09-15"), _day("10-17")),
    "郴州市": Pace(_day("08-30"), _day("09-18")),
    "永州市": Pace(_day("08-30"), _day("09-19")),
    "张家界市": Pace(_day("08-30"), _day("09-19")),
    "怀化市": Pace(_day("09-04"), _day("10-13")),
    "娄底市": Pace(_day("09-06")),
    "湘西土家族苗族自治州": Pace(_day("09-08")),
}
REMARKS = (
    ("indicator:H05", "登记失业人员台账缺 7 月、8 月记录，请补充后重新核对人数。"),
    ("indicator:H14", "就业援助走访记录只有上半年，请补充下半年记录。"),
    ("figure:graduates_followed_up", "跟踪回访人数与平台数据不一致，请核对。"),
    ("material:score_sheet", "考核表扫描件没有盖章，请重新上传。"),
    ("narrative", "请补充零就业家庭帮扶的具体做法。"),
)


def place() -> Region:
    return Region.objects.get(level="province", name="湖南省")


def fill(write) -> dict:
    """Build the whole round; `write` takes one line of progress. Returns {"accounts": […]} for the account table."""
    story = _Story(write)
    story.people_and_places()
    story.open_round()
    for name in PACES:
        with transaction.atomic():
            story.file(name)
        write(f"{name}：社区已申报")
    story.play()
    clock.move(moment(TODAY), story.province)
    return story.accounts()


class _Story:
    def __init__(self, write):
        self.write = write
        self.names = Names("hunan-2017")
        self.province = place()
        self.people = People("hunan-2017", dt.date(2017, 1, 3), moment(dt.date(2017, 1, 3)))
        self.counties: dict[str, list[Region]] = {}
        self.in_county: dict[int, list[Community]] = {}
        self.waiting: dict[dt.date, list] = {}

    # Places and people

    @transaction.atomic
    def people_and_places(self):
        cities = {city.name: city for city in self.province.children.filter(level="city")}
        regions = [self.province]
        for name in PACES:
            city = cities[name]
            counties = [
                c for c in city.children.filter(level="county").order_by("position") if c.children.count() > 3
            ]
            self.counties[name] = counties[:COUNTIES_PER_CITY]
            regions.append(city)
            for county in self.counties[name]:
                streets = list(
                    county.children.filter(level="street").order_by("position")[:STREETS_PER_COUNTY]
                )
                regions += [county, *streets]
                self.in_county[county.pk] = self._communities(county, streets)
        regions = list(
            Region.objects.filter(pk__in=[r.pk for r in regions]).select_related("parent__parent__parent")
        )
        self.people.staff(regions)
        everyone = [c for found in self.in_county.values() for c in found]
        self.people.filers(everyone)
        self._old_titles(everyone)
        self.write(f"{len(regions)} 个单位、{len(everyone)} 个社区")

    def _communities(self, county, streets):
        names = self.names.communities(len(streets) * COMMUNITIES_PER_STREET)
        found = []
        for number, name in enumerate(names):
            street = streets[number // COMMUNITIES_PER_STREET]
            found.append(
                communities.create_community(
                    street,
                    name,
                    since=dt.date(2004, 3, 1),
                    contact=self.names.person(),
                    office_phone=self.names.phone(),
                    address=f"{street.name}{name[:-2]}路{self.names.random.randrange(1, 180)}号",
                )
            )
        by_pk = Community.objects.select_related("street__parent__parent__parent").in_bulk(
            [c.pk for c in found]
        )
        return [by_pk[c.pk] for c in found]

    def _old_titles(self, everyone):
        """City-level titles of 2015, taken over from paper; one community in nine has none."""
        held = [c for n, c in enumerate(everyone) if n % 9 != 4]
        for city_name in PACES:
            rows = [c for c in held if c.street.parent.parent.name == city_name]
            recognitions.take_over(
                rows,
                tier="city",
                tier_name="市（州）级充分就业社区",
                issuer="city",
                rank=1,
                money="city",
                issuer_name=f"{city_name}人力资源和社会保障局",
                document_number="",
                granted_on=dt.date(2015, 12, 18),
                code="HNC2015",
                by=None,
                at=moment(dt.date(2017, 1, 4)),
            )

    # The round

    @transaction.atomic
    def open_round(self):
        by = self.people.at_office(self.province, Role.APPROVER)
        version = ProgrammeVersion.objects.filter(programme__key=PROGRAMME).latest("loaded_at")
        at = moment(dt.date(2017, 8, 15))
        round_ = rounds.prepare(
            version,
            self.province,
            name="2017年省级充分就业星级社区认定",
            year=2017,
            code="HNX2017",
            opens_on=dt.date(2017, 8, 15),
            by=by,
            at=at,
        )
        rounds.open_round(round_, by=by, at=at)
        self.round = Round.objects.select_related("version__programme", "rubric").get(pk=round_.pk)
        self.drive = Driver(self.round, "star", self.people, "hunan-2017")
        self.rng = self.drive.rng

    def file(self, city_name):
        """The communities of a city file over some days; some are still writing, two never come to it."""
        pace = PACES[city_name]
        for county in self.counties[city_name]:
            for number, community in enumerate(self.in_county[county.pk]):
                at = moment(pace.file + dt.timedelta(days=self.rng.randrange(0, 5)), self.rng)
                if pace.county_list is None and number == 5:
                    continue  # has not begun
                application = self.drive.start(community, at)
                if pace.county_list is None and number in (2, 6):
                    self.drive.fill(application, 0.5, at, upto=self.rng.choice((0.35, 0.7)))
                    continue
                application = self.drive.fill(application, self.rng.uniform(0.55, 1.0), at)
                self.drive.submit(application, at + dt.timedelta(hours=1))

    # The desks, city by city, then the calendar

    def play(self):
        for name, pace in PACES.items():
            with transaction.atomic():
                self._street(name, pace)
        self.write("街道审核")
        for name, pace in PACES.items():
            with transaction.atomic():
                self._county(name, pace)
        self.write("县级评审与公示")
        self._tick_until(dt.date(2017, 9, 9))
        for name in ("长沙市", "株洲市"):
            self._city(name)
        self._tick_until(dt.date(2017, 9, 18))
        for name in ("湘潭市", "岳阳市"):
            self._city(name)
        self._tick_until(dt.date(2017, 9, 23))
        self._province(("长沙市", "株洲市"), dt.date(2017, 9, 25), "湘人社公示〔2017〕18号")
        for name in ("衡阳市", "常德市"):
            self._city(name)
        self._tick_until(dt.date(2017, 10, 10))
        self._recognise(dt.date(2017, 10, 11))
        self._province(("湘潭市", "岳阳市"), dt.date(2017, 10, 16), "湘人社公示〔2017〕21号")
        for name in ("邵阳市", "益阳市"):
            self._city(name)
        self._waiting_desks()
        self._tick_until(TODAY)
        self.write("市级、省级评审与公示")

    def _at(self, city_name, state):
        city = self.counties[city_name][0].parent
        return list(
            Application.objects.filter(
                round=self.round, state=state, position__range=(city.position, city.last)
            )
            .with_round()
            .select_related("community__street__parent__parent__parent", "self_sheet")
            .order_by("pk")
        )

    def _street(self, name, pace):
        late = pace.county_list is None
        for number, application in enumerate(self._at(name, State.STREET_REVIEW)):
            at = moment(pace.file + dt.timedelta(days=6), self.rng)
            if late and number % 3 == 0:
                continue  # the handler has not come to it
            if number % 23 == 7:
                self.drive.propose(application, at, "send_back", "部分材料需要补正。")
                self.drive.send_back(
                    application, at, [REMARKS[number % len(REMARKS)], REMARKS[(number + 2) % 5]]
                )
                if late or number % 2:
                    continue
                self.drive.resubmit(application, at + dt.timedelta(days=1))
            self.drive.propose(
                application, at + dt.timedelta(days=1, hours=1), opinion="情况属实，同意申报。"
            )
            if late and number % 3 == 1:
                continue  # waits for the approver
            self.drive.pass_on(application, at + dt.timedelta(days=1, hours=2))

    def _county(self, name, pace):
        if pace.county_list is None:
            for number, application in enumerate(self._at(name, State.COUNTY_REVIEW)):
                at = moment(dt.date(2017, 9, 20), self.rng)
                if number % 3 == 0:
                    self._assess(application, at, upto=0.5 if number % 2 else 1.0)
            return
        for number, application in enumerate(self._at(name, State.COUNTY_REVIEW)):
            at = moment(pace.county_list - dt.timedelta(days=3), self.rng)
            if number % 19 == 11:
                self.drive.propose(application, at, "send_back", "基础数据与平台数据不一致，请补正。")
                self.drive.send_back(application, at, [REMARKS[2], REMARKS[0]])
                continue
            self._assess(application, at)
            if number % 17 == 9:
                self.drive.propose(application, at, "decline", "台账与实际不符，建议不予推荐。")
                self.drive.decline(
                    application, at + dt.timedelta(hours=1), "现场抽查台账与上报数据不符，本次不予推荐。"
                )
                continue
            if self._recommend(application, at):
                self.drive.shortlist(application, at + dt.timedelta(hours=2))
        for county in self.counties[name]:
            self.drive.publish(
                "county_review", county, moment(pace.county_list), f"{county.name[0]}人社公示〔2017〕3号"
            )

    def _assess(self, application, at, *, upto=1.0):
        self.drive.assess(self.drive.fresh(application), at, strict=0.035, upto=upto)

    def _recommend(self, application, at) -> bool:
        """Propose to recommend where the desk's own score allows it, else not to."""
        application = self.drive.fresh(application)
        level = application.step.level
        mark = application.round.pass_mark
        if mark.met(application.total(level)):
            self.drive.propose(application, at + dt.timedelta(hours=1))
            return True
        self.drive.propose(
            application, at + dt.timedelta(hours=1), "decline", "本级评分不足 90 分，建议不予推荐。"
        )
        return False

    @transaction.atomic
    def _city(self, name):
        pace = PACES[name]
        city = self.counties[name][0].parent
        places = self.round.quotas.get(region=city).size
        for number, application in enumerate(self._at(name, State.CITY_REVIEW)):
            at = moment(pace.city_list - dt.timedelta(days=3), self.rng)
            self._assess(application, at)
            self.drive.visit(self.drive.fresh(application), at, passed=number % 13 != 6)
            if number % 13 == 6:
                self.drive.propose(application, at, "decline", "实地考察未通过，建议不予推荐。")
                continue
            self._recommend(application, at)
        proposed = [a for a in self._at(name, State.CITY_REVIEW) if self._proposed(a)]
        proposed.sort(key=lambda a: (-a.total_city, a.position))
        for application in proposed[:places]:
            self.drive.shortlist(application, moment(pace.city_list - dt.timedelta(days=1), self.rng))
        notice = self.drive.publish(
            "city_review", city, moment(pace.city_list), f"{name[0]}人社公示〔2017〕{12 + len(name)}号"
        )
        if name in ("常德市", "邵阳市"):
            self._object(notice)

    def _proposed(self, application):
        found = application.assessments.filter(state=application.state).first()
        return found is not None and found.verdict == "recommend"

    def _object(self, notice, *, day=None, settle=None):
        """A resident objects; a second one without a name."""
        entries = list(notice.entries.filter(status=NoticeEntry.Status.RUNNING))
        at = moment(day or notice.first_day, self.rng)
        objection = notices.object_to(
            entries[1],
            at=at,
            named=True,
            name=self.names.person(),
            contact="139****0000",
            text="该社区公布的零就业家庭已经清零，但本楼还有一户三口人都没有工作，希望核实。",
        )
        notices.object_to(
            entries[2],
            at=at + dt.timedelta(minutes=40),
            named=False,
            name="",
            contact="",
            text="社区服务中心经常不开门，请查一查。",
        )
        if settle:
            region = notice.office.region
            notices.settle(
                objection,
                by=self.people.at_office(region, Role.APPROVER),
                at=at + dt.timedelta(days=2),
                outcome=settle,
                reply="经实地核实，反映的家庭已于公示前实现一人就业，异议不成立。"
                if settle == "dismissed"
                else "经核实，反映情况属实。",
            )

    @transaction.atomic
    def _province(self, city_names, day, number):
        at = moment(day - dt.timedelta(days=2), self.rng)
        for name in city_names:
            for application in self._at(name, State.PROVINCE_REVIEW):
                self._assess(application, at)
                if self._recommend(application, at):
                    self.drive.shortlist(application, at + dt.timedelta(hours=2))
        notice = self.drive.publish("province_review", self.province, moment(day), number)
        first = day == dt.date(2017, 9, 25)
        self._object(notice, day=notice.first_day, settle=None if first else "dismissed")

    @transaction.atomic
    def _recognise(self, day):
        self.drive.recognise(self.province, moment(day), "湘人社函〔2017〕301号")

    @transaction.atomic
    def _waiting_desks(self):
        """What lies on the desks today: some scored, some waiting for the approver, most untouched."""
        at = moment(dt.date(2017, 10, 18), self.rng)
        for name in ("郴州市", "永州市", "张家界市"):
            for number, application in enumerate(self._at(name, State.CITY_REVIEW)):
                if number % 4 == 3:
                    continue
                self._assess(application, at, upto=0.6 if number % 4 == 2 else 1.0)
                if number % 4 in (0, 1) or name == "张家界市":
                    self._assess(application, at)
                    self.drive.visit(self.drive.fresh(application), at)
                    self._recommend(application, at)
        ready = [a for a in self._at("张家界市", State.CITY_REVIEW) if self._proposed(a)]
        ready.sort(key=lambda a: (-a.total_city, a.position))
        for application in (ready[0], ready[2]):  # the second is left for the approver to think about
            self.drive.shortlist(application, moment(dt.date(2017, 10, 19)))
        for name in ("衡阳市", "常德市"):
            for number, application in enumerate(self._at(name, State.PROVINCE_REVIEW)):
                if number % 3 != 2:
                    self._assess(application, at, upto=1.0 if number % 3 == 0 else 0.4)
                if number % 3 == 0 and self._recommend(application, at) and number % 2 == 0:
                    self.drive.shortlist(application, moment(dt.date(2017, 10, 19)))
        returned = Application.objects.filter(round=self.round, state=State.COUNTY_REVIEW).first()
        if returned:
            self.drive.withdraw(
                self.drive.fresh(returned),
                moment(dt.date(2017, 10, 19)),
                "社区正在调整，明年再申报。",
            )

    def _tick_until(self, day):
        """What `tick` does each night: end the notices that are over."""
        if not hasattr(self, "day"):
            self.day = dt.date(2017, 8, 20)
        while self.day <= day:
            notices.close_due(clock.start_of(self.day) + dt.timedelta(minutes=5))
            self.day += dt.timedelta(days=1)

    # Whom to sign in as

    def accounts(self) -> dict:
        zjj, loudi = self.counties["张家界市"], self.counties["娄底市"]
        chenzhou, xiangxi = self.counties["郴州市"], self.counties["湘西土家族苗族自治州"]
        rows = []

        def add(user, note):
            posting = user.acting
            place = posting.community.full_name if posting.community_id else posting.office.name
            rows.append(
                {
                    "username": user.username,
                    "password": PASSWORD,
                    "role": posting.role,
                    "region": place,
                    "programme": PROGRAMME,
                    "programme_title": self.round.version.programme.title,
                    "note": note,
                }
            )

        for note, state, city in (
            ("正在填报", State.DRAFT, "湘西土家族苗族自治州"),
            ("退回补正", State.RETURNED, None),
            ("街道审核中", State.STREET_REVIEW, None),
            ("市级公示中", State.CITY_NOTICE, None),
            ("已认定", State.RECOGNISED, None),
        ):
            found = Application.objects.filter(round=self.round, state=state).select_related("community")
            if city:
                region = self.counties[city][0].parent
                found = found.filter(position__range=(region.position, region.last))
            if application := found.first():
                add(self.people.filer(application.community), f"社区：{note}")
        begun = set(Application.objects.values_list("community_id", flat=True))
        for county in (*xiangxi, *loudi):
            idle = [c for c in self.in_county[county.pk] if c.pk not in begun]
            if idle:
                add(self.people.filer(idle[0]), "社区：还没有开始申报")
                break
        for region, what in (
            (xiangxi[0].children.order_by("position").first(), "街道：有待审核"),
            (loudi[0], "县级：待评分，已过期限"),
            (self.counties["怀化市"][0], "县级：公示中"),
            (zjj[0].parent, "市级：名额 3 个，候选较多"),
            (chenzhou[0].parent, "市级：待评分"),
            (self.counties["常德市"][0].parent, "市级：有异议待办"),
            (self.province, "省级：待评审，公示中"),
        ):
            for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER):
                if (region.pk, role) in self.people:
                    add(self.people.at_office(region, role), what)
        add(self.people.at_office(self.province, Role.AUDITOR), "全省审计")
        add(self.people.at_office(zjj[0].parent, Role.AUDITOR), "市级审计")
        add(self.people.finance(self.province), "省级财政：只读")
        add(self.people.finance(zjj[0].parent), "市级财政：只读")
        streets = [s for s in xiangxi[0].children.order_by("position") if (s.pk, Role.HANDLER) in self.people]
        add(self.people.shared_handler(streets[:2]), "兼任两个街道的经办，登录时选择岗位")
        for role in (Role.SYSADMIN, Role.SECADMIN, Role.AUDADMIN):
            add(self.people.at_office(self.province, role), "管理岗位，不办业务")
        return {"accounts": rows}
