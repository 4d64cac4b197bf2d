"""What the community writes: every save is one transaction, refuses an old page, and touches only what is open.

A draft is open everywhere; a returned application only at the places its desk remarked on. Saves are not verbs: they
move no state. The event of an editing session is written when it is filed; starting and files have their own.
"""

import json

from django.db import IntegrityError, transaction

from accounts.events import canonical, record
from accounts.models import Role
from accreditation import filing_content, later_period
from accreditation.models import Application, ApplicationEvent, Attachment, Round
from accreditation.permissions import why_not
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import day_of
from regions.communities import hold_place
from scoring.criteria import all_met
from scoring.engine import score_partial
from scoring.models import ScoreSheet


@transaction.atomic
def start(round_, tier, community, *, by, at) -> Application:
    """A draft for the community, prefilled from the register and its last application. A second press finds the first."""
    posting = by.acting
    if posting is None or posting.role != Role.FILER or posting.community_id != community.pk:
        raise NotYours("只有本社区的申报员可以办理。")
    if existing := Application.objects.filter(round=round_, tier=tier, community=community).first():
        return existing
    if round_.status != Round.Status.OPEN or day_of(at) < round_.opens_on:
        raise NotReady("本批次目前不接受申报。")
    community = hold_place(community)
    if community.until is not None:
        raise NotReady(f"{community.name}已于 {community.until.isoformat()} 撤并，不能申报。")
    if not round_.region.contains(community.position):
        raise NotReady("本社区不在本批次的范围内。")
    if tier not in {t["key"] for t in round_.version.data["tiers"]}:
        raise NotReady("本批次没有这一申报层级。")
    sheet = ScoreSheet.objects.create(rubric=round_.rubric) if round_.rubric_id else None
    try:
        with transaction.atomic():
            application = Application.objects.create(
                round=round_,
                tier=tier,
                community=community,
                position=community.position,
                created_at=at,
                arrived_at=at,
                due_on=round_.due("draft"),
                self_sheet=sheet,
                basics=canonical(_prefilled(round_, community)),
            )
    except IntegrityError:  # someone of the same community pressed at the same moment
        return Application.objects.get(round=round_, tier=tier, community=community)
    application.number = f"{round_.code}-{application.pk:06d}"
    application.save(update_fields=["number"])
    look_up(application, at)
    _record(application, "start", by=by, at=at)
    return application


def _prefilled(round_, community):
    last = community.applications.exclude(state="draft").order_by("-id").first()
    facts = json.loads(last.basics) if last else {}
    register = {
        "contact": community.contact,
        "office_phone": community.office_phone,
        "address": community.address,
    }
    wanted = {field["key"]: field for field in round_.version.data.get("basics", [])}
    return {
        key: facts.get(key) or register.get(field.get("prefill", ""), "")
        for key, field in wanted.items()
        if facts.get(key) or register.get(field.get("prefill", ""), "")
    }


def _record(application, action, *, by, at, data=None):
    event = record(
        action, by=by, at=at, subject=f"{application.number} {application.community.name}", data=data
    )
    ApplicationEvent.objects.create(event=event, application=application)


def _open(application, by, edition, *targets) -> Application:
    """Lock the draft and ask again; refuse an old page and places that are not open."""
    held = (
        Application.objects.with_round()
        .select_related("self_sheet")
        .select_for_update(of=("self",))
        .get(pk=application.pk)
    )
    if reason := why_not(by, held, "edit"):
        raise NotYours(reason)
    if edition is not None and held.edition != edition:
        raise AlreadyMoved("这份申报刚刚在另一处保存过。您填写的内容仍在页面上，请核对后重新保存。")
    open_places = filing_content.open_targets(held)
    if open_places is not None and not any(target in open_places for target in targets):
        raise NotReady("这一部分不在退回补正的范围内，不能修改。")
    return held


def _saved(application, at, *fields):
    application.edition += 1
    application.saved_at = at
    application.save(update_fields=["edition", "saved_at", *fields])
    return application


@transaction.atomic
def save_basics(application, facts: dict, *, by, at, edition) -> Application:
    """Keep the given facts (field key → text); the others stay."""
    keys = [field["key"] for field in filing_content.basics_fields(application)]
    held = _open(application, by, edition, *(f"basics:{key}" for key in keys))
    open_places = filing_content.open_targets(held)
    kept = json.loads(held.basics)
    kept |= {
        k: v for k, v in facts.items() if k in keys and (open_places is None or f"basics:{k}" in open_places)
    }
    held.basics = canonical(kept)
    return _saved(held, at, "basics")


