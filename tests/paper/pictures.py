"""The official forms as pictures, page by page: `python -m tests.paper.pictures FOLDER` (needs pdftoppm).

Walks one community through each programme in a database of its own, prints every form as an officer at the end of its
route sees it, and writes FOLDER/<form>-<page>.png in 16 greys. Remake docs/paper/ with it after a change of a form.
"""

import datetime as dt
import os
import subprocess
import sys
import tempfile
from pathlib import Path

DPI = 72
CODE = "7K3M9QTX2B4D"


def picture(pdf, name, folder):
    """One PNG a page; how many."""
    from PIL import Image

    for old in folder.glob(f"{name}-*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "form.pdf"
        path.write_bytes(pdf)
        subprocess.run(["pdftoppm", "-gray", "-r", str(DPI), "-png", str(path), f"{work}/page"], check=True)
        pages = sorted(Path(work).glob("page-*.png"))
        for number, page in enumerate(pages, 1):
            small = Image.open(page).quantize(16)
            small.save(folder / f"{name}-{number}.png", optimize=True)
    return len(pages)


def walks(house):
    """(form, application) of every form, each application as far as its route goes."""
    from accreditation.models import Recheck, Recognition
    from tests.factories import moment
    from tests.paper.test_forms import walked
    from tests.programme_walk import Walk

    application = house.prepare(house.at("province_review"))
    yield "hunan_2", application
    yield "hunan_3", application
    walk, day = walked(house, "zhoukou-2022", "provincial")
    application, _ = walk.to("province_review", walk.filed(0, day), day)
    yield "henan_2", application
    walk = Walk(house, walk.round, "star", walk.figures)
    community = house.community(4)
    title = Recognition.objects.create(
        community=community, position=community.position, tier="provincial", tier_name="省级充分就业社区", issuer="province",
        rank=1, money="provincial", number="EXAMPLE-1", document_number="示例〔2018〕9号", year=2018,
        granted_on=dt.date(2018, 6, 29), issuer_name="示例省人力资源和社会保障厅",
    )  # fmt: skip
    for year in (2019, 2020, 2021):
        Recheck.objects.create(recognition=title, year=year, passed=True, decided_on=dt.date(year + 1, 1, 10))
    application, _ = walk.to("county_review", walk.filed(4, day), day)
    yield "henan_3", walk.prepare(application, moment(day))
    walk, day = walked(house, "pingdingshan-2021", "star")
    application, _ = walk.to("county_review", walk.filed(1, day), day)
    yield "pingdingshan_3", walk.prepare(application, moment(day))
    walk, day = walked(house, "quangang-2016", "county", settings={"pass_mark": "85"})
    filed = walk.filed(0, day, recommended_twice=True, no_unemployed_over_year=True)
    yield "quangang_sheet", walk.to("recognised", filed, day)[0]
    walk, day = walked(house, "gansu-2023", "provincial")
    application, day = walk.to("province_review", walk.filed(2, day), day)
    yield "gansu_sheet", walk.prepare(application, moment(day))


def main(folder):
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with tempfile.TemporaryDirectory() as var:
        os.environ["PORTAL_VAR"] = var
        import django

        django.setup()
        from django.core.management import call_command
        from django.utils import timezone

        from accreditation.models import Application
        from accreditation.paper import facts, forms, printing, rendering
        from tests.factories import House

        call_command("migrate", verbosity=0)
        folder.mkdir(parents=True, exist_ok=True)
        about = {
            "code": printing.shown(CODE),
            "qr": rendering.qr_svg(f"https://portal.example/papers/{CODE}/"),
        }
        for key, application in walks(House()):
            form, whole = forms.FORMS[key], printing.with_findings(Application.objects).get(pk=application.pk)
            data = facts.of(whole, form, forms.stampers(form, whole)[1:], timezone.now())
            sys.stdout.write(f"{key} {picture(forms.pdf(form, data, **about), key, folder)}\n")
        heads = {"unit": "一县人力资源和社会保障局", "leader": "", "head": "", "clerk": "", "day": ""}
        rows = [
            {
                "county": "一县", "street": "一南街道", "community": f"示例{number}社区", "contact": "示例",
                "phone": "0000-0000001", "provincial": "2015", "national": "是" if number == 3 else "否",
                "star": "2018" if number % 2 else "", "passed": "合格",
            }
            for number in range(1, 25)
        ]  # fmt: skip
        made = picture(forms.recheck_register(heads, rows), forms.REGISTER, folder)
        sys.stdout.write(f"{forms.REGISTER} {made}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
