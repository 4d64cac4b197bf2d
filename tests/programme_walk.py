"""One more programme in a House: its round opened there, and its people walking applications by the public verbs.

`base` figures are those of the golden files; a test says what differs.
"""

import datetime as dt
import json

from accounts.models import Role
from accreditation import (
    assessing,
    filing,
    filing_content,
    notices,
    programmes,
    publishing_rubrics,
    rounds,
    sheets,
    uploads,
)
from accreditation.models import Round
from demonstration.driving import Driver, moment, scan
from regions.clock import end_of
from tests.factories import ROOT, load_calendar

AT_ONCE = "材料齐全，逐条核对，同意上报。"


def base_figures(key, **changes) -> dict:
    """A golden sheet with every condition met."""
    text = (ROOT / "tests" / "golden" / f"{key}.json").read_text(encoding="utf-8")
    return {**json.loads(text)["base"], **changes}


class Walk(Driver):
    """The people of a house at work in a round of a programme of conditions, for one of its tiers."""

    def __init__(self, house, round_, tier, figures):
        super().__init__(round_, tier, house.people, "walk")
        self.house, self.figures = house, figures

    def draft(self, number=0, day=None):
        return self.start(self.house.community(number), moment(day or self.round.opens_on))

    def fill(self, application, at, **changes):
        """Everything the form asks for."""
        by = self.people.filer(application.community)
        facts = {
            "contact": by.name,
            "office_phone": "0000-0000001",
            "address": "某路1号",
            "households": "900",
            "population": "3000",
        }
        saved = filing.save_basics(application, facts, by=by, at=at, edition=application.edition)
        values = {**self.figures, **changes}
        saved = filing.save_figures(saved, values, {}, by=by, at=at, edition=saved.edition)
        if filing_content.narrative_rule(saved):
            saved = filing.save_narrative(saved, "创建工作情况。", by=by, at=at, edition=saved.edition)
        given = {statement["key"]: True for statement in filing_content.statements_wanted(saved)}
        saved = filing.save_statements(saved, given, by=by, at=at, edition=saved.edition)
        for material in filing_content.materials_wanted(saved):
            if material.get("required"):
                checked = uploads.check(scan(material["label"][:20]))
                filing.attach(saved, checked, material=material["key"], by=by, at=at)
        return saved

    def filed(self, number=0, day=None, **changes):
        at = moment(day or self.round.opens_on)
        return self.fresh(self.submit(self.fill(self.draft(number, day), at, **changes), at))

    def fresh(self, application):
        return self.house.fresh(application)

    def lines(self, application, **findings):
        """A desk's sheet as the figures give it: every item and condition; `findings` differ: code → (finding, reason)."""
        laid = sheets.lay_out(application, {}, {})
        lines = {row.item.code: {"points": row.basis.shown, "reason": ""} for row in laid.rows}
        lines |= {check.item.code: {"met": check.computed, "reason": ""} for check in laid.checks}
        return lines | {code: {"met": met, "reason": why} for code, (met, why) in findings.items()}

    def check(self, application, at, lines=None, corrections=None, **findings):
        """The desk's own sheet."""
        return assessing.save_sheet(
            application,
            self.lines(application, **findings) if lines is None else lines,
            corrections or {},
            by=self.officer(application, Role.HANDLER),
            at=at,
            seen=application.moves,
            edition=None,
        )

    def prepare(self, application, at):
        """All a desk needs: its sheet, its visit, the handler's opinion."""
        application = self.fresh(application)
        if application.step.scores:
            self.check(application, at)
        if application.step.needs.get("site_visit"):
            self.visit(self.fresh(application), at)
        self.propose(application, at, opinion=AT_ONCE)
        return self.fresh(application)

    def on(self, application, day):
        """One stop further, whatever it is; returns the application and the next free day."""
        step, at = application.step, moment(day)
        if step.is_notice:
            notice = application.entries.get(status="running").notice
            notices.close(notice, at=end_of(notice.last_day))
            return self.fresh(application), notice.last_day + dt.timedelta(days=3)
        application = self.prepare(application, at)
        following = self.round.route.after(step.state)
        if step.listing:
            self.shortlist(application, at)
        if following is None:
            self.recognise(self.house.office_region(application), at, "测试〔2022〕9号")
        elif following.is_notice:
            self.publish(step.state, self.house.office_region(application), at, "测试〔2022〕1号")
        else:
            self.pass_on(application, at)
        return self.fresh(application), day + dt.timedelta(days=1)

    def to(self, state, application, day):
        """On until it stands at the state; returns the application and the next free day."""
        while application.state != state:
            application, day = self.on(application, day)
        return application, day


def open_programme(
    house, data, *, place, year, opens_on, settings=None, sheet=None, sample=False, places=()
) -> Round:
    """The programme's document loaded, and one round of it opened by the approver of its organiser.

    sheet: a score sheet (the `rubric` part) that the source lacks, published first; sample: the workbook made for the
    demonstration instead. places: (tier, region, size).
    """
    load_calendar(year)
    region = house.regions[place]
    source = {**data["source"], "place": {"level": region.level, "name": region.name}}
    version, _ = programmes.load({**data, "source": source}, "test.json", at=moment(opens_on))
    by, at = house.officer(place, Role.APPROVER), moment(opens_on)
    made = rounds.prepare(
        version,
        region,
        name=f"{year}年{data['key']}",
        year=year,
        code=f"P{year}",
        opens_on=opens_on,
        settings=settings,
        by=by,
        at=at,
    )
    if sheet is not None:
        whole = {name: version.data[name] for name in programmes.SCORE_SHEET if name in version.data}
        published, _ = publishing_rubrics.publish_rubric(
            version,
            {**whole, "rubric": sheet},
            document_number="测试〔2023〕3号",
            sample=False,
            workbook_name="",
            by=by,
            at=at,
        )
        made = publishing_rubrics.choose(made, published.rubric, by=by, at=at)
    if sample:
        book = publishing_rubrics.read(version, publishing_rubrics.sample(version))
        published, _ = publishing_rubrics.publish_rubric(
            version,
            book.document,
            document_number="演示用",
            sample=True,
            workbook_name="演示用评分表.xlsx",
            by=by,
            at=at,
        )
        made = publishing_rubrics.choose(made, published.rubric, by=by, at=at)
    for tier, name, size in places:
        rounds.set_quota(made, tier, house.regions[name], size, by=by, at=at)
    rounds.open_round(made, by=by, at=at)
    return Round.objects.select_related("version__programme", "rubric").get(pk=made.pk)
