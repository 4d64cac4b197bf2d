"""D1–D3, D5, D8: what the corpus of bad files does to a plain reader, and that ours stands: memory, time, entities."""

import io
import json
import subprocess
import sys
import xml.etree.ElementTree as plain

import pytest
import weasyprint
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import DEFUSEDXML, load_workbook
from PIL import Image

from accounts.imports import reading
from accreditation import uploads
from accreditation.paper import rendering
from regions.tables import BadTable
from tests.accreditation.test_uploads import picture, stored
from tests.factories import ROOT
from tests.imports.test_corpus import GOOD, LAUGHS, OUTSIDE, REFUSED, declared, in_sheet, remade, workbook

# In a process of its own with a limit on its memory: reads a file the way the import does. The peak is that of this
# program alone (ru_maxrss would begin with that of the process that started it).
READ = """
import json, resource, sys, time
import django; django.setup()
from accounts.imports import reading
from regions.tables import BadTable
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
before = peak()
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
start = time.process_time()
try:
    reading.read(sys.argv[2], open(sys.argv[1], "rb").read())
    told = "read"
except BadTable:
    told = "refused"
grown = peak() - before
print(json.dumps({"told": told, "seconds": time.process_time() - start, "megabytes": grown / 1024}))
"""
# The same reader and limit without what the import looks at before.
PLAIN = """
import io, resource, sys
from python_calamine import CalamineWorkbook
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
with open(sys.argv[1], "rb") as file:
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
book.get_sheet_by_index(0).to_python(skip_empty_area=False)
"""
BOMBS = (
    "a cell far out",
    "a million rows",
    "a huge shared string",
    "a huge unused part",
    "billion laughs",
    "many parts",
    "merged as a whole",
)


def child(script, *arguments):
    env = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
        "PATH": "/usr/bin:/bin",
        "PORTAL_VAR": str(ROOT / "var"),
    }
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("case", BOMBS)
def test_no_bomb_takes_memory_or_time(case, tmp_path, measure):
    """Each in a process of its own: refused (or, where it is only odd, read), in 5 s of the processor and 200 MB."""
    name, data, _words = REFUSED[case]()
    (tmp_path / "file").write_bytes(data)
    run = child(READ, str(tmp_path / "file"), name)
    assert run.returncode == 0, run.stderr[-1500:]
    told = json.loads(run.stdout)
    measure("D1", case, f"{told['told']}, {told['seconds']:.1f} s, {told['megabytes']:.0f} MB")
    assert told["seconds"] < 5 and told["megabytes"] < 200
    assert told["told"] == "refused" or case == "merged as a whole"


def test_control_a_plain_reader_bursts(tmp_path):
    """Control: the reader that the import itself uses, without the look beforehand, dies of one cell far out."""
    (tmp_path / "file.xlsx").write_bytes(REFUSED["a cell far out"]()[1])
    run = child(PLAIN, str(tmp_path / "file.xlsx"))
    assert run.returncode < 0 and "memory allocation" in run.stderr


PARTS = (
    "sheet1.xml",
    "workbook.xml",
    "styles.xml",
    "[Content_Types].xml",
    "core.xml",
    "app.xml",
    "workbook.xml.rels",
    "_rels/.rels",
)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
def test_entities_are_refused_in_every_part(part, text, tmp_path):
    assert len(reading.read("a.xlsx", workbook(GOOD)).rows) == 3
    with pytest.raises(BadTable, match="不能接受的声明"):
        reading.read("a.xlsx", remade(workbook(GOOD), declared(text, part)))


def test_the_careful_parser_is_in_use():
    """openpyxl takes it only where it is installed; where it is not, the import does not start."""
    assert DEFUSEDXML is True
    without = "import django, openpyxl; openpyxl.DEFUSEDXML = False; django.setup(); import accounts.imports.marking"
    run = child(without)
    assert run.returncode != 0 and "ImportError: openpyxl 须与 defusedxml 一同安装" in run.stderr
    assert child(without.replace("openpyxl.DEFUSEDXML = False; ", "")).returncode == 0


def test_control_a_plain_parser_follows_entities():
    """Control: the standard library's parser unfolds what is declared."""
    text = plain.fromstring('<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>').text
    assert text == "hahahaha"


def test_control_a_reader_that_trusts_the_dimension_loses_rows():
    """Control: openpyxl's streaming reader keeps to the declared size; ours reads all three rows."""
    lying = remade(workbook(GOOD), in_sheet(b'ref="A1:F3"', b'ref="A1:B2"'))
    rows = list(load_workbook(io.BytesIO(lying), read_only=True).active.iter_rows(values_only=True))
    assert len(rows) < 3
    assert len(reading.read("a.xlsx", lying).rows) == 3


# D5


def test_stored_files_are_served_in_a_sandbox(world):
    """As a download, not sniffed, in a sandbox, kept by nobody; its name is random and under no address of its own."""
    answer = world.clients["county handler"].get(f"/files/{world.attachment.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert (
        "sandbox" in answer["Content-Security-Policy"] and "script" not in answer["Content-Security-Policy"]
    )
    name = world.attachment.file.name
    assert len(name.split("/")[-1].split(".")[0]) == 40 and world.attachment.name not in name
    for path in (f"/media/{name}", f"/static/{name}", f"/{name}", f"/files/{name}"):
        assert world.clients["county handler"].get(path).status_code == 404


def test_control_a_file_stored_as_it_came_carries_its_script(settings):
    """Control: the very same picture, stored as sent, still has what the portal takes away."""
    exif = Image.Exif()
    exif[0x010E] = "<?php system($_GET[0]); ?>"
    sent = picture(exif=exif) + b"<script>alert(1)</script>"
    name = default_storage.save("plain.jpg", ContentFile(sent))
    with default_storage.open(name) as file:
        kept = file.read()
    clean = stored(uploads.check(SimpleUploadedFile("照片.jpg", sent)))
    assert b"<script>" in kept and b"php" in kept
    assert b"<script>" not in clean and b"php" not in clean


# D8


def test_control_deep_nesting_without_the_limit_fails():
    """Control: the layout itself dies of what the portal refuses before."""
    page = "<!doctype html><html lang=zh><title>x</title><body>" + "<div>" * 3000
    with pytest.raises(RecursionError):
        weasyprint.HTML(string=page).write_pdf()
    with pytest.raises(rendering.TooLarge):
        rendering.render(page)
