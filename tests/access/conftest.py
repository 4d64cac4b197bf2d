"""A world with own and foreign things, and one person of each kind to walk through it."""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import Event, Role
from accreditation import notices
from accreditation.models import Application, Attachment, Notice, Objection, Recognition
from tests.factories import House, moment

# Who walks: name → (office, role) or the number of the community they file for. Community 0 stands in 一南街道 of 一县, 东市.
PEOPLE = {
    "filer": 0, "other filer": 1, "far filer": 8,
    "street handler": ("一南街道", Role.HANDLER), "street approver": ("一南街道", Role.APPROVER),
    "next street": ("一北街道", Role.APPROVER),
    "county handler": ("一县", Role.HANDLER), "county approver": ("一县", Role.APPROVER), "county publisher": ("一县", Role.PUBLISHER),
    "next county handler": ("二县", Role.HANDLER), "next county": ("二县", Role.APPROVER), "next county publisher": ("二县", Role.PUBLISHER),
    "city handler": ("东市", Role.HANDLER), "city approver": ("东市", Role.APPROVER), "city publisher": ("东市", Role.PUBLISHER),
    "city auditor": ("东市", Role.AUDITOR), "next city auditor": ("西市", Role.AUDITOR), "next city": ("西市", Role.APPROVER),
    "province handler": ("甲省", Role.HANDLER), "province approver": ("甲省", Role.APPROVER), "province publisher": ("甲省", Role.PUBLISHER),
    "province auditor": ("甲省", Role.AUDITOR), "sysadmin": ("甲省", Role.SYSADMIN), "secadmin": ("甲省", Role.SECADMIN),
    "audadmin": ("甲省", Role.AUDADMIN),
}  # fmt: skip


@dataclass
class World:
    house: House
    application: Application  # at the county desk of 一县
    attachment: Attachment
    notice: Notice  # of 一县, running
    objection: Objection
    file: int
    recognition: Recognition
    clients: dict

    def fingerprint(self):
        """What no refused press may change."""
        return (
            list(
                Application.objects.order_by("pk").values_list("pk", "state", "moves", "edition", "listed_at")
            ),
            list(Notice.objects.order_by("pk").values_list("pk", "ended_at", "last_day")),
            list(Objection.objects.order_by("pk").values_list("pk", "admitted_at", "settled_at", "due_on")),
            Recognition.objects.count(),
            Attachment.objects.filter(removed_at=None).count(),
            Event.objects.exclude(action__in=("refused", "export_applications", "read_objector")).count(),
        )


@pytest.fixture
def world(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    house = House()
    application = house.at("county_review", 0)
    # Another one of the same county, on a running notice with an objection.
    shown = house.prepare(house.at("county_review", 2))
    house.drive.shortlist(shown, moment(dt.date(2017, 9, 1)))
    notice = house.drive.publish("county_review", house.regions["一县"], moment(dt.date(2017, 9, 4)), "测试")
    objection = notices.object_to(
        notice.entries.get(),
        at=moment(dt.date(2017, 9, 5)),
        named=True,
        name="异议人甲",
        contact="0000-7654321",
        text="请核实。",
    )
    clients = {"nobody": Client()}
    for name, seat in PEOPLE.items():
        user = house.filer(house.community(seat)) if isinstance(seat, int) else house.officer(*seat)
        clients[name] = Client()
        clients[name].force_login(user)
    return World(
        house, house.fresh(application), application.attachments.first(), notice, objection, 0,
        Recognition.objects.first(), clients,
    )  # fmt: skip
