"""A2, E8: what people wrote, planted as canaries, is found nowhere but with those who may read it.

Everyone walks every address of the matrix that opens for them and every link from there: pages, answers of the open
data, the feed, csv, xlsx and PDF with their bytes, and headers. Then the same walk again with something more abroad:
for people elsewhere, and for everyone on the public pages, no number anywhere differs.
"""

import re
import subprocess
from collections import Counter
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import Role
from accreditation.models import Attachment, Recognition
from regions import clock
from tests.access import canaries
from tests.access.canaries import MAILBOX, card, identity, luhn, phone
from tests.access.conftest import PEOPLE, TODAY, _draw, _paper, signed_in
from tests.access.crawl import body, text_of, walk, without_tokens
from tests.access.test_matrix import ADMINISTRATORS, MATRIX, address
from tests.factories import House, moment

# The pages for everyone are walked by nobody in particular; those signed in read the same (the last test).
PUBLIC = (
    "/api/",
    "/notices/",
    "/recognised/",
    "/communities/",
    "/certificates/",
    "/draws/",
    "/programmes/",
    "/papers/",
    "/objections/",
)
NOT_WALKED = ("/static/", "/logout/", "/account/stay/")
OF_THINGS, OF_LISTS = 24, 2  # pages of one kind that a walk opens
LEVELS = ("street", "county", "city", "province")
DRAFTS = {1, 9}
# What has been decided, so that lower desks read it: of whom, at which level. 5 ended, 2 and 11 are on a notice.
DECIDED = {2: {"county"}, 5: set(LEVELS), 6: {"county"}, 8: {"county"}, 11: {"county"}}
ELSEWHERE = ("filer", "street approver", "county approver", "next county", "city auditor")
# Those who see no more than a colleague of the same office do not walk.
WALKERS = [
    name
    for name in PEOPLE
    if name
    not in (
        "street handler",
        "next county handler",
        "next county publisher",
        "city publisher",
        "province publisher",
    )
]
MARK = re.compile(r"密\d\d[^密]{1,16}?末")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])", re.ASCII)
PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z])", re.ASCII)
CARD = re.compile(r"(?<![0-9A-Za-z])\d{16,19}(?![0-9A-Za-z])", re.ASCII)


def everything(response) -> str:
    """All that an answer tells: text with cells, headers decoded, a PDF's text, and whatever stands plainly in its bytes."""
    content = body(response)
    told = unquote(text_of(response))
    if content.startswith(b"%PDF"):
        told += subprocess.run(
            ["pdftotext", "-", "-"], input=content, capture_output=True, check=True
        ).stdout.decode()
        told += "".join(_hidden(content))
    return told


def _hidden(content):
    """Texts in hexadecimal, as canaries.paper writes them."""
    for found in re.findall(rb"(?:[0-9a-f]{2}){12,}", content):
        yield bytes.fromhex(found.decode()).decode("utf-8", "replace")


def crawl(world, name) -> dict:
    """Address → everything told there, for one reader."""
    client = Client() if name == "nobody" else signed_in(world.house, PEOPLE[name])
    starts = [
        address(route, world) for route, row in MATRIX.items() if name in row.opens and not row.post_only
    ]
    never = NOT_WALKED
    if name != "nobody":
        never += PUBLIC + (("/people/", "/offices/", "/admin/") if name in ADMINISTRATORS else ())
        starts = [start for start in starts if start != "/" and not start.startswith(PUBLIC)]
    found = walk(client, tuple(dict.fromkeys(starts)), follow=_few_of_a_kind(never))
    return {
        path: SimpleNamespace(told=everything(response), plain=_plain(response))
        for path, response in found.items()
    }


