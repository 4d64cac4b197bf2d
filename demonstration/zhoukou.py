"""周口市 in May 2022: the sixth provincial and fourth star batch, counties through, the city reviewing, one list on notice."""

import datetime as dt

from django.db import transaction

from accreditation import recognitions
from accreditation.refusals import NotReady
from demonstration import after_titles
from demonstration.driving import moment
from demonstration.stage import Stage, some
from regions import clock
from regions.models import Region

PROGRAMME = "zhoukou-2022"
TODAY = dt.date(2022, 5, 25)


def fill(write) -> dict:
    """Build the round; returns {"accounts": […]} for the account table."""
    province = Region.objects.get(level="province", name="河南省")
    city = Region.objects.get(level="city", name="周口市", parent=province)
    counties = some(city, "county", 5, least=2)
    streets = {county.pk: some(county, "street", 2) for county in counties}
    stage = Stage(PROGRAMME, city, dt.date(2022, 1, 4), write)
    stage.settle(
        [province, city, *counties, *(s for found in streets.values() for s in found)], urban=3, villages=1
    )
    _old_titles(stage, counties, streets)
    _rechecks(stage, counties)
    round_ = stage.prepare(
        "2022年第六批省级和第四批星级充分就业社区推荐", 2022, "ZKX2022", dt.date(2022, 4, 25)
    )
    round_ = stage.open(round_, moment(dt.date(2022, 4, 25)))
    provincial, star = stage.driver(round_, "provincial"), stage.driver(round_, "star")
    for place, county in enumerate(counties):
        for street in streets[county.pk]:
            found = stage.communities[street.pk]
            _file(stage, provincial, found[1:], dt.date(2022, 4, 26 + place % 4))
            _file(stage, star, found[:1], dt.date(2022, 4, 27))
    for drive in (provincial, star):
        stage.through_street(drive, dt.date(2022, 5, 7))
        for county in counties[:-1]:
            _county(stage, drive, county)
    _half_done(stage, provincial, counties[-1])
    _city(stage, star, notice=True)
    _city(stage, provincial, notice=False)
    _recheck_of_this_year(stage, province, counties)
    stage.tick_until(TODAY)
    clock.move(moment(TODAY), province)
    stage.account_of("county_review", "县级核对中，已过推荐期限")
    stage.account_of("city_review", "市级复核中（省级）", "provincial")
    stage.account_of("city_notice", "市级公示中（星级）", "star")
    stage.accounts_at(streets[counties[-1].pk][0], "街道（乡镇）")
    stage.accounts_at(counties[0], "县级：每县省级 1 个")
    stage.accounts_at(counties[-1], "县级：有待核对")
    stage.accounts_at(city, "市级：省级 6 个、星级 4 个名额")
    stage.accounts_at(province, "省级：待市级上报")
    return {"accounts": stage.rows}


@transaction.atomic
def _old_titles(stage, counties, streets):
    """Provincial titles of 2018."""
    for county in counties:
        held = [stage.communities[street.pk][0] for street in streets[county.pk]]
        recognitions.take_over(
            held,
            tier="provincial",
            tier_name="省级充分就业社区",
            issuer="province",
            rank=1,
            money="provincial",
            issuer_name="河南省人力资源和社会保障厅",
            document_number="",
            granted_on=dt.date(2018, 6, 29),
            code="HNP2018",
            by=None,
            at=moment(dt.date(2022, 1, 5)),
        )


@transaction.atomic
def _rechecks(stage, counties):
    """The years 2019 to 2021, entered in January 2022; the last county has not reported 2020, which breaks its run."""
    for year in (2019, 2020, 2021):
        day = dt.date(2022, 1, year - 2012)
        round_ = after_titles.open_recheck(
            stage, year, day, f"{year}年度省级充分就业社区复查", f"周人社办〔{year}〕88号"
        )
        for entry in after_titles.lines(round_):
            if not (year == 2020 and counties[-1].contains(entry.position)):
                after_titles.passed(stage, entry, day + dt.timedelta(days=1))
        if year != 2020:
            after_titles.close(stage, round_, day + dt.timedelta(days=5))


@transaction.atomic
def _recheck_of_this_year(stage, province, counties):
    """2022 is under way: two counties through, one on its way, one failed and its title ended by the province."""
    round_ = after_titles.open_recheck(
        stage, 2022, dt.date(2022, 5, 9), "2022年度省级充分就业社区复查", "周人社办〔2022〕80号"
    )
    for county in counties[:2]:
        for entry in after_titles.lines(round_, county):
            after_titles.passed(stage, entry, dt.date(2022, 5, 16))
    for entry in after_titles.lines(round_, counties[2]):
        after_titles.check(stage, entry, dt.date(2022, 5, 18))
    entry = after_titles.lines(round_, counties[-1])[-1]
    entry = after_titles.check(
        stage, entry, dt.date(2022, 5, 17), failed="服务窗口已撤，登记台账自 2021 年起没有更新。"
    )
    for day in (18, 19):
        entry = after_titles.confirm(stage, entry, dt.date(2022, 5, day))
    after_titles.end_failed(stage, entry, dt.date(2022, 5, 24), "豫人社函〔2022〕61号")


def _file(stage, drive, communities, day):
    for community in communities:
        at = moment(day, stage.rng)
        application = drive.fill(drive.start(community, at), stage.rng.uniform(0.8, 1), at)
        try:
            drive.submit(application, at + dt.timedelta(hours=1))
        except NotReady:
            continue  # three rechecks in a row are missing: the draft stays with its reason


def _county(stage, drive, county):
    """The county checks every condition and puts its best on the list: one provincial, stars without a cap."""
    at = moment(dt.date(2022, 5, 11), stage.rng)
    listed = 0
    for application in stage.waiting(drive.round, "county_review", drive.tier, county):
        drive.assess(drive.fresh(application), at)
        fresh = drive.fresh(application)
        if not fresh.assessments.get(state="county_review").sheet.passed:
            continue
        drive.propose(fresh, at + dt.timedelta(hours=1), opinion="逐项核对，认定条件全部符合。")
        if drive.tier == "star" or listed == 0:
            drive.shortlist(fresh, at + dt.timedelta(hours=2))
            listed += 1
    if listed:
        drive.pass_on_list("county_review", county, at + dt.timedelta(hours=3))


def _half_done(stage, drive, county):
    """The last county has checked one and left the rest."""
    at = moment(dt.date(2022, 5, 13), stage.rng)
    for application in stage.waiting(drive.round, "county_review", drive.tier, county)[:1]:
        drive.assess(drive.fresh(application), at)


def _city(stage, drive, *, notice):
    """The city visits and checks; the star list goes on notice, the provincial one is still being made."""
    at = moment(dt.date(2022, 5, 18), stage.rng)
    for number, application in enumerate(stage.waiting(drive.round, "city_review", drive.tier)):
        if not notice and number == 2:
            continue
        drive.assess(drive.fresh(application), at)
        drive.visit(drive.fresh(application), at)
        fresh = drive.fresh(application)
        if not fresh.assessments.get(state="city_review").sheet.passed:
            continue
        drive.propose(fresh, at + dt.timedelta(hours=1), opinion="材料和实地考察均符合条件，同意推荐。")
        limit = drive.round.quotas.get(tier=drive.tier, region=stage.root)
        if limit.used < limit.size and (notice or number < 2):
            drive.shortlist(fresh, at + dt.timedelta(hours=2))
    if notice:
        drive.publish("city_review", stage.root, moment(dt.date(2022, 5, 23)), "周人社公示〔2022〕6号")
