"""Files that people send in: looked into, made harmless, stored under a random name.

PDF, JPEG and PNG only, judged by what is in them and never by what they are called. A picture is drawn anew (its place
and camera data, and anything hung behind it, are gone); a PDF loses what could run by itself and is written anew, without
its contents being unpacked. What cannot be made harmless is refused with a sentence that says what to do instead.
"""

import contextlib
import errno
import hashlib
import io
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import filetype
import pikepdf
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from accounts.text import UNSEEN, clean_line
from accreditation import upload_room

MOST_PIXELS = 40_000_000
NAME_LENGTH = 100
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}
ACCEPT = ".pdf,.jpg,.jpeg,.png"
# What others send instead, by the beginning of its type, with what to do about it.
INSTEAD = (
    (("image/heic", "image/heif", "image/avif"), "这是手机的 HEIC 照片，请另存为 JPEG 后上传。"),
    (("image/",), "这种图片格式不能上传，请另存为 JPEG 或 PNG。"),
    (("application/vnd.openxmlformats", "application/msword", "application/vnd.ms-"), "请另存为 PDF 后上传。"),
    (("application/zip", "application/x-", "application/gzip", "application/vnd.rar"), "压缩包和程序不能上传，请解压后逐个上传 PDF、JPEG 或 PNG。"),
    (("video/", "audio/"), "音频和视频不能上传，请改传照片或 PDF。"),
)  # fmt: skip
# Parts of a PDF that run, open, call out or carry other files.
PDF_KEYS = (
    "/OpenAction",
    "/AA",
    "/JS",
    "/JavaScript",
    "/EmbeddedFiles",
    "/EmbeddedFile",
    "/EF",
    "/AF",
    "/XFA",
)
PDF_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/Sound",
}
PDF_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}


@dataclass(frozen=True)
class Checked:
    """A stored upload: `size` (bytes) and `checksum` (SHA-256) are of what is stored, not of what was sent."""

    stored_name: str
    name: str
    size: int
    content_type: str
    checksum: str


def check(upload: UploadedFile) -> Checked:
    """Make the upload harmless and store it. ValidationError (one sentence) when it cannot be taken; then no file is left."""
    content_type, content = _harmless(upload)
    stored_name = _store(content, ENDINGS[content_type])
    return Checked(
        stored_name=stored_name,
        name=shown_name(upload.name or "", ENDINGS[content_type]),
        size=len(content),
        content_type=content_type,
        checksum=hashlib.sha256(content).hexdigest(),
    )


@contextlib.contextmanager
def kept(upload: UploadedFile, by=None) -> Iterator[Checked]:
    """The stored upload for the block that writes its row; when the block fails, the file goes too.

    by: the account it is counted for; None for the public, who have limits of their own.
    """
    if by is not None:
        upload_room.refuse_more(by, upload.size)
    checked = check(upload)
    try:
        yield checked
    except BaseException:
        default_storage.delete(checked.stored_name)
        raise


def plain_name(name: str) -> str:
    """The last part of a sender's name without folders and unseen characters."""
    last = re.split(r"[/\\／＼]", name)[-1]
    return clean_line("".join(c for c in last if unicodedata.category(c) not in UNSEEN))[:NAME_LENGTH]


def shown_name(name: str, ending: str) -> str:
    """The sender's name for display, with the ending of its real kind; at most 100 characters."""
    stem = "".join(c for c in plain_name(name) if c not in '<>:"|?*')
    stem = re.sub(r"\.(pdf|jpe?g|png)$", "", stem, flags=re.IGNORECASE).strip(" .")
    return f"{stem[: NAME_LENGTH - len(ending) - 1] or '未命名'}.{ending}"