def _few_of_a_kind(never):
    """Every page of a thing, but of a list filtered and turned over only some: each parameter once or twice."""
    met = Counter()

    def follow(path):
        parts = urlsplit(path)
        kind = (re.sub(r"\d+", "#", parts.path), tuple(sorted(parse_qs(parts.query))))
        met[kind] += 1
        return (
            path != "/"
            and not path.startswith(never)
            and met[kind] <= (OF_LISTS if parts.query and "inline" not in parts.query else OF_THINGS)
        )

    return follow


def _plain(response) -> str:
    """What must not differ: everything but the tokens and the marks that say when something last changed."""
    return re.sub(r"(?m)^(ETag|Last-Modified|Expires|Content-Length): .*$", "", without_tokens(response))


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker, tmp_path_factory):
    """The walks before and after: `before`, `public_before` and `after`, each name → address → what was told."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("files"))
        patch.setattr(
            "django.conf.settings.PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"]
        )
        # All of it is one transaction, undone at the end: a streamed answer's end must not close the connection.
        patch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
        patch.setattr(clock, "now", lambda: moment(TODAY))
        house = House()
        drive = canaries.settle_in(house)
        canaries.registered(house)
        over, draft, notice, objection = canaries.home(house)
        paper, scan = _paper(house, house.fresh(over))
        world = SimpleNamespace(
            house=house,
            application=house.fresh(over),
            draft=draft,
            attachment=over.attachments.first(),
            notice=notice,
            objection=objection,
            file=objection.files.get().pk,
            recognition=Recognition.objects.first(),
            print=paper,
            scan=scan,
            draw=_draw(house),
        )
        before = {name: crawl(world, name) for name in ELSEWHERE}
        far, running = canaries.shown_abroad(house)
        public_before = crawl(world, "nobody")
        canaries.abroad(house, far, running)
        after = {name: crawl(world, name) for name in ("nobody", *WALKERS)}
        yield SimpleNamespace(
            house=house,
            told=drive.told,
            world=world,
            before=before,
            public_before=public_before,
            after=after,
            photo=ask_for_photo(house),
        )
        transaction.set_rollback(True)


def may_read(house, name, told) -> bool:
    """By hand: who may read a canary."""
    if name == "audadmin":  # the log of what everyone did, with the reasons they gave
        return told.kind in ("desk", "answer")
    if name == "nobody" or name in ADMINISTRATORS:
        return False
    seat = PEOPLE[name]
    if isinstance(seat, int):
        return told.number == seat and told.kind in ("filed", "answer", "registry")
    region, role = house.regions[seat[0]], seat[1]
    if not region.contains(house.community(told.number).position):
        return False
    if told.kind == "filed":
        return told.number not in DRAFTS
    if told.kind in ("identity", "objection"):
        return region.level == told.level and role != Role.AUDITOR
    if told.kind == "desk" and role != Role.AUDITOR:
        below = LEVELS.index(told.level) <= LEVELS.index(region.level)
        return below or told.level in DECIDED.get(told.number, ())
    return True


@pytest.mark.parametrize("name", ["nobody", *WALKERS])
def test_nobody_reads_what_is_not_for_them(story, name):
    told = {one.text: one for one in story.told}
    leaks = [
        (path, text)
        for path, answer in story.after[name].items()
        for text in set(MARK.findall(answer.told))
        if text not in told or not may_read(story.house, name, told[text])
    ]
    assert leaks == []
    assert len(story.after[name]) > 15


def test_the_canaries_are_alive(story):
    """Control: each is read by somebody who may, but those whose only readers do not walk, or have to press first."""
    read = {name: set(MARK.findall("".join(a.told for a in story.after[name].values()))) for name in WALKERS}
    everywhere = set().union(*read.values())
    silent = {one for one in story.told if one.text not in everywhere and one.kind != "registry"}
    # The filer of draft 9 and the county of 11 do not walk; who objected is shown after a press that is an event.
    assert {(one.number, one.kind) for one in silent} <= {
        (9, "filed"),
        (11, "objection"),
        (2, "identity"),
        (11, "identity"),
    }
    assert len(everywhere) > 80
    kinds = {name: {one.kind for one in story.told if one.text in read[name]} for name in WALKERS}
    assert kinds["county approver"] >= {"filed", "desk", "objection"}
    assert kinds["next street"] >= {"filed", "desk", "answer"}


def ask_for_photo(house) -> dict:
    """What those around application 6 are answered who ask for the photo of the city's visit."""
    photo = Attachment.objects.get(visit__application__community=house.community(6))
    seats = {
        "filer": 6,
        "county": ("二县", Role.APPROVER),
        "city": ("东市", Role.HANDLER),
        "province": ("甲省", Role.AUDITOR),
    }
    return {
        name: signed_in(house, seat).get(f"/files/{photo.pk}/").status_code for name, seat in seats.items()
    }


