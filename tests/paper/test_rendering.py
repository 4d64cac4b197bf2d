"""What all paper rests on: one PDF from one HTML, Chinese glyphs on the page, nothing fetched, nothing too large."""

import base64
import io
import os
import subprocess
import sys
import threading

import pikepdf
import pytest
from django.conf import settings

from accreditation.paper import fonts, rendering

PAGE = "<!doctype html><html lang='zh-CN'><head><title>考核表</title></head><body>{}</body></html>"
DEJAVU = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{}</cachedir></fontconfig>"""


def pixels(pdf, folder, dpi=60):
    """The first page of a PDF in grey: (width, height, bytes)."""
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    raw = subprocess.run(
        ["pdftoppm", "-gray", "-r", str(dpi), "-f", "1", "-l", "1", str(path)],
        capture_output=True,
        check=True,
    ).stdout
    _, size, _, body = raw.split(b"\n", 3)
    width, height = map(int, size.split())
    return width, height, body


def ink(page, left, top, right, bottom):
    """The dark pixels of a part of a page, as a set of places relative to its corner."""
    width, _, body = page
    return {
        (x - left, y - top)
        for y in range(top, bottom)
        for x in range(left, right)
        if body[y * width + x] < 128
    }


def test_same_page_same_bytes_with_title_language_and_tags():
    html = PAGE.format("<p>充分就业社区</p>")
    first, second = rendering.render(html), rendering.render(html)
    assert first == second
    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "考核表"
        assert str(pdf.Root.Lang) == "zh-CN"
        assert pdf.Root.MarkInfo.Marked
        assert [round(float(side)) for side in pdf.pages[0].MediaBox[2:]] == [595, 842]  # A4 in points


def test_chinese_is_drawn_with_embedded_chinese_fonts(tmp_path):
    path = tmp_path / "page.pdf"
    path.write_bytes(rendering.render(PAGE.format("<h1>评定考核表</h1><p>自评分</p>")))
    rows = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0] for line in rows.splitlines()[2:]]
    assert names and all("CJK" in name or "Song" in name for name in names), rows
    assert all(" yes yes " in line for line in rows.splitlines()[2:])  # embedded, and only the glyphs used


def glyphs(font_settings, tmp_path):
    """The pixels of 充 and 分, printed large by a process of its own with these fontconfig settings."""
    cells = "".join(f"<span style='display:inline-block;width:100pt'>{one}</span>" for one in "充分")
    html = PAGE.format(
        "<style>@page{margin:0}</style><div style='font-size:100pt;line-height:1'>" + cells + "</div>"
    )
    script = (
        "import django, sys; django.setup()\n"
        "from accreditation.paper import fonts, rendering\n"
        "sys.stderr.write(fonts.missing_characters())\n"
        "sys.stdout.buffer.write(rendering.render(sys.stdin.read()))"
    )
    environment = {
        **os.environ,
        **font_settings,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], input=html.encode(), capture_output=True, env=environment,
        cwd=settings.BASE_DIR, check=True,
    )  # fmt: skip
    page = pixels(done.stdout, tmp_path, dpi=36)  # 100pt are 50 pixels
    return ink(page, 0, 0, 50, 50), ink(page, 50, 0, 100, 50), done.stderr.decode()


def boxed(places):
    """Whether the drawing is a box: its leftmost column one line from top to bottom."""
    left, heights = min(x for x, _ in places), [y for _, y in places]
    return len([x for x, _ in places if x <= left + 1]) >= 0.9 * (max(heights) - min(heights))


def test_each_character_has_its_own_glyph(tmp_path):
    first, second, missing = glyphs({}, tmp_path)
    assert not missing
    assert len(first) > 100 and len(second) > 100
    assert not boxed(first) and not boxed(second)


def test_the_check_sees_what_the_page_shows_without_a_chinese_font(tmp_path):
    conf = tmp_path / "fonts.conf"
    conf.write_text(DEJAVU.format(tmp_path))
    first, second, missing = glyphs({"FONTCONFIG_FILE": str(conf)}, tmp_path)
    assert "充" in missing and "分" in missing
    assert boxed(first) and boxed(second)


def test_no_font_is_said_at_start_up_and_by_readyz(monkeypatch, client, db, settings):
    monkeypatch.setattr(fonts, "missing_characters", lambda: "充分")
    assert [one.id for one in fonts.check_fonts()] == ["accreditation.W001"]
    settings.PRODUCTION = True
    [error] = fonts.check_fonts()
    assert error.id == "accreditation.E001"
    assert "中文字体没有安装" in error.msg and "充分" in error.msg
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "fonts" in answer.json()["wrong"] and "中文字体" in answer.json()["fonts"]


def test_with_fonts_nothing_is_said():
    assert fonts.missing_characters() == ""
    assert fonts.check_fonts() == []


def planted(address):
    """HTML that asks for the address in ten ways, each on a path of its own (reliability D7)."""
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='{address}/svg-image' width='9' height='9'/><use xlink:href='{address}/svg-use#a'/></svg>"
    coded = base64.b64encode(svg.encode()).decode()
    return (
        f"<link rel=stylesheet href='{address}/css'><link rel=attachment href='{address}/attachment'>"
        f"<style>@import '{address}/import'; @font-face{{font-family:x;src:url({address}/font)}}"
        f"p{{font-family:x;background:url({address}/background)}} li{{list-style-image:url({address}/list)}}</style>"
        f"<p>字</p><ul><li>字</ul><img src='{address}/img'><object data='{address}/object'></object>"
        f"<embed src='{address}/embed'>{svg}<img src='data:image/svg+xml;base64,{coded}'>"
    )


def test_nothing_is_fetched_from_the_network(listener):
    address, hits = listener
    rendering.render(PAGE.format(planted(address)))
    assert hits == []


def test_the_listener_would_have_noticed(listener):
    address, hits = listener
    from weasyprint import HTML

    HTML(string=PAGE.format(planted(address))).write_pdf()
    assert len(hits) >= 6


def test_no_file_is_read_or_attached(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-4711")
    page = PAGE.format(
        f"<link rel=attachment href='file://{secret}'><object data='file://{secret}'></object>"
    )
    with pikepdf.open(io.BytesIO(rendering.render(page))) as pdf:
        assert len(pdf.attachments) == 0
        assert not any(
            b"canary" in bytes(o.read_bytes()) for o in pdf.objects if isinstance(o, pikepdf.Stream)
        )


@pytest.mark.parametrize(
    "body",
    ["<div>" * 3000, "<tr><td>字</td></tr>" * 20_000, "字" * 3_000_001],
    ids=["deep", "rows", "text"],
)
def test_too_large_is_refused_in_words(body):
    with pytest.raises(rendering.TooLarge, match="。$"):
        rendering.render(PAGE.format(body))


def test_threads_print_at_the_same_time():
    """The layout hangs when threads share its fonts; here all print through one thread."""
    html, done = PAGE.format("<p>充分就业</p>"), []
    threads = [threading.Thread(target=lambda: done.append(rendering.render(html))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(done) == 4 and len(set(done)) == 1


def test_qr_code_is_a_picture_without_an_address_to_fetch():
    assert rendering.qr_svg("https://example.test/papers/").startswith("data:image/svg+xml")