def _harmless(upload):
    limit = settings.UPLOAD_MAX_BYTES
    if not upload.size:
        raise ValidationError("这个文件是空的，请重新选择。")
    if upload.size > limit:
        raise ValidationError(f"单个文件不能超过 {limit // 1024 // 1024} MB，请压缩或分成几个文件后上传。")
    upload.seek(0)
    content = upload.read()
    kind = filetype.guess(content[:8192])
    found = kind.mime if kind else ""
    if found == "application/pdf":
        return found, _pdf(content)
    if found in PICTURES:
        return found, _picture(content, found)
    for beginnings, sentence in INSTEAD:
        if found.startswith(beginnings):
            raise ValidationError(sentence)
    raise ValidationError("这个文件不是 PDF、JPEG 或 PNG，请另存为其中一种后上传。")


def _picture(content, found):
    unreadable = ValidationError("这张图片打不开，可能已损坏，请重新拍摄或另存后上传。")
    try:
        picture = Image.open(io.BytesIO(content), formats=[PICTURES[found]])
    except Image.DecompressionBombError:
        raise ValidationError(_too_large()) from None
    except (OSError, ValueError, SyntaxError, TypeError):
        raise unreadable from None
    if picture.width * picture.height > MOST_PIXELS:
        raise ValidationError(_too_large())
    try:
        picture.load()
        drawn = ImageOps.exif_transpose(picture)
        if found == "image/jpeg" and drawn.mode not in ("L", "RGB"):
            drawn = drawn.convert("RGB")
        clean = Image.new(drawn.mode, drawn.size)
        if drawn.mode == "P":
            clean.putpalette(drawn.getpalette("RGB"))
            if "transparency" in drawn.info:
                clean.info["transparency"] = drawn.info["transparency"]
        clean.paste(drawn)
        out = io.BytesIO()
        clean.save(out, PICTURES[found], **({"quality": 90} if found == "image/jpeg" else {}))
    except (OSError, ValueError, SyntaxError, TypeError, Image.DecompressionBombError):
        raise unreadable from None
    return out.getvalue()


def _too_large():
    return f"这张图片的尺寸太大，请缩小到 {MOST_PIXELS // 10_000} 万像素以内后上传。"


def _pdf(content):
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=True) as pdf:
            if pdf.is_encrypted:
                raise ValidationError("这个 PDF 设有密码，请去掉密码后上传。")
            if len(pdf.pages) == 0:
                raise ValidationError("这个 PDF 没有页面，请重新生成后上传。")
            _silence(pdf)
            out = io.BytesIO()
            pdf.save(
                out,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                compress_streams=False,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
    except pikepdf.PasswordError:
        raise ValidationError("这个 PDF 设有密码，请去掉密码后上传。") from None
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, RecursionError):
        raise ValidationError("这个 PDF 打不开，可能已损坏，请重新生成后上传。") from None
    return out.getvalue()


def _silence(pdf):
    """Take out of every object what could act by itself; the pages stay as they are drawn."""
    for key in ("/OpenAction", "/AA", "/AF"):
        if key in pdf.Root:
            del pdf.Root[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for thing in pdf.objects:
        _silence_object(thing, 0)


def _silence_object(thing, depth):
    if depth > 40:
        raise ValueError("nested too deep")
    if isinstance(thing, pikepdf.Array):
        for child in thing:
            _direct(child, depth)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key in PDF_KEYS:
            if key in thing:
                del thing[key]
        if str(thing.get("/S", "")) in PDF_ACTIONS:
            thing["/S"] = pikepdf.Name("/None")
        if str(thing.get("/Subtype", "")) in PDF_ANNOTATIONS:
            thing["/Subtype"] = pikepdf.Name("/Square")
        for key in list(thing.keys()):
            _direct(thing[key], depth)


def _direct(child, depth):
    """Children written inside their parent; those that stand alone come by themselves."""
    if isinstance(child, pikepdf.Object) and not child.is_indirect:
        _silence_object(child, depth + 1)


def _store(content, ending):
    token = secrets.token_hex(20)
    name = f"{token[:2]}/{token}.{ending}"
    try:
        return default_storage.save(name, ContentFile(content))
    except OSError as error:
        with contextlib.suppress(OSError):
            default_storage.delete(name)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ValidationError("服务器的存储空间不足，文件没有保存，请稍后再试或联系管理员。") from error
        raise
