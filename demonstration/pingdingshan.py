"""平顶山市 in January 2022: recommended lists are in, the panel has scored most, one tier is on notice."""

import datetime as dt

from django.db import transaction

from accounts.models import Department, Office, Posting, Role
from accreditation import panel_scores, panels, recognitions
from accreditation.models import PanelScore
from demonstration import after_titles
from demonstration.driving import moment
from demonstration.stage import Stage, some
from regions import clock
from regions.models import Region
from scoring.points import UNIT

PROGRAMME = "pingdingshan-2021"
TODAY = dt.date(2022, 1, 26)
BODIES = (
    (Department.FINANCE, "平顶山市财政局"),
    (Department.AUDIT, "平顶山市审计局"),
    (Department.UNIVERSITY, "驻平某高校"),
)


def fill(write) -> dict:
    """Build the round; returns {"accounts": […]} for the account table."""
    city = Region.objects.get(level="city", name="平顶山市")
    counties = some(city, "county", 4, least=2)
    streets = [s for county in counties for s in some(county, "street", 2)]
    stage = Stage(PROGRAMME, city, dt.date(2021, 11, 1), write)
    stage.settle([city, *counties, *streets], urban=3)
    at = moment(dt.date(2021, 12, 31))
    round_ = stage.prepare("2021年度市级（星级）充分就业社区评审", 2021, "PDS2021", dt.date(2021, 12, 31))
    round_ = stage.open(stage.take_sample(round_, at), at)
    drives = {tier: stage.driver(round_, tier) for tier in ("city", "star")}
    for number, community in enumerate(stage.everyone()):
        drive = drives["star" if number % 4 == 3 else "city"]
        day = moment(dt.date(2022, 1, 4), stage.rng)
        application = drive.fill(drive.start(community, day), 0.9, day, upto=0.5 if number == 22 else 1)
        if number != 22:
            drive.submit(application, day + dt.timedelta(hours=1))
    for drive in drives.values():
        stage.through_street(drive, dt.date(2022, 1, 6))
        for county in counties:
            _county(stage, drive, county)
    _rechecks(stage, city, counties)
    assessors = _appoint(stage, round_, counties)
    _score(stage, round_, drives)
    stage.tick_until(TODAY)
    clock.move(moment(TODAY), city)
    stage.account_of("draft", "正在填报")
    stage.account_of("county_review", "县级初选中")
    stage.account_of("city_review", "市级考核评估中")
    stage.accounts_at(streets[0], "街道：谁推荐谁负责")
    stage.accounts_at(counties[0], "县级：初选和实地考察")
    stage.accounts_at(city, "市级：考核评估组")
    for user, note in assessors:
        stage.account(user, note)
    return {"accounts": stage.rows}


@transaction.atomic
def _rechecks(stage, city, counties):
    """The year's recheck of provincial titles (平人社办〔2021〕141号 一): confirmed in two counties, on its way in the others."""
    held = [stage.communities[street][0] for street in stage.communities]
    recognitions.take_over(
        held, tier="provincial", tier_name="省级充分就业社区", issuer="province", rank=1, money="provincial",
        issuer_name="河南省人力资源和社会保障厅", document_number="", granted_on=dt.date(2018, 6, 29), code="PDP2018",
        by=None, at=moment(dt.date(2021, 12, 30)),
    )  # fmt: skip
    round_ = after_titles.open_recheck(
        stage, 2021, dt.date(2021, 12, 31), "2021年度省级充分就业社区复查", "平人社办〔2021〕141号"
    )
    for number, county in enumerate(counties):
        for place, entry in enumerate(after_titles.lines(round_, county)):
            if number < 2:
                after_titles.passed(stage, entry, dt.date(2022, 1, 4))
            elif place == 0:
                failed = "就业困难人员就业率未达标，零就业家庭一户超过一个月未消除。" if number == 2 else ""
                entry = after_titles.check(stage, entry, dt.date(2022, 1, 6), failed=failed)
                after_titles.confirm(stage, entry, dt.date(2022, 1, 7))


def _county(stage, drive, county):
    """The county visits and recommends; in each county one is still on its desk."""
    at = moment(dt.date(2022, 1, 11), stage.rng)
    found = stage.waiting(drive.round, "county_review", drive.tier, county)
    for number, application in enumerate(found):
        if drive.tier == "city" and number == len(found) - 1:
            continue
        drive.visit(application, at)
        drive.propose(application, at + dt.timedelta(hours=1), opinion="实地考察属实，同意初选推荐。")
        drive.shortlist(application, at + dt.timedelta(hours=2))
    drive.pass_on_list("county_review", county, moment(dt.date(2022, 1, 13)))


@transaction.atomic
def _appoint(stage, round_, counties):
    """People from finance, audit and a university, and one officer of each county, who never assesses the own one."""
    by, at = stage.organiser(), moment(dt.date(2022, 1, 14))
    panel = panels.form(round_, stage.root, by=by, at=at)
    found = []
    for department, name in BODIES:
        office, _ = Office.objects.get_or_create(
            region=stage.root, department=department, defaults={"name": name}
        )
        for number in (1, 2):
            user = stage.people.extra(f"kp{department}{number}")
            user.acting = Posting.objects.create(
                user=user, role=Role.HANDLER, office=office, starts=stage.people.since
            )
            panels.appoint(panel, user, name, department, None, by=by, at=at)
            found.append((user, "考核评估人员"))
    for county in counties:
        user = stage.people.at_office(county, Role.HANDLER)
        panels.appoint(panel, user, user.acting.office.name, Department.HR, county, by=by, at=at)
        found.append((user, "县级经办，兼考核评估人员"))
    panel.refresh_from_db()
    panels.draw(panel, 3, by=by, at=moment(dt.date(2022, 1, 17)))
    return found


@transaction.atomic
def _score(stage, round_, drives):
    """Every assessor gives points; two still owe a few."""
    at = moment(dt.date(2022, 1, 20), stage.rng)
    tasks = PanelScore.objects.filter(application__round=round_, recused_at=None).select_related(
        "assessor__user", "application"
    )
    for number, task in enumerate(tasks):
        if number % 9 == 7:
            continue
        user = task.assessor.user
        user.acting = user.postings.select_related("office__region").first()
        points = stage.rng.randint(820, 970) * UNIT // 10 if number % 13 else 685 * UNIT // 10
        panel_scores.give(task, points, "台账齐全，服务规范。", by=user, at=at, edition=None)
