"""Somebody who works without pause: `python -m tests.running.writing APPLICATION`, until told to end.

Each step puts a file into a draft by the portal's own verb; once it is committed, the keys of the row and the name of its
file are written out as one line. What was written out must never be lost.
"""

import datetime as dt
import io
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django  # noqa: E402

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from PIL import Image  # noqa: E402

from accreditation import filing, uploads  # noqa: E402
from accreditation.models import Application  # noqa: E402
from tests.factories import moment  # noqa: E402

AT = moment(dt.date(2017, 8, 22))
PAUSE = float(os.environ.get("WRITING_PAUSE", "0.02"))


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return out.getvalue()


def main(pk):
    application = Application.objects.get(pk=pk)
    by = application.community.postings.select_related("user").get().user
    by.acting = by.postings.get()
    content = picture()
    while True:
        upload = SimpleUploadedFile("合影.png", content, "image/png")
        with uploads.kept(upload) as checked:
            made = filing.attach(application, checked, material="evidence", by=by, at=AT)
        print(made.pk, made.file.name, flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(int(sys.argv[1]))