@transaction.atomic
def save_figures(application, figures: dict, reasons: dict, *, by, at, edition) -> Application:
    """Keep the given figures (key → value, None clears) and reasons (indicator code → text); recompute the self score."""
    places = {key: filing_content.places_of_figure(application, key) for key in figures}
    reasoned = {f"indicator:{code}" for code in reasons}
    held = _open(application, by, edition, *reasoned.union(*places.values()))
    open_places = filing_content.open_targets(held)
    asked = filing_content.asked(held)
    kept = json.loads(held.self_sheet.figures)
    for key, value in figures.items():
        if key not in asked or (open_places is not None and not places[key] & open_places):
            continue
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value
    lines = json.loads(held.self_sheet.lines)
    for code, text in reasons.items():
        if open_places is None or f"indicator:{code}" in open_places:
            lines[code] = {"reason": text}
    held.self_sheet.lines = canonical(lines)
    _weigh(held, kept, at)
    return _saved(held, at, "total_self")


def look_up(application, at) -> None:
    """Bring what the portal itself knows into the self sheet: when it starts, at every save, and when it is filed."""
    kept = filing_content.figures(application)
    if filing_content.known(application, at):
        _weigh(application, kept, at)
        application.save(update_fields=["total_self"])


def _weigh(held, kept, at):
    """Keep the figures with what the portal knows, and what they come to: the total and whether every condition is met."""
    sheet = filing_content.rubric(held)
    kept = kept | {key: value for key, (value, _) in filing_content.known(held, at).items()}
    result = score_partial(sheet, kept, tier=held.tier)
    deciding = [verdict.met for verdict in result.criteria.values() if verdict.effect == "must"]
    own = held.self_sheet
    own.figures, own.saved_at = canonical(kept), at
    own.total = result.total if result.complete and sheet.has_points else None
    own.passed = all_met(deciding) if deciding else None
    own.save(update_fields=["figures", "lines", "total", "passed", "saved_at"])
    held.total_self = own.total


@transaction.atomic
def save_later_figures(application, figures: dict, *, by, at, edition) -> Application:
    """Keep the given figures of the later period (key → value, None clears). They score nothing."""
    held = _open(application, by, edition, later_period.TARGET)
    asked, kept = later_period.asked(held), later_period.figures(held)
    kept |= {key: value for key, value in figures.items() if key in asked}
    held.later_figures = canonical({key: value for key, value in kept.items() if value is not None})
    return _saved(held, at, "later_figures")


@transaction.atomic
def save_narrative(application, text: str, *, by, at, edition) -> Application:
    """Keep the narrative; its length is judged when it is filed, never while it is written."""
    held = _open(application, by, edition, "narrative")
    held.narrative = text
    return _saved(held, at, "narrative")


@transaction.atomic
def save_exception_reason(application, text: str, *, by, at, edition) -> Application:
    held = _open(application, by, edition, "exception_reason")
    held.exception_reason = text
    return _saved(held, at, "exception_reason")


@transaction.atomic
def save_statements(application, given: dict, *, by, at, edition) -> Application:
    """Keep which statements were confirmed (key → bool)."""
    held = _open(application, by, edition, "statements")
    keys = [statement["key"] for statement in filing_content.statements_wanted(application)]
    held.statements = canonical({key: bool(given.get(key)) for key in keys})
    return _saved(held, at, "statements")


@transaction.atomic
def attach(application, upload, *, material, indicator="", by, at) -> Attachment:
    """Add a checked upload (accreditation.uploads.Checked) to a material or an indicator's evidence."""
    held = _open(
        application, by, None, f"material:{material}", *([f"indicator:{indicator}"] if indicator else [])
    )
    attachment = Attachment.objects.create(
        application=held,
        material=material,
        indicator=indicator,
        file=upload.stored_name,
        name=upload.name,
        size=upload.size,
        content_type=upload.content_type,
        checksum=upload.checksum,
        uploaded_by=by,
        uploaded_at=at,
    )
    Application.objects.filter(pk=held.pk).update(saved_at=at)
    _record(held, "attach", by=by, at=at, data={"attachment": attachment.pk, "checksum": upload.checksum})
    return attachment


@transaction.atomic
def detach(application, attachment, *, by, at) -> None:
    """Take a file out of the application; the file and its row stay on record."""
    _open(application, by, None, f"material:{attachment.material}", f"indicator:{attachment.indicator}")
    if (
        Attachment.objects.filter(pk=attachment.pk, application=application, removed_at=None).update(
            removed_at=at
        )
        != 1
    ):
        raise AlreadyMoved("这份材料已经移除。")
    _record(application, "detach", by=by, at=at, data={"attachment": attachment.pk})
