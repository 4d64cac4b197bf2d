"""泉港区 in December 2016: street plans filed, acceptance in its last third, the first villages and communities accepted."""

import datetime as dt

from accounts.models import Role
from accreditation import plans
from demonstration.driving import moment
from demonstration.stage import Stage
from regions import clock
from regions.models import Region

PROGRAMME = "quangang-2016"
TODAY = dt.date(2016, 12, 28)


def fill(write) -> dict:
    """Build the round; returns {"accounts": […]} for the account table."""
    county = Region.objects.get(level="county", name="泉港区")
    streets = list(Region.objects.filter(parent=county, level="street").order_by("position"))
    stage = Stage(PROGRAMME, county, dt.date(2016, 10, 10), write)
    stage.settle([county, *streets], urban=2, villages=4)
    round_ = stage.prepare(
        "2016年创建充分就业村（社区）", 2016, "QGC2016", dt.date(2016, 11, 1), {"pass_mark": "85"}
    )
    round_ = stage.open(round_, moment(dt.date(2016, 11, 1)))
    drive = stage.driver(round_, "county")
    _plans(stage, round_, streets)
    for street in streets[:-1]:
        for number, community in enumerate(stage.communities[street.pk]):
            if number in (1, 5):
                continue  # next year
            at = moment(dt.date(2016, 12, 5), stage.rng)
            application = drive.start(community, at)
            if number == 4 and street == streets[1]:
                drive.fill(application, 0.6, at, upto=0.5)
                continue
            application = drive.fill(application, stage.rng.uniform(0.6, 1), at)
            drive.submit(application, at + dt.timedelta(hours=2))
    late = streets[2]
    for application in stage.waiting(round_, "street_review", "county"):
        if application.community.street_id == late.pk:
            continue
        at = moment(dt.date(2016, 12, 14), stage.rng)
        drive.propose(application, at, opinion="初核情况属实，同意上报。")
        drive.pass_on(application, at + dt.timedelta(hours=1))
    _accept(stage, drive, streets)
    clock.move(moment(TODAY), county)
    stage.account_of("draft", "正在填报")
    stage.account_of("street_review", "街道初核中")
    stage.account_of("county_review", "区级考核验收中")
    stage.account_of("recognised", "已验收认定，优先推荐参加市级、省级创建")
    stage.accounts_at(late, "街道：有待初核，实施方案逾期")
    stage.accounts_at(next(s for s in streets if s.name == "泉港石化工业园区"), "街道：尚未报送实施方案")
    stage.accounts_at(county, "区级：考核验收、方案备案和覆盖率")
    stage.account(stage.people.finance(county), "区财政：只读")
    return {"accounts": stage.rows}


def _plans(stage, round_, streets):
    """Filed by 25 November; one late, the industrial park's not at all."""
    from_park = [s for s in streets if s.name != "泉港石化工业园区"]
    for number, street in enumerate(from_park):
        day = dt.date(2016, 11, 30) if street == streets[2] else dt.date(2016, 11, 15 + number % 9)
        plans.file_plan(
            round_,
            street,
            title=f"{street.name}创建充分就业村（社区）活动实施方案",
            dated_on=day,
            text=f"{street.name}成立创建工作领导小组，2016年先行创建社区1个、村3个，12月上旬完成自评，中旬完成初核。",
            urban_goal=1,
            village_goal=3,
            by=stage.people.at_office(street, Role.APPROVER),
            at=moment(day, stage.rng),
        )


def _accept(stage, drive, streets):
    """The county accepts the first streets' communities; the others wait on the desk, scored or not."""
    done = {street.pk for street in (streets[0], streets[3])}
    at = moment(dt.date(2016, 12, 22), stage.rng)
    for number, application in enumerate(stage.waiting(drive.round, "county_review", "county")):
        first = application.community.street_id in done
        if not first and number % 3 == 2:
            continue
        drive.assess(drive.fresh(application), at, strict=0.05)
        fresh = drive.fresh(application)
        if not (fresh.total_county is not None and drive.round.pass_mark.met(fresh.total_county)):
            continue
        if first or number % 3 == 0:
            drive.propose(fresh, at + dt.timedelta(hours=1), opinion="考核验收合格，建议认定。")
        if first:
            drive.shortlist(fresh, at + dt.timedelta(hours=2))
    drive.recognise(stage.root, moment(dt.date(2016, 12, 26)), "泉港人社〔2016〕173号")
