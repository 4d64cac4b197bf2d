"""Loading a programme document into an immutable version: checked whole, or refused whole."""

import hashlib
import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.events import canonical, record
from accreditation import programme_document, round_settings
from accreditation.models import Programme, ProgrammeVersion
from scoring.models import RubricVersion
from scoring.rubric import read_rubric

SCORE_SHEET = ("key", "version", "title", "figures", "rubric", "criteria")


def read(path: Path) -> dict:
    """The document as JSON; a ValidationError that names the file, line and column otherwise."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValidationError(f"没有找到文件 {path.name}。") from error
    except UnicodeDecodeError as error:
        raise ValidationError(f"{path.name}：文件应为 UTF-8 编码。") from error
    except json.JSONDecodeError as error:
        raise ValidationError(
            f"{path.name} 第 {error.lineno} 行第 {error.colno} 列：JSON 写法有误（{error.msg}）。"
        ) from error


def check(document, file: str) -> list[str]:
    """Every mistake of the frame and of the score sheet."""
    errors = programme_document.check(document, file)
    if isinstance(document, dict):
        errors += read_rubric(document, file)[1]
        if not errors:
            errors += round_settings.mistakes(document, file)
    return errors


@transaction.atomic
def load(document: dict, file: str, *, by=None, at) -> tuple[ProgrammeVersion, bool]:
    """Keep the document as a version. The same content again changes nothing; the same version with other content is refused.

    Returns (version, whether it is new). Raises ValidationError with every mistake.
    """
    if errors := check(document, file):
        raise ValidationError(errors)
    text = canonical(document)
    checksum = hashlib.sha256(text.encode()).hexdigest()
    programme, _ = Programme.objects.update_or_create(
        key=document["key"], defaults={"title": document["title"]}
    )
    existing = ProgrammeVersion.objects.filter(programme=programme, version=document["version"]).first()
    if existing:
        if existing.checksum != checksum:
            raise ValidationError(
                f"{file}：版本“{document['version']}”已经载入过，内容不同。已载入的版本不能修改，请更换版本号后重新载入。"
            )
        return existing, False
    version = ProgrammeVersion.objects.create(
        programme=programme,
        version=document["version"],
        document=text,
        checksum=checksum,
        loaded_at=at,
        rubric=_rubric(document),
    )
    record(
        "load_programme",
        by=by,
        at=at,
        subject=f"{programme.title} {version.version}",
        after={"checksum": checksum},
    )
    return version, True


def _rubric(document):
    """The score sheet (or criteria) part as a rubric of its own, or None where it is still to be entered (待录入)."""
    if not document.get("rubric") and not document.get("criteria"):
        return None
    part = canonical({key: document[key] for key in SCORE_SHEET if key in document})
    checksum = hashlib.sha256(part.encode()).hexdigest()
    return RubricVersion.objects.get_or_create(
        checksum=checksum,
        defaults={
            "programme": document["key"],
            "version": document["version"],
            "document": part,
            "origin": document["source"]["number"],
        },
    )[0]
