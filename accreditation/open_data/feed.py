"""Notices as an Atom feed: each with an id that stays, whatever the site is called later."""

import datetime as dt
import uuid

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from accreditation import public
from accreditation.open_data.lists import notice_filter
from accreditation.workbooks import safe_text
from regions.templatetags.portal import zh_day

ENTRIES = 50
TITLE = "充分就业社区评审公示"
IDS = uuid.UUID("5f0d7f0e-8f3c-5a52-9d7b-0c1d6d1b2a41")


class _Feed(Atom1Feed):
    """As Django's, with a moment of its own where it has no entry."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else self.feed["at"]


def latest(told: dict, today: dt.date) -> list[public.NoticeLine]:
    """The last notices published, as asked for."""
    rows = public.notices(notice_filter(told), today).order_by("-published_at", "-pk")
    return public.notice_lines(rows[:ENTRIES], today)


def atom(lines, base: str, path: str, at: dt.datetime) -> bytes:
    """The feed as XML. path: its own address with its query; at: its moment where it has no entry."""
    feed = _Feed(
        title=TITLE,
        link=base + reverse("notices"),
        description="",
        language="zh-CN",
        feed_url=base + path,
        feed_guid=base + path,
        subtitle="新近发布的公示，最多五十条",
        at=at,
    )
    for line in lines:
        link = base + reverse("notice", args=[line.pk])
        feed.add_item(
            title=safe_text(line.title),
            link=link,
            description=_words(line),
            unique_id=_id(line),
            pubdate=line.published_at,
            updateddate=line.published_at,
            author_name=safe_text(line.issuer),
        )
    return feed.writeString("utf-8").encode()


def _id(line) -> str:
    """From what a notice keeps for good: its number here and the moment it was published."""
    return uuid.uuid5(IDS, f"{line.pk} {line.published_at.astimezone(dt.UTC).isoformat()}").urn


def _words(line) -> str:
    period = f"公示期 {zh_day(line.first_day)}至{zh_day(line.last_day)}，{line.entries} 个社区。"
    return safe_text(f"{line.issuer}：{period}")
