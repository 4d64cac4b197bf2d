"""Driving the portal through its public verbs, as the people of the demonstration would: filing, desks, lists, notices.

Every step takes the moment it happens. Nothing here writes a state, a total or a place.
"""

import datetime as dt
import io
import random

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from accreditation import assessing, filing, filing_content, notices, recognitions, transitions, uploads
from accreditation.lists import desk_list
from accreditation.models import Application
from demonstration import hunan_figures
from regions.clock import SHANGHAI
from scoring.engine import score
from scoring.points import show_points


def moment(day: dt.date, rng: random.Random | None = None) -> dt.datetime:
    """A time within office hours of a day."""
    minutes = rng.randrange(8 * 60 + 30, 17 * 60) if rng else 9 * 60
    return dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60), SHANGHAI)


def scan(title: str) -> SimpleUploadedFile:
    """A small PDF that stands for a stamped scan."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.docinfo["/Title"] = title
    buffer = io.BytesIO()
    pdf.save(buffer)
    return SimpleUploadedFile(f"{title}.pdf", buffer.getvalue(), content_type="application/pdf")


class Driver:
    """One programme's people at work in one round."""

    def __init__(
        self, round_, tier, people, seed, figures=hunan_figures.figures, narrative=hunan_figures.narrative
    ):
        """figures(rng, quality) → values of the score sheet; narrative(rng, facts) → text."""
        self.round, self.tier, self.people = round_, tier, people
        self.figures, self.narrative = figures, narrative
        self.rng = random.Random(seed)
        self.rubric = filing_content.rubric(Application(round=round_))

    # The community

    def start(self, community, at):
        return filing.start(self.round, self.tier, community, by=self.people.filer(community), at=at)

    def fill(self, application, quality, at, *, upto=1.0):
        """Everything of the form; `upto` < 1 leaves the rest for another day."""
        by = self.people.filer(application.community)
        wanted = {field["key"] for field in filing_content.basics_fields(application)}
        facts = {
            "contact": by.name,
            "office_phone": application.community.office_phone,
            "address": application.community.address,
            "households": str(self.rng.randint(900, 4200)),
            "population": str(self.rng.randint(3000, 13000)),
            "labour_force": str(self.rng.randint(1800, 8000)),
            "staff": str(self.rng.randint(1, 4)),
        }
        kept = {key: value for key, value in facts.items() if key in wanted}
        saved = filing.save_basics(application, kept, by=by, at=at, edition=application.edition)
        if self.rubric is not None:
            values = self._figures(quality)
            if upto < 1:
                values = dict(list(values.items())[: int(len(values) * upto)])
            reasons = self._reasons(values)
            saved = filing.save_figures(saved, values, reasons, by=by, at=at, edition=saved.edition)
        if upto < 1:
            return saved
        text = self.narrative(self.rng, facts)
        saved = filing.save_narrative(saved, text, by=by, at=at, edition=saved.edition)
        given = {statement["key"]: True for statement in filing_content.statements_wanted(saved)}
        saved = filing.save_statements(saved, given, by=by, at=at, edition=saved.edition)
        for material in filing_content.materials_wanted(saved):
            if material.get("required"):
                checked = uploads.check(scan(material["label"][:40]))
                filing.attach(saved, checked, material=material["key"], by=by, at=at)
        return saved

    def _figures(self, quality):
        """Figures that reach the mark: a community that falls short keeps working until it does (or never files)."""
        for _ in range(60):
            values = self.figures(self.rng, quality)
            result = score(self.rubric, values, tier=self.tier)
            mark = self.round.pass_mark
            reached = mark is None or (result.total is not None and mark.met(result.total))
            if not result.errors and reached and result.passed is not False:
                return values
            quality = min(1.0, quality + 0.03)
        return values

    def _reasons(self, values):
        partly = (
            {code: line for code, line in score(self.rubric, values, tier=self.tier).lines.items()}
            if len(values) >= len(self.rubric.required)
            else {}
        )
        return {
            item.code: "综合实力处于全区中上水平，对照标准尚有差距，据实自评。"
            for item in self.rubric.indicators
            if item.judged and item.code in partly and partly[item.code].points < item.max
        }

    def submit(self, application, at):
        by = self.people.filer(application.community)
        if application.exception_reason == "" and "exception" in {
            t.key for t in filing_content.tasks(application, at)
        }:
            application = filing.save_exception_reason(
                application,
                "本村设有便民服务中心，服务人口和功能与社区相近，就业帮扶做法在全县推广，请予考虑。"
                if application.community.kind == "village"
                else "本社区近三年新增就业、创业带动就业成绩突出，“招聘角”做法在全市推广，虽未申报市级称号，仍请予考虑。",
                by=by,
                at=at,
                edition=application.edition,
            )
        return transitions.submit(application, by=by, at=at, seen=application.moves)

    def resubmit(self, application, at):
        by = self.people.filer(application.community)
        application = self.fresh(application)
        return transitions.resubmit(application, by=by, at=at, seen=application.moves)

    def withdraw(self, application, at, reason):
        by = self.people.filer(application.community)
        return transitions.withdraw(
            application, by=by, at=at, seen=self.fresh(application).moves, reason=reason
        )

    # The desks

    def fresh(self, application):
        return Application.objects.with_round().select_related("self_sheet").get(pk=application.pk)

    def officer(self, application, role):
        region = application.community.street
        while region.level != application.state.rsplit("_", 1)[0]:
            region = region.parent
        return self.people.at_office(region, role)

    def assess(self, application, at, *, strict=0.0, upto=1.0):
        """The desk's own sheet: mostly as self-scored, here and there half a point off with the reason."""
        by = self.officer(application, Role.HANDLER)
        result = score(self.rubric, filing_content.figures(application), tier=self.tier)
        lines = {}
        items = list(self.rubric.indicators)
        for item in items[: int(len(items) * upto)]:
            points, reason = result.lines[item.code].points, ""
            if self.rng.random() < strict and points >= item.step:
                points -= item.step
                reason = self.rng.choice(
                    ("台账记录不全", "抽查与上报不一致", "佐证材料不足", "现场查看未见记录")
                )
            elif item.judged and points < item.max:
                reason = "与自评一致"
            lines[item.code] = {"points": show_points(points), "reason": reason}
        if upto == 1.0:
            lines |= {code: self._finding(verdict) for code, verdict in result.criteria.items()}
        return assessing.save_sheet(
            application, lines, {}, by=by, at=at, seen=application.moves, edition=None
        )

    def _finding(self, verdict):
        if verdict.met is False:
            return {"met": "no", "reason": "经核实情况属实，已写明整改期限。"}
        return {"met": "yes", "reason": "" if verdict.met else "现场核对情况属实。"}

    def visit(self, application, at, *, passed=True):
        by = self.officer(application, Role.HANDLER)
        other = self.officer(application, Role.APPROVER)
        findings = (
            "查看服务中心场地、设施和台账，随机走访居民五户，情况与申报一致。"
            if passed
            else "服务中心正在搬迁，台账未能现场提供，建议整改后再行考察。"
        )
        return assessing.save_visit(
            application,
            by=by,
            at=at,
            seen=application.moves,
            on=at.astimezone(SHANGHAI).date(),
            inspectors=f"{by.name}、{other.name}",
            findings=findings,
            passed=passed,
            photos=(),
        )

    def propose(self, application, at, verdict="recommend", opinion="材料齐全，数据与台账相符，同意上报。"):
        application = self.fresh(application)
        return transitions.propose(
            application,
            by=self.officer(application, Role.HANDLER),
            at=at,
            seen=application.moves,
            verdict=verdict,
            opinion=opinion,
        )

    def pass_on(self, application, at):
        application = self.fresh(application)
        return transitions.pass_on(
            application, by=self.officer(application, Role.APPROVER), at=at, seen=application.moves
        )

    def send_back(self, application, at, remarks):
        application = self.fresh(application)
        return transitions.send_back(
            application,
            by=self.officer(application, Role.APPROVER),
            at=at,
            seen=application.moves,
            remarks=remarks,
        )

    def decline(self, application, at, reason):
        application = self.fresh(application)
        return transitions.decline(
            application,
            by=self.officer(application, Role.APPROVER),
            at=at,
            seen=application.moves,
            reason=reason,
        )

    def shortlist(self, application, at):
        application = self.fresh(application)
        return transitions.shortlist(
            application, by=self.officer(application, Role.APPROVER), at=at, seen=application.moves
        )

    # Lists and notices

    def publish(self, state, region, at, number):
        """Explain who is passed over, then publish the list of a desk."""
        desk = desk_list(self.round, self.tier, state, region)
        self.explain(desk, at)
        listed = {c.application.pk: c.application.moves for c in desk.listed}
        publisher = self.people.at_office(region, Role.PUBLISHER)
        office = publisher.acting.office
        source = self.round.version.data["source"]
        return notices.publish(
            self.round,
            self.tier,
            state,
            by=publisher,
            at=at,
            seen=listed,
            text={
                "number": number,
                "title": self._title(region, state),
                "basis": f"根据《{source['title']}》（{source['number']}）要求，{office.name}组织开展了推荐评审。",
                "process": "经社区申报、逐级审核、评分和实地考察，现将名单予以公示。",
                "contact": f"{office.name} {office.phone}",
                "address": office.address,
            },
        )

    def _title(self, region, state):
        name, year = self.round.version.tier(self.tier)["name"], self.round.year
        last = self.round.route.steps[-1].state == self.round.route.after(state).state
        if region.level == "province":
            return f"{year}年{region.name}{name}拟认定名单公示"
        return f"{region.name}{year}年{name}{'拟认定' if last else '推荐'}名单公示"

    def pass_on_list(self, state, region, at):
        """The list of a desk on to the next one, where no notice lies between."""
        desk = desk_list(self.round, self.tier, state, region)
        self.explain(desk, at)
        desk = desk_list(self.round, self.tier, state, region)
        return transitions.pass_on_list(
            self.round,
            self.tier,
            state,
            by=self.people.at_office(region, Role.APPROVER),
            at=at,
            seen={c.application.pk: c.application.moves for c in desk.listed},
        )

    def explain(self, desk, at):
        for candidate in desk.unexplained:
            transitions.pass_over(
                candidate.application,
                by=self.officer(candidate.application, Role.APPROVER),
                at=at,
                seen=candidate.application.moves,
                reason="同分比较，示范带动作用稍弱，列为后备。",
            )

    def recognise(self, region, at, document_number):
        ready = recognitions.ready(self.round, self.tier, region)
        return recognitions.recognise(
            self.round,
            self.tier,
            by=self.people.at_office(region, Role.APPROVER),
            at=at,
            seen=dict(ready.values_list("pk", "moves")),
            document_number=document_number,
        )
