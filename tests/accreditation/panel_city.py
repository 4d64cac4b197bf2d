"""A city with three counties and a round of Pingdingshan's programme in it: communities at the city's desk, and people for a panel.

The criteria, which the source does not give, are one made-up condition. Everything goes through the public verbs.
"""

import datetime as dt

from accounts.models import Department, Office, Posting, Role
from accreditation import (
    assessing,
    filing,
    filing_content,
    panel_scores,
    panels,
    rounds,
    transitions,
    uploads,
)
from accreditation.models import Assessor, Panel, PanelScore, Round
from demonstration.driving import scan
from regions.models import Region
from scoring.points import parse_points
from tests.factories import acting, moment

DAY = dt.date(2017, 8, 21)
OFFICES = {"finance": "东市财政局", "audit": "东市审计局", "university": "东市学院"}
CRITERIA = {
    "title": "市级充分就业社区评定标准（测试）",
    "source": "测试",
    "groups": [
        {
            "title": "基础工作",
            "criteria": [
                {
                    "code": "P1",
                    "text": "台账齐全。",
                    "tiers": ["city", "star"],
                    "effect": "must",
                    "tests": [{"kind": "yes", "figure": "ledgers"}],
                }
            ],
        }
    ],
}
FIGURES = [{"key": "ledgers", "label": "台账齐全", "type": "yesno"}]


class PanelCity:
    """東 three counties 一县, 二县 (four communities each) and 四县 (four): numbers 0–3, 4–7 and 12–15 of the house."""

    def __init__(self, house, *, settings=None, **changes):
        self.house, self.city = house, house.regions["东市"]
        house._add("四县", "county", self.city)
        for street in ("南街道", "北街道"):
            house._add(f"四{street}", "street", house.regions["四县"])
        made = [house.regions[name] for name in ("四县", "四南街道", "四北街道")]
        house.people.staff(
            list(Region.objects.filter(pk__in=[r.pk for r in made]).select_related("parent__parent__parent"))
        )
        for name in ("四南街道", "四北街道"):
            for first in ("桂花", "银杏"):
                house.people.filers([house.found(f"{name[:2]}{first}社区", house.regions[name])])
        entered = {"criteria": CRITERIA, "figures": FIGURES, "missing": []}
        self.round = house.prepared(
            "pingdingshan-2021", "东市", code="PD17", day=DAY, **{**entered, **changes}
        )
        self.approver = house.officer("东市", Role.APPROVER)
        if settings:
            given = {"name": self.round.name, "opens_on": self.round.opens_on, "edition": self.round.edition}
            self.round = rounds.settle(
                self.round, **given, settings=settings, by=self.approver, at=moment(DAY)
            )
        rounds.open_round(self.round, by=self.approver, at=moment(DAY))
        joined = Round.objects.select_related("version__programme", "rubric", "region")
        self.round = joined.get(pk=self.round.pk)
        self.at = moment(DAY + dt.timedelta(days=14))

    # Applications

    def filed(self, number, tier="star"):
        at, community = moment(DAY), self.house.community(number)
        by = self.house.filer(community)
        one = filing.start(self.round, tier, community, by=by, at=at)
        facts = {
            field["key"]: "12" if field["type"] == "count" else "0000-0000001"
            for field in filing_content.basics_fields(one)
        }
        one = filing.save_basics(one, facts, by=by, at=at, edition=None)
        one = filing.save_figures(one, {"ledgers": True}, {}, by=by, at=at, edition=None)
        one = filing.save_narrative(one, f"{community.name}的工作情况。", by=by, at=at, edition=None)
        given = {statement["key"]: True for statement in filing_content.statements_wanted(one)}
        one = filing.save_statements(one, given, by=by, at=at, edition=None)
        for material in filing_content.materials_wanted(one):
            if material.get("required"):
                checked = uploads.check(scan(material["label"][:30]))
                filing.attach(one, checked, material=material["key"], by=by, at=at)
        one = self.house.fresh(one)
        return self.house.fresh(transitions.submit(one, by=by, at=at, seen=one.moves))

    def at_city(self, *numbers, tier="star"):
        """Applications of these communities at the city's desk."""
        return [self._up(self.filed(number, tier)) for number in numbers]

    def _up(self, one):
        at = moment(DAY + dt.timedelta(days=3))
        self._proposed(one, at)
        one = self._step(transitions.pass_on, one, Role.APPROVER, at)
        assessing.save_visit(
            one,
            by=self._officer(one, Role.HANDLER),
            at=at,
            seen=one.moves,
            on=DAY + dt.timedelta(days=3),
            inspectors="甲、乙",
            findings="查看台账，走访居民。",
            passed=True,
        )
        self._proposed(one, at)
        one = self._step(transitions.shortlist, one, Role.APPROVER, at)
        return self._step(transitions.pass_on, one, Role.APPROVER, at)

    def _proposed(self, one, at):
        one = self.house.fresh(one)
        by = self._officer(one, Role.HANDLER)
        transitions.propose(one, by=by, at=at, seen=one.moves, verdict="recommend", opinion="同意。")

    def _step(self, verb, one, role, at):
        one = self.house.fresh(one)
        return self.house.fresh(verb(one, by=self._officer(one, role), at=at, seen=one.moves))

    def _officer(self, one, role):
        return self.house.people.at_office(self.house.office_region(one), role)

    # The panel

    def person(self, source, region="东市", role=Role.HANDLER):
        """A new account with a posting at an office of that department."""
        place = self.house.regions[region]
        office, _ = Office.objects.get_or_create(
            region=place,
            department=source,
            defaults={"name": OFFICES.get(source, f"{region}{Department(source).label}")},
        )
        user = self.house.people._users([f"kh{Posting.objects.count()}"])[0]
        Posting.objects.create(user=user, role=role, office=office, starts=dt.date(2017, 1, 1))
        return acting(user)

    def formed(self):
        return panels.form(self.round, self.city, by=self.approver, at=self.at)

    def appoint(self, panel, source, region="东市") -> Assessor:
        user = self.person(source, region)
        county = None if region == "东市" else self.house.regions[region]
        office = user.acting.office.name
        return panels.appoint(panel, user, office, source, county, by=self.approver, at=self.at)

    def usual(self, panel):
        """Six members: one each of finance, audit and university, one each of the three counties."""
        members = [self.appoint(panel, source) for source in ("finance", "audit", "university")]
        return members + [self.appoint(panel, "hr", county) for county in ("一县", "二县", "四县")]

    def drawn(self, groups=2) -> Panel:
        panel = self.formed()
        self.usual(panel)
        return panels.draw(panel, groups, by=self.approver, at=self.at)

    def give(self, score, points, comment=""):
        user = acting(score.assessor.user)
        return panel_scores.give(
            score, parse_points(points), comment, by=user, at=self.at, edition=score.edition
        )

    def give_all(self, panel, points):
        """Every member gives these points, in the order of members, round and round for each application."""
        rows = PanelScore.objects.standing().filter(assessor__panel=panel, points=None)
        seen = {}
        for score in rows.select_related("assessor__user", "application").order_by("application", "assessor"):
            place = seen[score.application_id] = seen.get(score.application_id, -1) + 1
            self.give(score, points[place % len(points)])