def test_a_photo_of_a_visit_is_for_those_who_see_the_visit(story):
    """The city of application 6 has been there and not decided: nobody below, and not the community."""
    assert story.photo == {"filer": 404, "county": 404, "city": 200, "province": 200}


def test_no_number_differs_for_people_elsewhere(story):
    """What happened in 三县 of 西市 since is nowhere on the pages of 东市."""
    differ = [
        (name, path)
        for name in ELSEWHERE
        for path, answer in story.before[name].items()
        if story.after[name].get(path) is None or story.after[name][path].plain != answer.plain
    ]
    assert differ == []


def test_no_number_differs_for_the_public(story):
    """An objection, a draft, a return and a place taken change no byte for everyone."""
    before, after = story.public_before, story.after["nobody"]
    assert before.keys() == after.keys()
    assert [path for path in before if before[path].plain != after[path].plain] == []


def personal_numbers(text) -> list[str]:
    """Identity numbers whose check digit is right, mobile numbers, and card numbers that pass Luhn's check."""
    found = [n for n in IDENTITY.findall(text) if canaries.checked(n.upper())]
    return found + PHONE.findall(text) + [n for n in CARD.findall(text) if luhn(n)]


def test_no_number_of_a_person_is_public(story):
    found = [
        (path, number)
        for path, answer in story.after["nobody"].items()
        for number in personal_numbers(answer.told)
    ]
    assert found == []
    assert [path for path, answer in story.after["nobody"].items() if MAILBOX in answer.told] == []
    masked = [path for path, answer in story.after["nobody"].items() if "199****0081" in answer.told]
    assert {"/notices/", "/api/v1/notices.csv", "/api/v1/notices.xlsx", "/notices/feed/"} <= set(masked)


def test_the_scanners_see_what_they_look_for():
    """Control: one of each is found in a sentence, and ordinary numbers are not."""
    text = f"身份证{identity(7)}，电话{phone(7)}，卡号{card(7)}"
    assert personal_numbers(text) == [identity(7), phone(7), card(7)]
    wrong = identity(7)[:-1] + ("1" if identity(7)[-1] != "1" else "2")
    assert (
        personal_numbers(f"{wrong} 0731-8888888 2017-09-05 9f13912345678ab 430100000000 HN2017-0001-7K3M9Q")
        == []
    )


def test_the_walk_reaches_every_public_address_and_kind(story):
    """Every public row of the matrix, and every kind of file."""
    wanted = {address(route, story.world) for route, row in MATRIX.items() if "nobody" in row.opens}
    assert wanted - set(story.after["nobody"]) == set()
    types = " ".join(answer.told.split("\n\n")[0] for answer in story.after["nobody"].values())
    for kind in ("text/html", "application/json", "text/csv", "spreadsheetml", "application/atom+xml"):
        assert kind in types, kind


def test_those_signed_in_get_the_same_open_data(story, client, db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: moment(TODAY))
    officer = signed_in(story.house, PEOPLE["county approver"])
    for path in (
        "/api/v1/notices/",
        "/api/v1/entries/",
        "/api/v1/recognitions/",
        "/api/v1/communities/",
        "/api/v1/rounds/",
    ):
        assert officer.get(path).content == client.get(path).content
