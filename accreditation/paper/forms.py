"""The official forms by the name a programme's material gives them: title, layout, and whose opinion or score stands on it.

Which form a programme prints is data of its document (`materials[].form`); how a form is laid out is here and in
templates/paper/.
"""

from dataclasses import dataclass

from django.template.loader import render_to_string

from accreditation import filing_content
from accreditation.disclosure import shows, shows_scores
from accreditation.paper import pages, rendering
from accreditation.routes import LEVELS

COMMUNITY = "community"


@dataclass(frozen=True)
class Box:
    """An opinion box: whose level, and its heading word for word. `spaced`: the seal stands as （ 公    章 ） in the source."""

    level: str
    heading: str


@dataclass(frozen=True)
class Form:
    """annex: as the source heads it. fields: rows of a form beside name, contact and narrative. boxes: in the source's order."""

    key: str
    annex: str
    title: str
    template: str
    boxes: tuple[Box, ...] = ()

    @property
    def is_sheet(self) -> bool:
        """Whether it shows scores; else opinions."""
        return not self.boxes


HENAN_BOXES = (
    Box("street", "街道（乡镇）意见"),
    Box("county", "县（市、区）推荐意见"),
    Box("city", "省辖市推荐意见"),
)
FORMS = {
    form.key: form
    for form in (
        Form("hunan_2", "附件2：", "省级充分就业星级社区评定考核表", "paper/hunan_2.html"),
        Form(
            "hunan_3",
            "附件3：",
            "省级充分就业星级社区申报表",
            "paper/hunan_3.html",
            (
                Box("county", "县（市、区）人力资源社会保障部门审核意见："),
                Box("city", "市（州）人力资源社会保障部门审核意见："),
                Box("province", "省人力资源社会保障部门审核意见："),
            ),
        ),
        Form("henan_2", "附件 2", "河南省省级充分就业社区推荐表", "paper/henan.html", HENAN_BOXES),
        Form("henan_3", "附件 3", "河南省星级充分就业社区推荐表", "paper/henan.html", HENAN_BOXES),
        Form(
            "pingdingshan_3",
            "附件 3",
            "平顶山市市级（星级）充分就业社区推荐表",
            "paper/pingdingshan_3.html",
            (
                Box("street", "街道（乡镇）意见"),
                Box("county", "县（市、区）推荐意见"),
                Box("city", "市人社局意见"),
            ),
        ),
        Form("quangang_sheet", "附件", "创建充分就业村（社区）考核评分标准表", "paper/quangang_sheet.html"),
        Form("gansu_sheet", "附件", "甘肃省省级充分就业社区认定量化评分表", "paper/gansu_sheet.html"),
    )
}


def of(application) -> list[tuple[Form, str]]:
    """The forms that the application's tier hands in and this portal lays out: (form, the material's key)."""
    wanted = filing_content.materials_wanted(application)
    found = [(FORMS[one["form"]], one["key"]) for one in wanted if one.get("form") in FORMS]
    if filing_content.rubric(application) is None:
        found = [(form, key) for form, key in found if not form.is_sheet]
    return found


def stampers(form, application) -> tuple[str, ...]:
    """Whose stamp the form can carry: the community, then each level with a box or a column of its own, lowest first."""
    if form.is_sheet:
        levels = [step.level for step in application.route.steps if step.scores]
    else:
        levels = [box.level for box in form.boxes]
    return (COMMUNITY, *(level for level in LEVELS if level in levels))


def may_show(user, application, form, level) -> bool:
    """Whether this reader may see what a level wrote on the form: its scores, or its opinion."""
    rule = shows_scores if form.is_sheet else shows
    return rule(user, application, level)


def html(form, facts, *, code, qr, demo=False, row_pages=None) -> str:
    """The form as one HTML document. facts: of `accreditation.paper.facts`; code and qr: the check code and its picture."""
    context = {"form": form, "facts": facts, "code": code, "qr": qr, "demo": demo}
    if form.is_sheet:
        context["rows"] = pages.spanned(facts["rows"], row_pages)
        context["totals"] = list(zip(facts["columns"], facts["totals"], strict=True))
    else:
        context["below_city"] = facts["places"][1:]
        context["paragraphs"] = facts["narrative"].split("\n")
        context["city_tier"], context["star_tier"] = (facts.get("tier") == key for key in ("city", "star"))
    return render_to_string(form.template, context)


def pdf(form, facts, **about) -> bytes:
    """The form as a PDF. A sheet is laid out twice: once to see where its pages end, once with its merged cells cut there."""
    first = html(form, facts, **about)
    if not form.is_sheet:
        return rendering.render(first)
    found = rendering.pages_of(first)
    return rendering.render(html(form, facts, **about, row_pages=found))


REGISTER = "recheck_register"
# Its cells after the number, in the order of the annex; contact and phone stand in one.
REGISTER_CELLS = ("county", "street", "community", "contact", "provincial", "national", "star", "passed")


def recheck_register(heads: dict, rows: list[dict]) -> bytes:
    """省级充分就业社区复查情况登记表 (平人社办〔2021〕141号 附件1) as a PDF.

    heads: unit, leader, head, clerk, day, blank where left out; rows: REGISTER_CELLS and perhaps phone, as they are printed.
    """
    return rendering.render(render_to_string("paper/recheck_register.html", {"heads": heads, "rows": rows}))
