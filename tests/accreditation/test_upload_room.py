"""ASVS 5.2.4: an account stores so many files and bytes and no more; what was taken out counts, others are not touched."""

import datetime as dt
import io

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accreditation import filing, filing_content, upload_room, uploads
from accreditation.models import Attachment
from tests.factories import House, moment

AT = moment(dt.date(2017, 8, 22))


@pytest.fixture
def draft(db, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("regions.clock.now", lambda: AT)
    house = House()
    application = house.draft()
    client = Client()
    client.force_login(house.filer(application.community))
    return house, application, client


def picture(number):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (number, 0, 0)).save(out, "PNG")
    return SimpleUploadedFile(f"照片{number}.png", out.getvalue(), "image/png")


def send(client, application, number=1):
    """The answer to `number` small pictures, each another."""
    material = filing_content.materials_wanted(application)[0]["key"]
    return client.post(
        f"/applications/{application.pk}/attach/",
        {"material": material, "indicator": "", "files": [picture(n) for n in range(number)]},
    )


def test_an_account_that_is_full_is_told_and_nothing_is_stored(draft, settings):
    house, application, client = draft
    by = house.filer(application.community)
    assert upload_room.stored_by(by) == (0, 0)
    assert send(client, application).status_code == 302
    files, stored = upload_room.stored_by(by)
    assert files == 1 and stored == Attachment.objects.get().size > 0
    settings.STORED_BYTES_PER_PERSON = stored + 10
    answer = send(client, application)
    assert answer.status_code == 400
    assert "一个账号最多存放" in answer.content.decode() and "移除的也计算在内" in answer.content.decode()
    assert upload_room.stored_by(by) == (1, stored)
    assert len([path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == 1


def test_what_was_taken_out_counts_and_others_do_not(draft, settings):
    house, application, client = draft
    settings.STORED_FILES_PER_PERSON = 2
    assert send(client, application, 2).status_code == 302
    for attachment in Attachment.objects.all():
        by = house.filer(application.community)
        by.acting = by.postings.select_related("community").get()
        filing.detach(application, attachment, by=by, at=AT)
    assert send(client, application).status_code == 400
    other = house.draft(1)
    beside = Client()
    beside.force_login(house.filer(other.community))
    assert send(beside, other).status_code == 302


def test_room_is_asked_before_the_file_is_looked_into(draft, settings):
    """Nobody makes the portal draw pictures anew that it will not keep."""
    house, application, _ = draft
    settings.STORED_FILES_PER_PERSON = 0
    with (
        pytest.raises(ValidationError, match="0 个文件"),
        uploads.kept(SimpleUploadedFile("坏.png", b"not a picture"), house.filer(application.community)),
    ):
        raise AssertionError("stored")


def test_every_table_of_files_says_whose_they_are():
    """A new one that forgets it fails here. The public's own have a limit for each notice and place (E7)."""
    tables = {
        model.__name__
        for model in apps.get_models()
        if {"file", "size", "checksum"} <= {field.name for field in model._meta.fields}
    }
    assert tables - {"ObjectionFile"} == {model.__name__ for model, _ in upload_room._counted}
