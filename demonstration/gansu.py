"""甘肃省 in June 2024: the sample score sheet imported, places given out to the cities, 兰州新区 among them, one city on notice."""

import datetime as dt

from django.db import transaction

from accreditation import recognitions, rounds
from accreditation.models import Round
from demonstration import after_titles, gansu_draws, gansu_money
from demonstration.driving import moment
from demonstration.stage import Stage, some
from regions import clock
from regions.models import Region

PROGRAMME = "gansu-2023"
TODAY = dt.date(2024, 6, 12)
CITIES = {"兰州市": 3, "兰州新区": 2, "天水市": 2, "酒泉市": 2}


def fill(write) -> dict:
    """Build the round; returns {"accounts": […]} for the account table."""
    province = Region.objects.get(level="province", name="甘肃省")
    cities = {c.name: c for c in Region.objects.filter(parent=province, level="city", name__in=CITIES)}
    counties = {name: some(city, "county", 2) for name, city in cities.items()}
    streets = [s for found in counties.values() for county in found for s in some(county, "street", 2)]
    stage = Stage(PROGRAMME, province, dt.date(2023, 1, 3), write)
    everywhere = [province, *cities.values(), *(c for found in counties.values() for c in found), *streets]
    stage.settle(everywhere, urban=3)
    _old_titles(stage, cities)
    purse = gansu_money.fill(stage, province, cities, counties)
    gansu_money.go_on(purse, province, cities, counties)
    round_ = _round(stage, cities)
    drive = stage.driver(round_, "provincial")
    merging = stage.everyone()[-3]
    for number, community in enumerate(stage.everyone()):
        if number % 6 == 5 or community == merging:
            continue  # holds no city-level title, or is about to be merged
        at = moment(dt.date(2024, 4, 8 + number % 5), stage.rng)
        application = drive.start(community, at)
        if number % 11 == 9:
            drive.fill(application, 0.7, at, upto=0.6)
            continue
        application = drive.fill(application, stage.rng.uniform(0.7, 1), at)
        drive.submit(application, at + dt.timedelta(hours=1))
    for name in CITIES:
        for county in counties[name]:
            _county(stage, drive, county, half=name == "酒泉市")
    for name in ("兰州市", "兰州新区", "天水市"):
        _city(stage, drive, cities[name], notice=name != "天水市")
    stage.tick_until(dt.date(2024, 5, 25))
    _province(stage, drive)
    _changes(stage, cities["酒泉市"], counties["酒泉市"])
    stage.tick_until(TODAY)
    gansu_draws.fill(stage, province, cities["兰州市"])
    clock.move(moment(TODAY), province)
    stage.account_of("draft", "正在填报")
    stage.account_of("county_review", "县级初审中")
    stage.account_of("city_review", "市级评定中")
    stage.account_of("province_notice", "省级公示中")
    stage.accounts_at(counties["酒泉市"][0], "县级：初审打分和实地考察")
    stage.accounts_at(cities["天水市"], "市级：名额 2 个")
    stage.accounts_at(cities["兰州新区"], "兰州新区：按市级办理")
    stage.accounts_at(province, "省级：公示中，待认定")
    first = next(iter(cities))
    for region, note in (
        (province, "省级财政：计提、拨付、核对台账"),
        (cities[first], "市级财政：复核资金报告，决定收回"),
        (counties[first][0], "县级财政：审核资金报告，登记收回"),
        (counties["酒泉市"][0], "县级财政：有待审核的资金报告"),
    ):
        stage.account(purse.finance[region.pk], note)
    return {"accounts": stage.rows}


@transaction.atomic
def _old_titles(stage, cities):
    """City-level titles of 2022, filed with the province; one community in six has none."""
    for city in cities.values():
        held = [
            community
            for number, community in enumerate(stage.everyone())
            if number % 6 != 5 and city.contains(community.position)
        ]
        recognitions.take_over(
            held,
            tier="city",
            tier_name="市级充分就业社区",
            issuer="city",
            rank=1,
            money="city",
            issuer_name=f"{city.name}人力资源和社会保障局",
            document_number="",
            granted_on=dt.date(2022, 12, 16),
            code="GSC2022",
            by=None,
            at=moment(dt.date(2023, 1, 4)),
        )


