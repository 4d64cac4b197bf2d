"""Ten times as many rows of everything that lists show, made by copying rows, to count queries with."""

import datetime as dt
from itertools import count

from accounts.models import ImportBatch, Job, Office, Posting, Role, User
from accreditation.models import (
    Amendment,
    Application,
    Assessment,
    Bar,
    ChangeReport,
    Draw,
    DrawTarget,
    Ending,
    Notice,
    NoticeEntry,
    Objection,
    PanelScore,
    Recheck,
    RecheckEntry,
    RecheckRound,
    Recognition,
    Remark,
    Round,
    SiteVisit,
    StreetPlan,
)
from regions.divisions import add_region
from regions.models import Community, FormerCommunity, Succession

_numbers = count(1)
# What each copy must have of its own; "application", "recognition", "community": one of the new ones.
OWN = {
    Notice: {}, NoticeEntry: {"application": None}, Objection: {"code": "O{}"}, Round: {"code": "R{}"},
    RecheckRound: {"year": 2100}, RecheckEntry: {"recognition": None}, Recheck: {"recognition": None}, Ending: {"recognition": None},
    Bar: {"community": None}, ChangeReport: {"community": None}, Draw: {}, DrawTarget: {"recognition": None},
    PanelScore: {"application": None}, Amendment: {"number": 2100}, StreetPlan: {"number": 2100}, Remark: {}, SiteVisit: {},
    FormerCommunity: {}, Succession: {}, Job: {"key": "K{}", "once": "E{}"}, ImportBatch: {"key": "I{}"},
}  # fmt: skip


def _copies(row, number, /, **changes):
    """Copies of a row with other keys; a change may be a function of the copy's number."""
    model = type(row)
    plain = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields if not f.primary_key}
    made = [
        model(
            **{**plain, **{name: value(n) if callable(value) else value for name, value in changes.items()}}
        )
        for n in (next(_numbers) for _ in range(number))
    ]
    return model._base_manager.bulk_create(made)


def _own(fields, new) -> dict:
    """The changes `_copies` takes: a text with the copy's number, a number counted on from it, or a key of a new row."""

    def change(name, value):
        if value is None:
            keys = iter([one.pk for one in new[name]])
            return f"{name}_id", lambda n: next(keys)
        return name, (lambda n: value + n) if isinstance(value, int) else (lambda n: value.format(n))

    return dict(change(name, value) for name, value in fields.items())


def crowd(world, objections, files):
    """So many more objections to the world's notice, and files of its application."""
    _copies(world.objection, objections, code=lambda n: f"many{n}")
    _copies(world.attachment, files)
    return world.objection.entry.objections.count(), world.application.attachments.count()


def grow(world, number, few=True):
    """`number` more communities, each with an application at the county's desk and a title; as many people.

    few: as many too of what there are never thousands of (offices, rounds, notices …).
    """
    house = world.house
    street = house.community(0).street
    communities = Community.objects.bulk_create(
        Community(
            name=f"多{next(_numbers)}社区", street=street, position=street.position, place=street.full_name
        )
        for _ in range(number)
    )
    keys = iter([one.pk for one in communities])
    sheets = iter([one.pk for one in _copies(world.application.self_sheet, number)])
    applications = _copies(
        world.application,
        number,
        community_id=lambda n: next(keys),
        self_sheet_id=lambda n: next(sheets),
        number=lambda n: f"{world.application.number}-{n}",
    )
    first = Assessment.objects.filter(application=world.application).first()
    if first:
        keys = iter([one.pk for one in applications])
        _copies(first, number, application_id=lambda n: next(keys), sheet_id=None)
    keys = iter([one.pk for one in communities])
    titles = _copies(
        world.recognition,
        number,
        community_id=lambda n: next(keys),
        number=lambda n: f"X{n}",
        application_id=None,
        carries_id=None,
    )
    office = house.officer("一县", Role.HANDLER).acting
    office = office.office if office else Office.objects.get(region=house.regions["一县"], department="hr")
    users = User.objects.bulk_create(
        User(username=f"many{next(_numbers)}", name="某人", password="!") for _ in range(number)
    )
    Posting.objects.bulk_create(
        Posting(user=user, role=Role.HANDLER, office=office, starts=dt.date(2017, 1, 1)) for user in users
    )
    county = house.regions["一县"]
    for _ in range(number if few else 0):
        region = add_region(county, f"多{next(_numbers)}街道", "street", "", code_date=dt.date(2017, 1, 1))
        Office.objects.create(region=region, name=region.name)
    new = {"application": applications, "recognition": titles, "community": communities}
    for model, own in OWN.items() if few else ():
        if row := model._base_manager.order_by("pk").first():
            _copies(row, number, **_own(own, new))
    return {"applications": Application.objects.count(), "titles": Recognition.objects.count()}
