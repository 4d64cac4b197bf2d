"""What the portal does by a programme document's frame, as values to compare: one small place and one battery for each.

A `World` holds the document's own place with a few communities and people. `World.probes(document)` gives the outcomes
of a document that differs in one leaf, each under its name; nothing is kept (whatever writes is rolled back).
"""

import copy
import datetime as dt
import hashlib
import json
from types import SimpleNamespace
from unittest import mock

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.events import canonical
from accounts.models import Role
from accreditation import (
    coverage,
    eligibility,
    filing,
    filing_content,
    hints,
    later_period,
    needs,
    panels,
    plans,
    programme_lines,
    programmes,
    public_rules,
    rechecks,
    recognitions,
    round_findings,
    round_settings,
    rounds,
)
from accreditation.forms import titles as titles_forms
from accreditation.forms.filing import BasicsForm, StatementsForm
from accreditation.models import (
    Application,
    Assessor,
    Programme,
    ProgrammeVersion,
    Quota,
    Recheck,
    Round,
)
from accreditation.panel_draw import Case, Member, assign, deal
from accreditation.panel_results import Rule, result
from accreditation.routes import LEVELS, Route
from accreditation.views import files, prints
from accreditation.windows import day_of_window
from demonstration.people import People
from regions import communities
from regions.divisions import add_region, nation
from regions.models import Region
from scoring.loading import rubric_of
from scoring.models import RubricVersion, ScoreSheet
from scoring.points import UNIT
from tests.factories import document, moment

SINCE = dt.date(2005, 1, 1)
DAY = dt.date(2022, 6, 1)
AT = moment(DAY)
YEARS = (2021, 2022)
ABOVE = {"周口市": ["河南省"], "平顶山市": ["河南省"], "泉港区": ["福建省", "泉州市"]}
FULL = 100 * UNIT


def sheet_part(whole) -> RubricVersion | None:
    """The score sheet of a document as the loading keeps it, not saved."""
    if not whole.get("rubric") and not whole.get("criteria"):
        return None
    part = canonical({key: whole[key] for key in programmes.SCORE_SHEET if key in whole})
    checksum = hashlib.sha256(part.encode()).hexdigest()
    return RubricVersion(programme=whole["key"], version=whole["version"], document=part, checksum=checksum)


