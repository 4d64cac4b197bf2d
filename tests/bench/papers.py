"""Certificates beside bare warm WeasyPrint; a thousand of them behind the pages; memory over two hundred documents."""

import datetime as dt
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from accreditation.models import Recognition
from accreditation.paper import certificates, rendering
from regions.models import Community
from tests.bench.goals import judge
from tests.bench.timing import beside
from tests.servers import ROOT, environment

BATCH = 1000
DOCUMENTS = 200
EACH = 10  # certificates of one timed run


def title(n):
    community = Community(name=f"第{n}社区", kind="urban", place="湖南省 长沙市 岳麓区 橘子洲街道")
    return Recognition(
        community=community,
        tier_name="省级充分就业星级社区",
        number=f"HN2017-{n:04d}-7K3M9Q",
        document_number="湘人社函〔2017〕300号",
        issuer_name="湖南省人力资源和社会保障厅",
        granted_on=dt.date(2017, 12, 1),
    )


def site(number):
    return f"https://portal.example/certificates/{number}/"


def measure():
    _one()
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder), f"sqlite:///{folder}/bench.sqlite3")
        _child(env, "build")
        told = _child(env, "batch")
        print(
            f"certificates behind the pages: {told['done']} in {told['seconds']:.0f} s, peak {told['peak']:.0f} MiB"
            f" of the process that made them (target under 300), file {told['size'] / 1e6:.1f} MB"
        )
        told = _child(env, "flat")
        print(
            f"memory over {DOCUMENTS} documents: {told['early']:.0f} MiB after 20, {told['late']:.0f} MiB at the end"
        )


def _one():
    """One certificate from data to bytes, beside write_pdf alone of the same HTML with fonts and stylesheet kept."""
    rows = [title(n) for n in range(EACH)]
    made = [certificates.html([row], site) for row in rows]
    fonts = FontConfiguration()
    sheet = CSS(string=rendering.stylesheet_path().read_text(encoding="utf-8"), font_config=fonts)

    def bare_pdf(html):
        return HTML(string=html).write_pdf(stylesheets=[sheet], font_config=fonts, pdf_tags=True)

    bare_pdf(made[0])
    certificates.pdf(rows[:1], site)
    work, bare, ratio = beside(
        lambda: [certificates.pdf([row], site) for row in rows], lambda: [bare_pdf(html) for html in made]
    )
    print(
        f"\none certificate: {work / EACH * 1000:.0f} ms from data to bytes beside {bare / EACH * 1000:.0f} ms of bare"
        f" warm WeasyPrint with the same template and fonts ({ratio:.2f} of its rate; target under 500 ms)"
    )
    judge("8", ratio)


def _child(env, what):
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.paper_run", what],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise RuntimeError(f"{what} failed:\n{run.stderr[-3000:]}")
    return json.loads(run.stdout.splitlines()[-1])
