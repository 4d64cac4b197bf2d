"""A programme nobody had in mind, written from docs/programmes.md and docs/rules.md alone: it runs without any code.

tests/sixth/dongshi-2017.json: a city's own title of two tiers, a band table, half credit, bonuses above 100, three
weighted score columns, a top grade with a quota, a veto and a mark of 85.
"""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import Role
from accreditation import notices, rounds
from accreditation.models import ProgrammeVersion, Recognition, Round
from demonstration.driving import Driver
from regions.clock import end_of
from scoring.engine import score
from scoring.points import parse_points, show_points
from scoring.rubric import load_rubric
from tests.factories import moment

FILE = Path(__file__).resolve().parents[1] / "sixth" / "dongshi-2017.json"
KEY = "dongshi-2017"
BEST = {
    **{"employed": 980, "labour": 1000, "visits_done": 20, "visits_due": 20, "ledgers_missing": 0},
    **{"hall": True, "helped": 95, "hardship": 100, "county_awards": 1, "city_awards": 2, "jobs_fairs": 3},
    "honest": True,
}
# Worked out by hand. BEST: 30+20+10+15+25 = 100; awards 1+4 = 5, cut to 4; fairs 1.5, of which the section's 5 leave 1.
POINTS = {"D1": "30", "D2": "20", "D3": "10", "D4": "15", "D5": "25", "J1": "4", "J2": "1"}
AT_THE_MARK = {  # 95.1% is over 95%: 24; three ledgers: 10-6; 93.9% is one whole point short: 20; two awards
    **{"employed": 951, "ledgers_missing": 3, "helped": 939, "hardship": 1000},
    **{"county_awards": 2, "city_awards": 0, "jobs_fairs": 0},
}
CASES = [
    (BEST, POINTS, "105", True, "优秀"),
    (
        BEST | AT_THE_MARK,
        POINTS | {"D1": "24", "D3": "4", "D5": "20", "J1": "2", "J2": "0"},
        "85",
        True,
        "达标",
    ),
    (  # half a point below the mark
        BEST | AT_THE_MARK | {"county_awards": 1, "jobs_fairs": 1},
        POINTS | {"D1": "24", "D3": "4", "D5": "20", "J1": "1", "J2": "0.5"},
        "84.5",
        False,
        "",
    ),
    (  # exactly 95% is not over it: 18; 19 of 20 visits: half
        BEST | {"employed": 950, "visits_done": 19, "county_awards": 0, "city_awards": 0, "jobs_fairs": 7},
        POINTS | {"D1": "18", "D2": "10", "J1": "0", "J2": "3"},
        "81",
        False,
        "",
    ),
    (BEST | {"honest": False}, POINTS, "105", False, "优秀"),  # the veto, whatever the points
]


def rubric():
    return load_rubric(json.loads(FILE.read_text(encoding="utf-8")))


@pytest.fixture
def opened(house):
    """The document loaded by the command, its round opened by the city's own approver."""
    call_command("load_programme", str(FILE))
    version = ProgrammeVersion.objects.get(programme__key=KEY)
    by, at = house.officer("东市", Role.APPROVER), moment(dt.date(2017, 8, 15))
    city = house.regions["东市"]
    given = {"name": "2017年示范社区", "year": 2017, "code": "DS2017", "opens_on": dt.date(2017, 8, 15)}
    made = rounds.prepare(version, city, **given, by=by, at=at)
    assert rounds.problems(made) == []
    rounds.open_round(made, by=by, at=at)
    return Round.objects.select_related("version__programme", "rubric", "region").get(pk=made.pk)


@pytest.mark.parametrize(("figures", "points", "total", "passed", "grade"), CASES)
def test_points_worked_out_by_hand(figures, points, total, passed, grade):
    sheet = rubric()
    result = score(sheet, figures)
    assert result.errors == ()
    assert {code: line.shown for code, line in result.lines.items()} == points
    assert (show_points(result.total), result.passed) == (total, passed)
    assert sheet.grade(result.total) == grade


def test_three_columns_become_one():
    """105×20% + 90.5×30% + 85×50% = 21 + 27.15 + 42.5; nothing is weighed before all three are there."""
    columns = rubric().columns
    totals = {"self": parse_points("105"), "county": parse_points("90.5")}
    assert columns.combine(totals).total is None
    assert show_points(columns.combine(totals | {"city": parse_points("85")}).total) == "90.65"


def test_the_command_scores_it(tmp_path, settings):
    settings.PROGRAMME_DOCUMENTS = FILE.parent
    asked, out = tmp_path / "figures.json", tmp_path / "answer.json"
    rows = [{"community": f"社区{n}", "figures": case[0]} for n, case in enumerate(CASES)]
    asked.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    call_command(
        "score", KEY, str(asked), "--output", str(out)
    )  # an error of any row would end it with a status
    told = json.loads(out.read_text(encoding="utf-8"))["results"]
    assert [str(one["total"]) for one in told] == [case[2] for case in CASES]


def test_from_draft_to_recognised(house, opened):
    drive = Driver(
        opened, "model", house.people, "sixth", lambda rng, quality: dict(BEST), lambda *_: "总结。"
    )
    day = dt.date(2017, 8, 21)
    application = drive.fill(drive.start(house.community(0), moment(day)), 1, moment(day))
    application = drive.submit(application, moment(day) + dt.timedelta(hours=1))
    assert application.state == "street_review" and show_points(application.total_self) == "105"
    day = dt.date(2017, 8, 28)
    drive.propose(application, moment(day))
    application = drive.pass_on(application, moment(day))
    assert application.state == "county_review"
    drive.assess(drive.fresh(application), moment(day))
    drive.propose(application, moment(day))
    application = drive.pass_on(application, moment(day))
    assert application.state == "city_review"
    drive.assess(drive.fresh(application), moment(day))
    drive.visit(drive.fresh(application), moment(day))
    drive.propose(application, moment(day))
    drive.shortlist(application, moment(day))
    city = house.regions["东市"]
    drive.publish("city_review", city, moment(day), "东人社公示〔2017〕1号")
    application = drive.fresh(application)
    notice = application.entries.get(status="running").notice
    assert notice.last_day == dt.date(2017, 9, 6)  # seven working days after 28 August
    notices.close(notice, at=end_of(notice.last_day))
    drive.recognise(city, moment(dt.date(2017, 9, 8)), "东人社发〔2017〕9号")
    title = Recognition.objects.get(application=application)
    assert drive.fresh(application).state == "recognised"
    assert (title.tier_name, title.rank, title.programme) == ("市级示范充分就业社区", 2, KEY)
