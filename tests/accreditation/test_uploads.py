"""Uploads: what is disguised, harmful or broken is refused with a sentence or made harmless; nothing is left behind."""

import errno
import io
import zipfile

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile

from accreditation import uploads
from accreditation.paper import rendering


def sent(content, name="材料.pdf", content_type="application/octet-stream"):
    return SimpleUploadedFile(name, content, content_type=content_type)


def picture(kind="JPEG", size=(40, 20), mode="RGB", **settings):
    out = io.BytesIO()
    Image.new(mode, size, 200 if mode == "L" else None).save(out, kind, **settings)
    return out.getvalue()


def pdf(change=lambda pdf: None, **settings):
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    change(document)
    out = io.BytesIO()
    document.save(out, **settings)
    return out.getvalue()


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def stored(checked):
    with default_storage.open(checked.stored_name) as file:
        return file.read()


def files_left(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    ((pdf(), "application/pdf", "pdf"), (picture(), "image/jpeg", "jpg"), (picture("PNG"), "image/png", "png")),
)  # fmt: skip
def test_the_three_kinds_are_taken_by_their_content(content, kind, ending):
    checked = uploads.check(sent(content, "台账.exe"))
    assert (checked.content_type, checked.name) == (kind, f"台账.exe.{ending}")
    assert checked.size == len(stored(checked))
    assert "台账" not in checked.stored_name and len(checked.stored_name) > 30


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("content", "word"),
    (
        (b"", "空"),
        (SVG, "PDF、JPEG 或 PNG"),
        (b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)", "JPEG 或 PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "PDF、JPEG 或 PNG"),
        (picture("TIFF"), "JPEG 或 PNG"),
        (picture("BMP"), "JPEG 或 PNG"),
        (zipped("a.txt"), "解压"),
        (b"MZ" + b"\0" * 200, "程序"),
        (picture()[:200], "打不开"),
        (picture("PNG")[:50], "打不开"),
        (b"%PDF-1.7\nnothing", "打不开"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "密码"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="")), "密码"),
        (b"\0" * 1000, "PDF、JPEG 或 PNG"),
        (b"just text", "PDF、JPEG 或 PNG"),
    ),
)
def test_what_is_disguised_or_broken_is_refused_and_leaves_no_file(content, word, settings):
    for name in ("照片.jpg", "报表.pdf"):
        with pytest.raises(ValidationError) as refused:
            uploads.check(sent(content, name))
        assert word in refused.value.messages[0] and refused.value.messages[0].endswith("。")
    assert files_left(settings) == []


def test_a_file_over_the_limit_is_refused_whatever_it_says_of_itself(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(ValidationError, match="不能超过"):
        uploads.check(sent(pdf() + b"\n" * 2000))


@pytest.mark.parametrize("side", (6400, 13000, 20000))
def test_a_flood_of_pixels_is_refused_before_it_is_drawn(side):
    with pytest.raises(ValidationError, match="万像素"):
        uploads.check(sent(picture("PNG", (side, side), "1"), "照片.png"))


def test_a_picture_loses_what_hangs_on_it():
    exif = Image.Exif()
    exif[0x010E] = "<?php system($_GET[0]); ?>"
    exif[0x8825] = {1: "N", 2: (28.0, 11.0, 30.0)}
    content = picture(exif=exif) + b"<script>alert(1)</script>" + zipped("evil.js")
    clean = stored(uploads.check(sent(content, "照片.jpg")))
    for rest in (b"php", b"script", b"evil.js", b"Exif"):
        assert rest not in clean
    assert not Image.open(io.BytesIO(clean)).getexif()


def test_a_picture_is_turned_as_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6
    clean = stored(uploads.check(sent(picture(size=(40, 20), exif=exif), "照片.jpg")))
    assert Image.open(io.BytesIO(clean)).size == (20, 40)


@pytest.mark.parametrize(("kind", "mode"), (("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "L"), ("PNG", "LA"), ("JPEG", "L"), ("JPEG", "CMYK")))  # fmt: skip
def test_every_common_kind_of_picture_is_taken(kind, mode):
    out = io.BytesIO()
    Image.new("RGB", (30, 30), (200, 30, 30)).convert(mode).save(out, kind)
    clean = Image.open(io.BytesIO(stored(uploads.check(sent(out.getvalue(), "图.png")))))
    assert clean.size == (30, 30)
    red, green, _ = clean.convert("RGB").getpixel((5, 5))
    assert red >= green


def test_a_palette_keeps_its_colours_and_its_transparency():
    out = io.BytesIO()
    palette = Image.new("P", (10, 10), 1)
    palette.putpalette([0, 0, 0, 250, 10, 20])
    palette.save(out, "PNG", transparency=0)
    clean = Image.open(io.BytesIO(stored(uploads.check(sent(out.getvalue(), "图.png")))))
    assert clean.convert("RGB").getpixel((5, 5)) == (250, 10, 20)
    assert clean.info.get("transparency") == 0


def armed(document):
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    document.Root.OpenAction = document.make_indirect(script)
    document.Root.AA = pikepdf.Dictionary(WC=script)
    document.attachments["evil.exe"] = pikepdf.AttachedFileSpec(document, b"MZpayload", filename="evil.exe")
    document.Root.Names.JavaScript = pikepdf.Dictionary(Names=pikepdf.Array(["a", script]))
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"),
    )
    document.pages[0].Annots = pikepdf.Array([link])
    document.docinfo["/Author"] = "某人"


def test_a_pdf_loses_what_runs_and_what_it_carries():
    clean = stored(uploads.check(sent(pdf(armed))))
    for rest in (b"JavaScript", b"OpenAction", b"/AA", b"EmbeddedFile", b"Launch", b"app.alert", b"MZpayload", b"Author"):  # fmt: skip
        assert rest not in clean
    assert len(pikepdf.open(io.BytesIO(clean)).pages) == 1


def test_a_large_stream_is_not_unpacked():
    def bomb(document):
        stream = pikepdf.Stream(document, b"0" * 60_000_000)
        document.pages[0].Contents = stream

    content = pdf(bomb, compress_streams=True)
    assert len(content) < 200_000
    assert uploads.check(sent(content)).size < 200_000


@pytest.mark.parametrize(
    ("name", "shown"),
    (
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("a\r\nX: y.pdf", "aX y.pdf"),
        ("a\u202egnp.exe", "agnp.exe.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("x.php.jpg", "x.php.pdf"),
        ("\uff0e\uff0e／登记.PDF", "登记.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("", "未命名.pdf"),
        ("\u200b.pdf", "未命名.pdf"),
    ),
)
def test_the_name_is_only_for_reading(name, shown):
    assert uploads.shown_name(name, "pdf") == shown


def test_a_long_name_keeps_its_ending():
    assert uploads.shown_name("长" * 300 + ".png", "png") == "长" * 96 + ".png"


def test_a_failure_after_storing_takes_the_file_away(settings):
    with pytest.raises(RuntimeError), uploads.kept(sent(pdf())):
        assert len(files_left(settings)) == 1
        raise RuntimeError
    assert files_left(settings) == []


def test_a_full_disk_is_a_sentence(monkeypatch, settings):
    def full(name, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    with pytest.raises(ValidationError, match="存储空间不足"):
        uploads.check(sent(pdf()))


def test_printing_does_not_let_half_a_picture_in():
    """WeasyPrint, once loaded, would tell Pillow to take what is cut off."""
    assert rendering.MOST_TAGS
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
    with pytest.raises(ValidationError):
        uploads.check(sent(picture("PNG")[:50], "照片.png"))
