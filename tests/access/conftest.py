"""A world with own and foreign things, and one person of each kind to walk through it. It is 5 September 2017."""

import datetime as dt
import io
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.events import canonical
from accounts.models import Posting, Role
from accreditation import notices, spot_checks, uploads
from accreditation.models import Application, Attachment, Draw, Notice, Objection, Print, Recognition, Scan
from accreditation.paper import facts, forms, printing
from regions import clock
from tests.access.tables import changed, contents
from tests.factories import House, moment

TODAY = dt.date(2017, 9, 5)
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
    objection: Objection  # named, with one file
    file: int
    recognition: Recognition
    clients: dict
    draft: Application  # of community 1
    print: Print  # 附件3 as the filer printed it
    scan: Scan
    draw: Draw  # of 东市, drawn; its handler and its approver look at everything

    def fingerprint(self):
        """What no refused press may change."""
        return contents()

    def differs(self, before):
        return changed(before, contents())

    def sign_in(self, name):
        return signed_in(self.house, PEOPLE[name])


def signed_in(house, seat, **options) -> Client:
    """A browser of the filer of a community (its number), or of (office, role)."""
    user = house.filer(house.community(seat)) if isinstance(seat, int) else house.officer(*seat)
    client = Client(**options)
    client.force_login(user)
    return client


def picture(name="照片.png", colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


@pytest.fixture
def today(monkeypatch):
    """The portal's clock stands at 9 o'clock of the world's day."""
    monkeypatch.setattr(clock, "now", lambda: moment(TODAY))


def _paper(house, application):
    """The community's print of 附件3 and its stamped scan, kept without laying them out."""
    whole = printing.with_findings(Application.objects).get(pk=application.pk)
    data = facts.of(whole, forms.FORMS["hunan_3"], (), moment(TODAY))
    by = house.filer(application.community)
    paper = Print.objects.create(
        application=application,
        form="hunan_3",
        data=canonical(data),
        fingerprint=facts.fingerprint(data),
        code="ABCDEFGHJKMN",
        pages=1,
        printed_by=by,
        printed_at=moment(TODAY),
    )
    with uploads.kept(picture()) as checked:
        by.acting = by.postings.select_related("community").get()
        return paper, printing.attach_scan(paper, checked, by=by, at=moment(TODAY))


def _draw(house) -> Draw:
    """A spot check of the city: frozen on 1 September, drawn on the 4th by the approver and another one."""
    first, handler = house.officer("东市", Role.APPROVER), house.officer("东市", Role.HANDLER)
    second = house.people.extra("second-approver")
    second.acting = Posting.objects.create(
        user=second, role=Role.APPROVER, office=first.acting.office, starts=house.people.since
    )
    directed = Recognition.objects.filter(community=house.community(3)).values_list("pk", flat=True)
    made = spot_checks.freeze(
        house.regions["东市"], name="2017年称号抽查", year=2017, money=["city"], share=25, least=1, reserves=1, each=2,
        seed_source="2017年9月4日某彩票开奖号码", people=[first.acting, handler.acting], directed={pk: "有举报" for pk in directed},
        by=first, at=moment(dt.date(2017, 9, 1)),
    )  # fmt: skip
    day = moment(dt.date(2017, 9, 4))
    made = spot_checks.enter_seed(made, public_seed="03 11 17 22", by=first, at=day, seen=0)
    return spot_checks.draw_now(made, public_seed="03 11 17 22", by=second, at=day, seen=1)


@pytest.fixture
def world(db, settings, tmp_path, today):
    settings.MEDIA_ROOT = tmp_path
    house = House()
    application = house.at("county_review", 0)
    draft = house.drive.fill(house.draft(1), 0.9, moment(dt.date(2017, 8, 21)))
    # Another one of the same county, on a running notice with an objection.
    shown = house.prepare(house.at("county_review", 2))
    house.drive.shortlist(shown, moment(dt.date(2017, 9, 1)))
    notice = house.drive.publish("county_review", house.regions["一县"], moment(dt.date(2017, 9, 4)), "测试")
    with uploads.kept(picture()) as checked:
        objection = notices.object_to(
            notice.entries.get(),
            at=moment(TODAY) - dt.timedelta(minutes=30),
            named=True,
            name="异议人甲",
            contact="0000-7654321",
            text="请核实。",
            files=[checked],
        )
    paper, scan = _paper(house, application)
    clients = {"nobody": Client(), **{name: signed_in(house, seat) for name, seat in PEOPLE.items()}}
    return World(
        house, house.fresh(application), application.attachments.first(), notice, objection, objection.files.get().pk,
        Recognition.objects.first(), clients, house.fresh(draft), paper, scan, _draw(house),
    )  # fmt: skip
