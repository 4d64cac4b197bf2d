"""A house in which every text a person typed can be recognised: whose it is, what it is, and which desk wrote it."""

import datetime as dt
import io
from dataclasses import dataclass

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Office
from accreditation import assessing, filing, notices, transitions, uploads
from accreditation.models import Notice, State
from demonstration.driving import Driver
from regions.models import Community
from scoring.points import show_points
from tests.access.conftest import picture
from tests.factories import moment

DAY, LATER = dt.date(2017, 9, 1), dt.date(2017, 9, 14)
MAILBOX = "geheim.example"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mark(number: int, kind: str, level: str = "") -> str:
    """The canary of community `number`: "密03叙述末" or "密03意见county末"."""
    return f"密{number:02d}{kind}{level}末"


def identity(number: int) -> str:
    """An identity number that nobody has (no such division) and whose check digit is right (GB 11643)."""
    body = f"990199199001010{number:02d}"
    return next(body + end for end in "0123456789X" if checked(body + end))


def checked(number: str) -> bool:
    """Whether the last of 18 places is the check digit of the others (GB 11643)."""
    total = sum(int(n) * w for n, w in zip(number[:17], WEIGHTS, strict=True))
    return number[17] == "10X98765432"[total % 11]


def phone(number: int) -> str:
    return f"199000000{number:02d}"


def card(number: int) -> str:
    """A card number of 19 places that passes Luhn's check."""
    body = f"6222999900000000{number:02d}"
    return next(body + str(n) for n in range(10) if luhn(body + str(n)))


def luhn(digits: str) -> bool:
    doubled = [
        int(d) if place % 2 == 0 else sum(divmod(2 * int(d), 10)) for place, d in enumerate(reversed(digits))
    ]
    return sum(doubled) % 10 == 0


def personal(number: int) -> str:
    """What people write into texts although they should not."""
    return f"（身份证{identity(number)}，电话{phone(number)}，卡号{card(number)}）"


def paper(text: str) -> bytes:
    """A PDF in whose bytes a text stands plainly, in hexadecimal."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.pages[0].Contents = pdf.make_stream(f"% {text.encode().hex()}".encode())
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


@dataclass(frozen=True)
class Told:
    """One canary. kind: filed (the community wrote it), registry (its own entry), desk (a desk found it), answer (a desk said it to the community),
    identity (of an objector), objection (what was said). level: the desk's; for an objection the publishing one."""

    text: str
    number: int
    kind: str
    level: str = ""


class Telling(Driver):
    """People who leave their mark in everything they write. `told` keeps the marks, `of` the application of a community."""

    def __init__(self, house):
        self.__dict__.update(house.drive.__dict__)
        self.house, self.told, self.of = house, set(), {}

    def leave(self, application, kind, word, level="") -> str:
        """A new mark; the same place gives the same one."""
        number = list(self.house.communities.values()).index(application.community)
        text = mark(number, word, level)
        self.told.add(Told(text, number, kind, level))
        self.of[number] = application
        return text

    def number(self, application):
        return list(self.house.communities.values()).index(application.community)

    def level(self, application):
        return self.fresh(application).state.rsplit("_", 1)[0]

    def fill(self, application, quality, at, **options):
        by = self.people.filer(application.community)
        saved = super().fill(application, quality, at, **options)
        facts = dict(saved.basic_facts)
        facts |= {key: self.leave(saved, "filed", key) for key in ("contact", "address") if key in facts}
        saved = filing.save_basics(saved, facts, by=by, at=at, edition=saved.edition)
        text = self.leave(saved, "filed", "叙述") + personal(self.number(saved)) + saved.narrative
        saved = filing.save_narrative(saved, text, by=by, at=at, edition=saved.edition)
        name = self.leave(saved, "filed", "文件名")
        upload = SimpleUploadedFile(f"{name}.pdf", paper(self.leave(saved, "filed", "内容")))
        with uploads.kept(upload) as checked:
            filing.attach(saved, checked, material=self.house.material, by=by, at=at)
        return saved

    def propose(self, application, at, verdict="recommend", opinion=None):
        text = self.leave(application, "desk", "意见", self.level(application))
        return super().propose(application, at, verdict, text + personal(self.number(application)))

    def assess(self, application, at, **options):
        saved = super().assess(application, at, **options)
        level, by = self.level(application), self.officer(self.fresh(application), "handler")
        reason = self.leave(application, "desk", "扣分", level)
        first = self.rubric.indicators[0]
        lines = {first.code: {"points": show_points(first.max - first.step), "reason": reason}}
        fresh = self.fresh(application)
        assessing.save_sheet(fresh, lines, {}, by=by, at=at, seen=fresh.moves, edition=None)
        return saved

    def visit(self, application, at, **options):
        fresh, level = self.fresh(application), self.level(application)
        told = {word: self.leave(application, "desk", word, level) for word in ("照片", "考察人", "考察")}
        with uploads.kept(picture(f"{told['照片']}.png")) as photo:
            return assessing.save_visit(
                fresh,
                by=self.officer(fresh, "handler"),
                at=at,
                seen=fresh.moves,
                on=at.date(),
                passed=True,
                photos=[photo],
                inspectors=told["考察人"],
                findings=told["考察"],
            )

    def pass_over(self, application, at):
        fresh, level = self.fresh(application), self.level(application)
        reason = self.leave(application, "desk", "后备", level)
        by = self.officer(fresh, "approver")
        transitions.pass_over(fresh, by=by, at=at, seen=fresh.moves, reason=reason)

    def send_back(self, application, at, remarks=()):
        text = self.leave(application, "answer", "补正")
        return super().send_back(application, at, [("narrative", text)])

    def decline(self, application, at, reason=""):
        return super().decline(application, at, self.leave(application, "answer", "不予"))

    def publish(self, state, region, at, number):
        """As always; then somebody's numbers stand in the text of the notice."""
        notice = super().publish(state, region, at, number)
        text = f"{notice.process}{personal(80)}"
        Notice.objects.filter(pk=notice.pk).update(process=text, title=f"{notice.title}{phone(81)}")
        return notice

    def object(self, entry, at):
        about = entry.application
        with uploads.kept(picture(f"{self.leave(about, 'objection', '证据', 'county')}.png")) as checked:
            return notices.object_to(
                entry,
                at=at,
                named=True,
                name=self.leave(about, "identity", "异议人", "county"),
                contact=self.leave(about, "identity", "电话", "county") + phone(90),
                text=self.leave(about, "objection", "异议", "county") + personal(self.number(about)),
                files=[checked],
            )


