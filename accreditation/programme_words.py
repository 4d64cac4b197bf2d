"""Words and small readers that the checks of a programme document share."""

import datetime as dt

from accreditation.windows import day_of_window

ISSUERS = ("nation", "province", "city", "county")
MONEY = ("national", "provincial", "city", "county")
KINDS = ("urban", "village")
# The official forms that a material can be a scan of. Their layouts: accreditation.paper.forms.
FORMS = ("hunan_2", "hunan_3", "henan_2", "henan_3", "gansu_sheet", "quangang_sheet", "pingdingshan_3")


def read_date(doc, key, *, required=True):
    """An ISO date."""
    if not doc.has(key) or doc.data[key] is None:
        if required:
            doc.say(f"缺少“{key}”")
        return
    try:
        dt.date.fromisoformat(str(doc.data[key]))
    except ValueError:
        doc.say(f"“{key}”应为 2017-09-25 这样的日期，写的是“{str(doc.data[key])[:30]}”")


def read_window_date(doc, key, *, required=False):
    """A day, a day of each year or a third of a month (accreditation.windows)."""
    if not doc.has(key) or doc.data[key] is None:
        if required:
            doc.say(f"缺少“{key}”")
        return
    try:
        day_of_window(str(doc.data[key]), 2024, end=True)
    except ValueError as error:
        doc.say(f"“{key}”{error}，写的是“{str(doc.data[key])[:30]}”")


def read_tiers(doc, tiers):
    """The optional `tiers` an entry is limited to."""
    if doc.has("tiers"):
        for tier in doc.texts("tiers"):
            if tier not in tiers:
                doc.say(f"没有层级“{tier}”，可用的有 {'、'.join(tiers)}")


def read_among(doc, key, allowed, *, empty=False):
    """A list of words, each one of the allowed."""
    for word in doc.texts(key, empty=empty):
        if word not in allowed:
            doc.say(f"“{key}”没有“{word}”，可用的有 {'、'.join(allowed)}")


def say_twice(doc, what, keys):
    """The names that stand more than once in a list: 层级“star”写了两次."""
    for key in dict.fromkeys(key for key in keys if key and keys.count(key) > 1):
        doc.say(f"{what}“{key}”写了两次")