@transaction.atomic
def _round(stage, cities) -> Round:
    by, at = stage.organiser(), moment(dt.date(2024, 3, 18))
    round_ = stage.prepare("2024年省级充分就业社区创建", 2024, "GSP2024", dt.date(2024, 4, 1))
    round_ = stage.take_sample(round_, at)
    for name, size in CITIES.items():
        rounds.set_quota(round_, "provincial", cities[name], size, by=by, at=at)
    return stage.open(round_, moment(dt.date(2024, 4, 1)))


@transaction.atomic
def _changes(stage, city, counties):
    """第十一条: a new name kept with consent, a merger reported late whose title ends, and a report still to look into."""
    rows = stage.everyone()
    first, second = counties
    named = next(one for one in rows if first.contains(one.position))
    told = after_titles.report(
        stage, named, "renamed", dt.date(2024, 4, 10), dt.date(2024, 4, 24), name=f"新{named.name}"
    )
    after_titles.decide(
        stage, told, first, city, dt.date(2024, 4, 28), dt.date(2024, 5, 7), "酒人社函〔2024〕15号", keep=True
    )
    told = after_titles.report(
        stage, rows[-3], "merged", dt.date(2024, 5, 6), dt.date(2024, 6, 7), into=rows[-2].pk
    )
    after_titles.decide(
        stage,
        told,
        second,
        city,
        dt.date(2024, 6, 11),
        dt.date(2024, 6, 12),
        "酒人社函〔2024〕27号",
        keep=False,
    )
    waiting = next(one for one in rows if city.contains(one.position) and one not in (named, *rows[-3:]))
    after_titles.report(
        stage, waiting, "renamed", dt.date(2024, 6, 3), dt.date(2024, 6, 11), name=f"东{waiting.name}"
    )


def _county(stage, drive, county, *, half):
    at = moment(dt.date(2024, 4, 22), stage.rng)
    for number, application in enumerate(stage.waiting(drive.round, "county_review", drive.tier, county)):
        if half and number > 1:
            continue
        drive.assess(drive.fresh(application), at, strict=0.02)
        if half and number == 1:
            continue
        drive.visit(drive.fresh(application), at + dt.timedelta(days=1))
        if _good(drive.fresh(application), drive):
            drive.propose(drive.fresh(application), at + dt.timedelta(days=1, hours=1))
            if not half:
                drive.pass_on(application, at + dt.timedelta(days=1, hours=2))


def _good(application, drive) -> bool:
    level = application.step.level
    sheet = application.assessments.get(state=application.state).sheet
    return sheet.total is not None and drive.round.pass_mark.met(application.total(level)) and sheet.passed


def _city(stage, drive, city, *, notice):
    at = moment(dt.date(2024, 5, 8), stage.rng)
    proposed = []
    for application in stage.waiting(drive.round, "city_review", drive.tier, city):
        drive.assess(drive.fresh(application), at, strict=0.02)
        if _good(drive.fresh(application), drive):
            drive.propose(drive.fresh(application), at + dt.timedelta(hours=1))
            proposed.append(drive.fresh(application))
    proposed.sort(key=lambda a: (-a.total_city, a.position))
    places = CITIES[city.name] if notice else 1
    for application in proposed[:places]:
        drive.shortlist(application, at + dt.timedelta(days=1))
    if notice:
        drive.publish("city_review", city, moment(dt.date(2024, 5, 10)), f"{city.name[0]}人社公示〔2024〕4号")


def _province(stage, drive):
    at = moment(dt.date(2024, 6, 4), stage.rng)
    for application in stage.waiting(drive.round, "province_review", drive.tier):
        drive.assess(drive.fresh(application), at)
        drive.visit(drive.fresh(application), at)
        if _good(drive.fresh(application), drive):
            drive.propose(drive.fresh(application), at + dt.timedelta(hours=1))
            drive.shortlist(application, at + dt.timedelta(hours=2))
    drive.publish("province_review", stage.root, moment(dt.date(2024, 6, 7)), "甘人社公示〔2024〕11号")
