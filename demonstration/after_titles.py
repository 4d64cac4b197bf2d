"""What comes after a title in the demonstrations: yearly rechecks, finished and running, and changes of communities.

Everything goes through the verbs, by the people of the stage; the days are those of the story.
"""

import datetime as dt

from accounts.models import Role
from accreditation import community_changes, rechecks
from accreditation.models import RecheckEntry, RecheckRound
from demonstration.driving import moment

State = RecheckEntry.State


def open_recheck(stage, year, day, name, document) -> RecheckRound:
    """A year's recheck by the stage's programme."""
    return rechecks.open_round(
        stage.version, year=year, name=name, document_number=document, by=stage.organiser(), at=moment(day)
    )


def lines(round_, region=None):
    """The lines of a register, below a region."""
    rows = round_.entries.select_related(
        "round__version", "recognition__community__street__parent__parent__parent"
    )
    rows = rows.within(region) if region else rows
    return list(rows.order_by("position", "pk"))


def desk(stage, entry, role):
    """Who sits at the desk a line lies on."""
    region = entry.recognition.community.street
    while region.level != entry.level:
        region = region.parent
    return stage.people.at_office(region, role)


def check(stage, entry, day, *, failed=""):
    """The lowest desk fills in the line, with its counts where the programme asks for them; `failed` says why."""
    counts = {}
    for figure in rechecks.figures_of(entry.round.version):
        whole = counts.get(figure.get("part_of"))
        counts[figure["key"]] = stage.rng.randint(4, 40) if whole is None else whole - (whole > 20)
    visited = day if rechecks.section(entry.round.version).get("visit") else None
    return rechecks.check(
        entry, passed=not failed, reason=failed, figures=counts, visited_on=visited,
        by=desk(stage, entry, Role.HANDLER), at=moment(day, stage.rng), seen=entry.moves,
    )  # fmt: skip


def confirm(stage, entry, day):
    """The approver of the desk it lies on confirms."""
    return rechecks.confirm(
        entry, by=desk(stage, entry, Role.APPROVER), at=moment(day, stage.rng), seen=entry.moves
    )


def passed(stage, entry, day):
    """From the first look to the outcome, all within a week."""
    entry = check(stage, entry, day)
    while entry.state == State.CONFIRM:
        day += dt.timedelta(days=1)
        entry = confirm(stage, entry, day)
    return entry


def end_failed(stage, entry, day, document):
    """The level that may end the title approves."""
    return rechecks.decide(
        entry, end=True, reason="复查不合格情况属实，同意取消称号。", document_number=document, on=day,
        by=desk(stage, entry, Role.APPROVER), at=moment(day), seen=entry.moves,
    )  # fmt: skip


def close(stage, round_, day):
    """The organiser ends a year's recheck."""
    return rechecks.close_round(round_, by=stage.organiser(), at=moment(day))


def report(stage, community, kind, happened_on, day, **details):
    """The community reports what became of it."""
    return community_changes.report(
        community, kind=kind, happened_on=happened_on, details=details, document_number="民政批复见附件",
        explanation="按民政部门批复办理，社区服务和就业台账一并移交。", by=stage.people.filer(community), at=moment(day),
    )  # fmt: skip


def decide(stage, told, county, decider, checked_on, day, document, *, keep):
    """The county looks into a report, and who granted the titles decides: all of them kept, or none."""
    told = community_changes.check(
        told, finding="经核实，变更情况与民政部门批复一致。", by=stage.people.at_office(county, Role.HANDLER),
        at=moment(checked_on), seen=told.moves,
    )  # fmt: skip
    kept = {title.pk: community_changes.Keep(keep) for title in community_changes.titles_of(told)}
    decision = (
        "同意更名，称号保留。" if keep else "两社区合并后由继任社区保留原有称号，被合并社区的称号终止。"
    )
    return community_changes.decide(
        told, kept=kept, decision=decision, document_number=document, by=stage.people.at_office(decider, Role.APPROVER),
        at=moment(day), seen=told.moves,
    )  # fmt: skip