class World:
    """The place of a document with its offices, communities of every kind, titles and rechecks, one round, one draft."""

    def __init__(self, document):
        self.document = document
        self.place = self._places(document)
        self.people = People("leaves", SINCE, moment(SINCE))
        offices = Region.objects.exclude(level="nation").select_related("parent__parent__parent")
        self.people.staff(list(offices))
        self.battery = self._communities(document["tiers"])
        self.people.filers(list(self.battery.values()))
        self.version, _ = programmes.load(document, "leaves.json", at=moment(SINCE))
        self.sheet = self.version.rubric
        by = self.officer(Role.APPROVER)
        quotas = Quota.objects.all()
        self.round = rounds.prepare(
            self.version, self.place, name="2022年", year=2022, code="L22", opens_on=DAY, by=by, at=AT
        )
        quotas.delete()
        Round.objects.filter(pk=self.round.pk).update(status=Round.Status.OPEN)
        self.round = Round.objects.select_related("version__programme", "rubric", "region").get(
            pk=self.round.pk
        )
        self.draft = self._draft()

    # The place

    def _places(self, document):
        place = document["source"]["place"]
        region = nation(SINCE)
        names = [*ABOVE.get(place["name"], []), place["name"]]
        levels = ("province", "city", "county", "street")
        for number, level in enumerate(levels):
            name = names[number] if number < len(names) else f"测试{level}"
            region = add_region(region, name, level, "", code_date=SINCE)
            if name == place["name"]:
                home = region
        self.street = region
        parents = {"city": "province", "county": "city"}
        for level, parent in parents.items():
            if level == place["level"] or LEVELS.index(level) > LEVELS.index(place["level"]):
                continue
            upper = Region.objects.get(level=parent, name=self._name(home, parent))
            wanted = {
                row["region"] for row in document["quotas"] if row["level"] == level and "region" in row
            }
            for name in sorted(wanted | {f"另一{level}", f"第三{level}"}):
                add_region(upper, name, level, "", code_date=SINCE)
        return Region.objects.get(pk=home.pk)

    def _name(self, home, level):
        region = self.street
        while region.level != level:
            region = region.parent
        return region.name

    def officer(self, role, level=None):
        region = self.place
        if level:
            region = self.street
            while region.level != level:
                region = region.parent
        return self.people.at_office(region, role)

    # The battery

    def _communities(self, tiers):
        found = {}

        def add(name, **changes):
            one = communities.create_community(
                self.street, name, contact="联系人", office_phone="0000-0000001", address="某路1号"
            )
            settled = {"county_approved": True, "civil_affairs_filed": True, **changes}
            for key, value in settled.items():
                setattr(one, key, value)
            one.save()
            found[name] = one
            return one

        add("城市社区")
        add("相近行政村", kind="village", similar_services=True)
        add("普通行政村", kind="village", similar_services=False)
        add("未批准社区", county_approved=False)
        add("未备案社区", civil_affairs_filed=False)
        add("撤销社区", until=dt.date(2022, 1, 1))
        ladder = [
            ("nation", 1, "national"),
            ("county", 1, "county"),
            ("city", 1, "city"),
            ("city", 2, "city"),
        ]
        ladder += [
            ("province", 1, "provincial"),
            ("province", 2, "provincial"),
            ("province", 3, "provincial"),
        ]
        ladder += [("county", 2, "county"), ("city", 3, "city")]
        for issuer, rank, money in ladder:
            self._title(add(f"{issuer}{rank}社区"), issuer, rank, money)
        runs = {
            "三年社区": {2019: True, 2020: True, 2021: True},
            "四年社区": {2018: True, 2019: True, 2020: True, 2021: True},
            "两年社区": {2020: True, 2021: True},
            "缺年社区": {2018: True, 2019: True, 2021: True},
            "批准缺年社区": {2018: True, 2019: True, 2020: None, 2021: True},
            "不合格社区": {2019: True, 2020: False, 2021: True},
        }
        for name, run in runs.items():
            for money, issuer in (("provincial", "province"), ("city", "city")):
                title = self._title(add(f"{name}{money}"), issuer, 1, money)
                for year, passed in run.items():
                    reason = "" if passed is not None else "经批准"
                    Recheck.objects.create(
                        recognition=title, year=year, passed=passed, authorised_reason=reason, decided_on=DAY
                    )
        return found

    def _title(self, community, issuer, rank, money, *, programme=""):
        [title] = recognitions.take_over(
            [community], tier="old", tier_name="旧称号", issuer=issuer, rank=rank, money=money,
            issuer_name="测试", document_number="旧〔2010〕1号", granted_on=dt.date(2015, 12, 1), code="OLD",
            by=None, at=moment(SINCE),
        )  # fmt: skip
        return title

    def _draft(self):
        """A filed application of the first tier with a sheet, as a row: what pages and desks read."""
        community = self.battery["城市社区"]
        return Application.objects.create(
            round=self.round, tier=self.document["tiers"][0]["key"], community=community, position=community.position,
            number="L22-1", created_at=AT, self_sheet=ScoreSheet.objects.create(rubric=self.sheet),
        )  # fmt: skip

    def fill(self, figures):
        """Figures in the draft's sheet, as a community would have filed them."""
        ScoreSheet.objects.filter(pk=self.draft.self_sheet_id).update(figures=canonical(figures))

    def sheet_pages(self, application) -> range:
        """The numbers of the filing pages."""
        return range(1, len(filing_content.rubric(application).pages_for(application.tier)) + 1)

    # A document that differs

    def version_of(self, document) -> ProgrammeVersion:
        version = ProgrammeVersion.objects.get(pk=self.version.pk)
        programme = Programme.objects.get(pk=self.version.programme_id)
        programme.key, programme.title = document["key"], document["title"]
        version.programme, version.version = programme, document["version"]
        version.document = canonical(document)
        version.checksum = hashlib.sha256(version.document.encode()).hexdigest()
        version.rubric = sheet_part(document)
        return version

    def round_of(self, version, **changes) -> Round:
        found = copy.copy(self.round)
        for name in ("chosen", "route"):
            found.__dict__.pop(name, None)
        found.version, found.rubric = version, version.rubric
        for name, value in changes.items():
            setattr(found, name, value)
        return found

    def draft_of(self, round_, tier, community=None) -> Application:
        found = copy.copy(self.draft)
        found.round, found.tier = round_, tier
        if community:
            found.community = community
        return found

    def probes(self, document) -> dict:
        """Name → a function that gives the outcome; called only where a leaf of its sections moved."""
        version = self.version_of(document)
        case = Probed(self, document, version, self.round_of(version))
        return {name: getattr(case, name) for name in PROBES}


