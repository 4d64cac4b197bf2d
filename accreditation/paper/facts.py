"""What a form shows, and nothing else, as plain data: what is locked when it is printed and compared afterwards.

Points are strings as they are printed, "" while open; names and texts as they were written. Dates of printing, codes
and seals are no part of it, so that the same data gives the same print.
"""

import hashlib
import json

from accounts.events import canonical
from accreditation import case_file, filing_content, score_columns
from accreditation.models import Assessment, Recognition
from accreditation.paper import forms
from regions.clock import day_of
from regions.models import Region
from scoring.engine import score_partial
from scoring.points import parse_points, show_points

CHECKED = {True: "合格", False: "不合格", None: "经批准未复查"}


def fingerprint(facts: dict) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def levels_of(application, form, user) -> tuple[str, ...]:
    """The levels whose scores or opinions stand on the form and may be seen by this reader, lowest first."""
    filled = _columns(application) if form.is_sheet else _opinions(application)
    wanted = forms.stampers(form, application)
    return tuple(
        level for level in wanted if level in filled and forms.may_show(user, application, form, level)
    )


def of(application, form, levels, at) -> dict:
    """The form's data with what these levels wrote. `at`: the moment whose titles count (Henan 附件3)."""
    community = application.community
    above = {region.level: region.name for region in Region.objects.above(community.street)}
    facts = {
        "form": form.key,
        "number": application.number or "",
        "document": application.round.version.data["source"]["number"],
        "label": application.round.rubric.label if application.round.rubric and form.is_sheet else "",
        "places": [above.get(level, "") for level in ("city", "county", "street")] + [community.name],
    }
    if form.is_sheet:
        return facts | _sheet(application, form, levels)
    return facts | _form(application, form, levels, at)


def _form(application, form, levels, at):
    opinions = _opinions(application)
    basics = application.basic_facts
    facts = {
        "contact": basics.get("contact", ""),
        "phone": basics.get("office_phone", ""),
        "narrative": application.narrative,
        "opinions": {level: opinions[level] for level in levels if level in opinions},
    }
    if form.key == "henan_3":
        facts |= _provincial(application, at)
    if form.key == "pingdingshan_3":
        facts["tier"] = application.tier
    return facts


def _opinions(application):
    """Level → the opinion it put forward, of those that recommend."""
    return {
        one.level: one.opinion
        for one in application.assessments.all()
        if one.opinion and one.proposed_at and one.verdict == Assessment.Verdict.RECOMMEND
    }


def _provincial(application, at):
    """省级充分就业社区认定时间 and 三年复查情况, from the register: the title of the tier below and its three last rechecks."""
    tier = application.round.version.tier(application.tier)
    title = (
        Recognition.objects.held_on(day_of(at))
        .filter(community=application.community, issuer=tier["issuer"], rank__lt=tier["rank"])
        .order_by("-rank", "-granted_on", "-id")
        .first()
    )
    if title is None:
        return {"granted": "", "rechecks": []}
    years = range(application.round.year - 3, application.round.year)
    checks = {one.year: CHECKED[one.passed] for one in title.rechecks.filter(year__in=years)}
    day = title.granted_on
    document = f"（{title.document_number}）" if title.document_number else ""
    return {
        "granted": f"{day.year}年{day.month}月{day.day}日{document}",
        "rechecks": [f"{year}年度：{checks.get(year, '')}" for year in years] if checks else [],
    }


def _columns(application):
    """Level → {code: points in words, "total": …} of every desk that has begun its sheet."""
    found = {}
    for one in application.assessments.all():
        if one.sheet_id:
            lines = json.loads(one.sheet.lines)
            points = {
                code: show_points(parse_points(line["points"]))
                for code, line in lines.items()
                if line.get("points")
            }
            if points:
                total = application.total(one.level)
                found[one.level] = points | {"total": "" if total is None else show_points(total)}
    return found


def _sheet(application, form, levels):
    rubric = filing_content.rubric(application)
    result = score_partial(rubric, filing_content.figures(application), tier=application.tier)
    own = {
        code: show_points(line.points)
        for code, line in result.lines.items()
        if line is not None and line.points is not None
    }
    if result.complete:
        own["total"] = show_points(result.total)
    filled = _columns(application)
    titles = score_columns.titles(rubric)
    columns = [("self", titles.get("self", "自评"), own)]
    for level in forms.stampers(form, application)[1:]:
        title = titles.get(level, case_file.LEVEL_NAMES[level])
        columns.append((level, title, filled.get(level, {}) if level in levels else {}))
    given = [points for _, _, points in columns]
    return {
        "full": show_points(rubric.full),
        "columns": [title for _, title, _ in columns],
        "rows": [
            {
                "category": category.title,
                "category_max": show_points(category.max),
                "project": "" if project.title == category.title else project.title,
                "project_max": show_points(project.max),
                "number": str(item.number),
                "content": item.content,
                "max": show_points(item.max),
                "standard": item.standard,
                "points": [points.get(item.code, "") for points in given],
            }
            for category in rubric.categories
            for project in category.projects
            for item in project.indicators
        ],
        "totals": [points.get("total", "") for points in given],
        "notes": list(rubric.notes),
    }
