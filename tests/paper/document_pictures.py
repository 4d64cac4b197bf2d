"""Official documents, a certificate and a plaque as pictures: `python -m tests.paper.document_pictures FOLDER`.

Places and people are invented; nothing is read from a database. Remake docs/paper/ with it after a change of a layout.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

DPI = {"certificate": 60, "plaque": 30}
DAY = dt.date(2017, 12, 1)
ISSUER = "示例省人力资源和社会保障厅"
NAMES = ("桂花", "银杏", "香樟", "玉兰", "丹桂", "海棠")


def picture(pdf, name, folder):
    """One PNG a page in 24 colours; how many."""
    from PIL import Image

    for old in folder.glob(f"{name}-*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "document.pdf"
        path.write_bytes(pdf)
        dpi = str(DPI.get(name, 70))
        subprocess.run(["pdftoppm", "-r", dpi, "-png", str(path), f"{work}/page"], check=True)
        pages = sorted(Path(work).glob("page-*.png"))
        for number, page in enumerate(pages, 1):
            Image.open(page).convert("RGB").quantize(24).save(folder / f"{name}-{number}.png", optimize=True)
    return len(pages)


def site(number):
    return f"https://portal.example/certificates/{number}/"


def samples():
    """(name, PDF) of each."""
    from accreditation.models import Application, ProgrammeVersion, Recognition, Round
    from accreditation.paper import certificates, document_texts, documents
    from regions.models import Community

    def version(key):
        text = Path(f"fixtures/programmes/{key}.json").read_text(encoding="utf-8")
        return ProgrammeVersion(document=text, checksum=key), json.loads(text)["tiers"][0]

    def community(n):
        place = f"示例省 东市 {'一县' if n % 2 else '二县'} {'南街道' if n % 3 else '北街道'}"
        return Community(
            pk=n, name=f"{NAMES[n % len(NAMES)]}{n // len(NAMES) + 1}社区", kind="urban", place=place
        )

    def title(n, tier):
        return Recognition(
            community=community(n), tier_name=tier, number=f"SL2017-{n:04d}-7K3M9Q", issuer_name=ISSUER,
            document_number="示例人社函〔2017〕300号", granted_on=DAY, year=2017,
        )  # fmt: skip

    star, tier = version("hunan-star-2017")
    round_ = Round(version=star, year=2017, name="2017年认定")
    titles = [title(n, tier["name"]) for n in range(1, 37)]
    period = {
        "day": dt.date(2017, 9, 25), "first": dt.date(2017, 9, 26), "last": dt.date(2017, 10, 9), "workdays": 5,
        "resting": [dt.date(2017, 10, d) for d in range(1, 9)],
    }  # fmt: skip
    words = {
        "number": "示例人社公示[2017]第021号",
        "title": "示例省2017年省级充分就业星级社区拟认定名单公示",
        "basis": "根据《关于开展2017年省级充分就业星级社区认定工作的通知》（湘人社函〔2017〕246号）要求，现将有关情况公示如下。",
        "process": "经社区申报、街道审核、县级评审、市级评审、省级评审，拟认定下列社区，现予公示。",
        "contact": f"{ISSUER} 0000-0000001",
        "address": "示例市某路1号 000000",
    }
    entries = [Application(community=community(n)) for n in range(1, 31)]
    yield "notice", documents.pdf(document_texts.draft_notice(words, ISSUER, entries, period))
    said = {"number": "示例人社函(2017)第0300号", "day": DAY}
    yield "recognition", documents.pdf(document_texts.recognition(round_, tier, ISSUER, titles, **said))
    yield (
        "announcement",
        documents.pdf(document_texts.announcement(round_, tier, ISSUER, titles[:12], **said)),
    )
    paid, tier = version("quangang-2016")
    round_ = Round(version=paid, year=2016, name="2016年认定")
    office = "示例区人力资源和社会保障局"
    money = document_texts.recognition(round_, tier, office, titles[:5], number="", day=None)
    yield "recognition_with_money", documents.pdf(money)
    reason = "经查，该社区2017年度失业人员台账与实际情况不符。\n根据有关办法的规定，不再符合省级充分就业星级社区的条件。"
    ended = {"number": "示例人社函【2018】5号", "reason": reason, "ended_on": dt.date(2018, 3, 1)}
    yield (
        "cancellation",
        documents.pdf(document_texts.cancellation(titles[0], ISSUER, day=dt.date(2018, 2, 26), **ended)),
    )
    yield "certificate", certificates.pdf(titles[:1], site)
    yield "plaque", certificates.pdf(titles[:1], site, kind=certificates.PLAQUE)


def main(folder):
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with tempfile.TemporaryDirectory() as var:
        os.environ["PORTAL_VAR"] = var
        import django

        django.setup()
        folder.mkdir(parents=True, exist_ok=True)
        for name, made in samples():
            sys.stdout.write(f"{name} {picture(made, name, folder)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