class Probed:
    """One document in the world, and what comes of it."""

    def __init__(self, world, document, version, round_):
        self.world, self.document, self.version, self.round = world, document, version, round_
        self.tiers = [tier["key"] for tier in document["tiers"]]

    def _trying(self, act):
        """What an act that writes gives, or its refusal; nothing of it stays."""
        try:
            with transaction.atomic():
                found = act()
                transaction.set_rollback(True)
            return found
        except ValidationError as refused:
            return refused.messages
        except PermissionDenied as refused:
            return str(refused)

    def identity(self):
        """What loading it keeps: the programme's key and title, the version, where the sheet is from."""

        def act():
            Round.objects.none()
            version, _ = programmes.load(
                {**self.document, "version": f"{self.document['version']}x"}, "x", at=AT
            )
            return (
                version.programme.key,
                version.programme.title,
                version.version,
                str(version.rubric and version.rubric.origin),
            )

        return self._trying(act)

    def organiser(self):
        """Whose office runs its rounds, and on which shelf it stands."""
        found = rounds.organiser(self.version)
        return found and found.pk

    def validity(self):
        """On which days a round may open."""
        days = [dt.date(2017, 1, 1), DAY, dt.date(2028, 8, 10), dt.date(2028, 8, 11), dt.date(2031, 1, 1)]
        return [[one.sentence for one in round_findings.before_opening(self.round, day)] for day in days]

    def cycle(self):
        """In which years after a round of 2022 the next one comes too soon."""
        return [
            bool(round_findings.too_soon(self.version, self.world.place, year)) for year in range(2022, 2028)
        ]

    def entered(self):
        """What must be entered before a round opens: without a sheet, with one of points, with conditions alone."""
        found = []
        for sheet in (None, sheet_part(document("hunan-star-2017")), sheet_part(document("zhoukou-2022"))):
            one = self.world.round_of(self.version, rubric=sheet, settings="{}")
            found.append([(gap.place, gap.sentence) for gap in round_findings.before_opening(one, DAY)])
        return found

    def steps(self):
        """The desks in order with what each is."""
        return [
            {
                name: getattr(step, name)
                for name in step.__dataclass_fields__
                if name not in ("needs", "article")
            }
            for step in self.round.route.steps
        ]

    def desks(self):
        """What each desk asks before it lets go, of applications in every condition."""
        round_ = SimpleNamespace(pass_mark=self.round.pass_mark)
        known = ((None, None, ""), (False, False, "decline"), (True, True, "recommend"))
        asked = []
        for step in self.round.route.steps:
            for total in (None, 80 * UNIT, 90 * UNIT, 96 * UNIT, FULL):
                for passed, visited, proposed in known:
                    stub = self._stub(step, round_, total, passed, visited, proposed)
                    objections = SimpleNamespace(exists=lambda told=bool(visited): told)
                    with mock.patch.object(needs, "open_objections", lambda one, told=objections: told):
                        asked.append(needs.unmet(stub, step))
        return asked

    def _stub(self, step, round_, total, passed, visited, proposed):
        sheet = SimpleNamespace(passed=passed)
        proposal = {"verdict": proposed, "proposed_at": AT if proposed else None, "get_verdict_display": str}
        assessment = SimpleNamespace(state=step.state, sheet_id=1, sheet=sheet, **proposal)
        visits = [] if visited is None else [SimpleNamespace(state=step.state, passed=visited)]
        return SimpleNamespace(
            round=round_,
            total=lambda level: total,
            assessment_at={step.state: assessment}.get,
            visits=SimpleNamespace(all=lambda: visits),
        )

    def windows(self):
        """First and last day of every stage, in two years."""
        stages = ["draft", *(step.state for step in self.round.route.steps)]
        found = []
        for year in YEARS:
            round_ = self.world.round_of(self.version, year=year)
            found.append([(stage, round_.begins(stage), round_.due(stage)) for stage in stages])
        return found

    def who_may_apply(self):
        """Every reason against every community of the battery, at every tier, with some self scores and reasons."""
        found = []
        for tier in self.tiers:
            for name, community in self.world.battery.items():
                for total, reason in ((None, ""), (899_999, ""), (900_000, "有特色。")):
                    if total != 900_000 and community.kind == "urban" and name != "城市社区":
                        continue
                    one = Application(round=self.round, tier=tier, community=community)
                    one.total_self, one.exception_reason = total, reason
                    found.append((eligibility.reasons_against(one, AT), eligibility.reason_due(one, AT)))
        return found

    def places(self):
        """The places given out when a round is prepared."""

        def act():
            by, version = self.world.officer(Role.APPROVER), copy.copy(self.version)
            version.rubric = None
            made = rounds.prepare(
                version,
                self.world.place,
                name="另一批",
                year=2023,
                code="L23",
                opens_on=DAY,
                by=by,
                at=AT,
            )
            return list(
                made.quotas.order_by("pk").values_list("tier", "region__name", "region__level", "size")
            )

        return self._trying(act)

    def title(self):
        """The title that would be granted, by tier and kind of community."""
        kinds = [self.world.battery[name] for name in ("城市社区", "相近行政村")]
        found = []
        for tier in self.tiers:
            for community in kinds:
                one = self.world.draft_of(self.round, tier, community)
                title = recognitions.title_of(
                    self.round, one, 1, document_number="文号", granted_on=DAY, issuer_name="局"
                )
                names = ("programme", "tier", "tier_name", "issuer", "rank", "money", "year")
                found.append([getattr(title, name) for name in names] + [one.tier_name])
        return found

    def task_list(self):
        """The community's tasks with what is missing, and everything a desk may remark on."""
        found = []
        for tier in self.tiers:
            one = self.world.draft_of(self.round, tier)
            for one.narrative in ("", "字" * 1450):
                tasks = filing_content.tasks(one, AT)
                told = [(task.key, task.title, task.summary, task.missing) for task in tasks]
                found.append((told, filing_content.targets(one), filing_content.missing_sentences(one)))
        return found

    def forms(self):
        """The boxes of the community's forms and their kinds; the materials with what each takes."""
        found = []
        for tier in self.tiers:
            one = self.world.draft_of(self.round, tier)
            basics = BasicsForm(application=one, open_places=None).fields
            told = [
                (key, type(field).__name__, getattr(field, "unit", ""), getattr(field, "wanted", None))
                for key, field in basics.items()
            ]
            given = [
                (key, field.label, field.help_text)
                for key, field in StatementsForm(application=one).fields.items()
            ]
            groups = [
                (group.key, "indicator" in group.form.fields, group.print_url, group.material.get("required"))
                for group in files._groups(one)
            ]
            found.append((told, given, groups))
        return found

    def prefilled(self):
        """What a new draft is filled with from the register."""
        return filing._prefilled(self.round, self.world.battery["两年社区city"])

    def printed(self):
        """Where the portal prints the official form of a material."""
        one = self.world.draft_of(self.round, self.tiers[0])
        return [
            (material["key"], prints.print_address(one, material)) for material in self.document["materials"]
        ]

    def choices(self):
        """What the opener may choose, and what the route and the sheet are by each choice."""
        found = []
        for choice in round_settings.choices(self.version, self.version.rubric, {}):
            for value in choice.choices:
                picked = {"readings": {choice.key: value}}
                route = Route(round_settings.route_steps(self.document, picked))
                sheet = self.version.rubric and round_settings.read_otherwise(
                    json.loads(self.version.rubric.document), picked["readings"]
                )
                found.append(
                    (
                        choice.key,
                        choice.default,
                        value,
                        [(s.state, s.workdays, s.one_clerk, s.scores) for s in route.steps],
                        sheet,
                    )
                )
        return found

    def panel(self):
        """What scores of a panel come to, who may be on it, how many each community gets, and the order of the draw."""
        section = self.document.get("panel")
        if not section:
            return None
        rows = [[70, 90, 92, 95], [70, 90, 92, 95, 100], [70, 88, 90, 92, 95, 100], [80, 90, 91], [60, 72]]
        told = [
            result([score * UNIT for score in row], Rule.of(section, drop=drop))
            for row in rows
            for drop in (True, False)
        ]
        members = [Member(n, f"K{n}", source) for n, source in enumerate(section["sources"] * 2)]
        dealt = deal("seed", members, 2, section["sources"])
        seated = [Member(m.key, m.code, m.source, dealt[m.key]) for m in members]
        drawn = assign("seed", seated, [Case(1, "A1", {})], section["least"], {})
        return told, dealt, drawn, self._trying(self._formed)

    def _keep(self):
        """The document in the row of its version, for what reads it from there."""
        kept = {"document": self.version.document, "checksum": self.version.checksum}
        ProgrammeVersion.objects.filter(pk=self.version.pk).update(**kept)

    def _formed(self):
        self._keep()
        made = panels.form(self.round, self.world.place, by=self.world.officer(Role.APPROVER), at=AT)
        made.round = self.round
        user = self.world.officer(Role.HANDLER, "county")
        barred = {
            source: panels._appointing(made, user, "某单位", source, user.acting.office.region, AT)
            for source in ("hr", "finance", "audit", "university")
        }
        assert Assessor.objects.count() == 0
        return made.least, barred

    def street_plans(self):
        """By when which offices file a plan."""
        if not self.document.get("plans"):
            return None
        levels = {
            level: plans.why_not(self.world.officer(Role.HANDLER, level), self.round)
            for level in ("street", "county")
        }
        return plans.due(self.round), levels, len(plans.overview(self.round, self.world.place, day=DAY))

    def rechecked(self):
        """Which titles a year's recheck looks at, through whose hands, by when, and what its register asks for."""
        section = rechecks.section(self.version)
        if not section:
            return None
        asked = titles_forms.Check(
            figures=rechecks.figures_of(self.version), visit=section.get("visit", False)
        )
        due = section.get("register_until") and day_of_window(section["register_until"], 2022, end=True)
        scope = [title.number for title in rechecks.in_scope(self.version, self.world.place, 2022)]
        return rechecks.chain(self.version), section["fail_approved_by"], due, scope, list(asked.fields)

    def covered(self):
        """How far the place has come."""
        if not self.document.get("coverage"):
            return None
        return coverage.coverage(self.round, self.world.place, DAY), coverage.began(self.round)

    def preferred(self):
        """Whom this document makes preferred elsewhere: in a round of a made-up programme of each issuer."""
        return self._trying(self._hinted)

    def _hinted(self):
        self._keep()
        self.world._title(self.world.battery["城市社区"], "county", 1, "county")
        own = {**self.document, "key": "other-1", "title": "另一方案", "priority": None}
        found = []
        for issuer in ("nation", "province", "city", "county"):
            tiers = [{**self.document["tiers"][0], "issuer": issuer}]
            other = {**own, "version": issuer, "tiers": tiers}
            version = ProgrammeVersion.objects.create(
                programme=Programme.objects.get_or_create(key="other-1", defaults={"title": "另一方案"})[0],
                version=issuer, document=canonical(other), checksum=hashlib.sha256(canonical(other).encode()).hexdigest(), loaded_at=AT,
            )  # fmt: skip
            one = self.world.draft_of(self.world.round_of(version), tiers[0]["key"])
            told = hints.hints([one], DAY)[one.pk].priority
            found.append((issuer, told and (told.sentence, told.source)))
        return found

    def later(self):
        """The figures of a later period: which, whose desk, under which name."""
        sheet = rubric_of(self.version.rubric)
        if sheet is None or sheet.later_period is None:
            return None
        one = self.world.draft_of(self.round, self.tiers[0])
        seen = []
        for step in self.round.route.steps:
            one.state = step.state
            seen.append(later_period.TARGET in filing_content.remarkable(one))
        return seen, [*later_period.asked(one)], later_period.title(sheet.later_period)

    def derived(self):
        """What the register tells of figures nobody fills in."""
        sheet = rubric_of(self.version.rubric)
        if sheet is None:
            return None
        found = []
        for tier in self.tiers:
            for community in self.world.battery.values():
                one = self.world.draft_of(self.round, tier, community)
                found.append(eligibility.derived(one, sheet.derived, AT))
        return found, [*filing_content.asked(self.world.draft_of(self.round, self.tiers[0]))]

    def period(self):
        """The days the figures are of."""
        sheet = rubric_of(self.version.rubric)
        return sheet and sheet.period

    def words(self):
        """The lines that everyone reads about sections without a desk."""
        return programme_lines.lines(self.document)

    def page(self):
        """The programme's page for everyone, and that of the offices above its rounds."""
        shown = public_rules.shown_version(self.version)
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        pages = {
            "public/programme.html": {"programme": shown},
            "public/programmes.html": {"programmes": [shown]},
        }
        return [render_to_string(name, context, request) for name, context in pages.items()]


PROBES = [name for name in vars(Probed) if not name.startswith("_")]