def settle_in(house) -> Telling:
    """People of the house leave their marks from now on."""
    material = next(one for one in house.version.data["materials"] if not one.get("required"))
    house.material = material["key"]
    house.drive = Telling(house)
    return house.drive


def registered(house):
    """The registry's own contact of every community, and every office's mailbox, which no page for everyone shows."""
    for number, community in enumerate(house.communities.values()):
        text = mark(number, "登记人")
        house.drive.told.add(Told(text, number, "registry"))
        Community.objects.filter(pk=community.pk).update(contact=text, office_phone=phone(number))
    for office in Office.objects.all():
        Office.objects.filter(pk=office.pk).update(email=f"office{office.pk}@{MAILBOX}")


def _published(house, county):
    return house.drive.publish(
        "county_review", house.regions[county], moment(dt.date(2017, 9, 4)), f"{county}公示"
    )


def _object(house, notice):
    at = moment(dt.date(2017, 9, 5)) - dt.timedelta(minutes=20)
    return house.drive.object(notice.entries.get(), at)


def home(house):
    """In 一县 and 二县 of 东市: one passed over (0), a draft (1), one noticed and objected to (2), one returned (3), one at the
    county's desk (4), one declined (5), one at the city's desk (6). Returns (application 0, draft, notice, objection).
    """
    drive = house.drive
    over = house.prepare(house.at(State.COUNTY_REVIEW, 0))
    draft = drive.fill(house.draft(1), 0.9, moment(dt.date(2017, 8, 21)))
    drive.shortlist(house.prepare(house.at(State.COUNTY_REVIEW, 2)), moment(DAY))
    drive.pass_over(over, moment(DAY))
    notice = _published(house, "一县")
    house.at("returned", 3)
    house.prepare(house.at(State.COUNTY_REVIEW, 4))
    house.at("declined", 5)
    house.prepare(house.at(State.CITY_REVIEW, 6), moment(LATER))
    return over, draft, notice, _object(house, notice)


def shown_abroad(house):
    """What everyone may know of 三县 in 西市: a notice that is over (8) and one that runs (11). Returns (application 8, notice)."""
    far = house.at(State.CITY_REVIEW, 8)
    house.drive.shortlist(house.prepare(house.at(State.COUNTY_REVIEW, 11)), moment(DAY))
    return far, _published(house, "三县")


def abroad(house, far, notice):
    """What nobody outside may notice: an objection, a draft (9), one returned (10), and a place of the next city's quota (8)."""
    _object(house, notice)
    house.drive.fill(house.draft(9), 0.9, moment(dt.date(2017, 8, 21)))
    house.at("returned", 10)
    house.drive.shortlist(house.prepare(far, moment(LATER)), moment(LATER))
