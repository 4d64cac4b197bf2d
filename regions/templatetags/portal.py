"""How the portal writes dates, points and states; the error summary and the page numbers."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regions import wording
from regions.clock import SHANGHAI

register = template.Library()

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
UNITS = 10_000  # totals are kept in 1/10000 point
MOST_DIGITS = 30
EMPTY = mark_safe('<span aria-hidden="true">—</span><span class="sr">无</span>')
EMPTY_IN_ENGLISH = mark_safe('<span aria-hidden="true">—</span><span class="sr">none</span>')

# class of the tag, sign, word. A sign and a word stand beside every colour.
TAGS = {
    "blank": ("t-draft", "○", "草稿"),
    "filling": ("t-filling", "✎", "填报中"),
    "todo": ("t-todo", "●", "待我处理"),
    "returned": ("t-returned", "↩", "退回补正"),
    "review": ("t-review", "◐", "评审中"),
    "notice": ("t-notice", "◷", "公示中"),
    "done": ("t-done", "✓", "已认定"),
    "declined": ("t-declined", "–", "未入选"),
    "revoked": ("t-revoked", "✕", "已撤销"),
    "late": ("t-late", "!", "逾期"),
}
# The states of an application, by the tag that shows them.
STATE_TAGS = {
    "draft": "filling",
    "recognised": "done",
    "withdrawn": "declined",
    "disqualified": "revoked",
}


def in_english() -> bool:
    """Whether the reader chose the English catalogue (config/language.py)."""
    return get_language() == "en"


def _nothing() -> str:
    return EMPTY_IN_ENGLISH if in_english() else EMPTY


def _english(day) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _comma() -> str:
    return "," if in_english() else ""


def _local(value: dt.date | dt.datetime) -> dt.date | dt.datetime:
    return value.astimezone(SHANGHAI) if isinstance(value, dt.datetime) and value.tzinfo else value


@register.filter
def zh_date(value):
    """A date, or the day of a moment in Shanghai: 2026年10月20日 星期二; "—" for nothing."""
    if not value:
        return _nothing()
    day = _local(value)
    if in_english():
        return _english(day)
    return f"{day.year}年{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"


@register.filter
def zh_day(value):
    """A date without its weekday: 2026年10月20日."""
    if not value:
        return _nothing()
    day = _local(value)
    return _english(day) if in_english() else f"{day.year}年{day.month}月{day.day}日"


@register.filter
def zh_short(value):
    """For dense tables: 10月20日; "—" for nothing."""
    if not value:
        return _nothing()
    day = _local(value)
    return f"{day.day} {MONTHS[day.month - 1][:3]}" if in_english() else f"{day.month}月{day.day}日"


@register.filter
def zh_time(value):
    """A moment: 2026年10月20日 星期二 14:05 (Shanghai)."""
    return f"{zh_date(value)}{_comma()} {_local(value):%H:%M}" if value else _nothing()


@register.filter
def zh_end(value):
    """The end of a day as a deadline: 2026年10月20日 星期二 24:00."""
    return f"{zh_date(value)}{_comma()} 24:00" if value else _nothing()


@register.filter
def clock_time(value):
    """The time of day of a moment in Shanghai: 14:05."""
    return f"{_local(value):%H:%M}" if value else _nothing()


def _exact(value) -> Fraction | None:
    """Points as a fraction: an int counts 1/10000 points, anything else is the number it says; None for nothing.

    What was typed is shown beside other scores before it is refused: endless and enormous numbers are nothing too.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int):
        return Fraction(value, UNITS)
    if isinstance(value, Fraction):
        return value
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return Fraction(number) if number.is_finite() and abs(number.adjusted()) < MOST_DIGITS else None


def _plain(value: Fraction) -> str:
    """The shortest decimal, at most four places: 2.5, 3, 0; a true minus before a negative one."""
    text = f"{Decimal(round(abs(value) * UNITS)) / UNITS:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("−" if value < 0 else "") + text


@register.filter
def points(value):
    """Points as people write them: 68.5. An int is in 1/10000 point; Fraction, Decimal and str are points."""
    exact = _exact(value)
    return _nothing() if exact is None else _plain(exact)


@register.simple_tag
def difference(mine, theirs):
    """How far one score lies from another: ▲ +0.5 (blue), ▼ −0.5 (brown), 0, or "—" while one of them is missing."""
    first, second = _exact(mine), _exact(theirs)
    if first is None or second is None:
        return _nothing()
    gap = first - second
    if not gap:
        return "0"
    sign, kind = ("▲ +", "up") if gap > 0 else ("▼ ", "down")
    return format_html('<span class="{}">{}{}</span>', kind, sign, _plain(gap))


@register.filter
def signed(value):
    """A whole number with its sign: +3, −2, 0."""
    return f"+{value}" if value > 0 else str(value).replace("-", "−")


@register.filter
def dash(value):
    """The value, or "—" with a hidden 无 when there is none (0 is a value)."""
    return _nothing() if value is None or value == "" else value


@register.simple_tag
def status_tag(state, label=""):
    """A state of an application, or a key of TAGS, as sign, word and colour; `label` replaces the word."""
    key = STATE_TAGS.get(state, state)
    if key not in TAGS:
        key = (
            "notice"
            if str(key).endswith("_notice")
            else "review"
            if str(key).endswith("_review")
            else "blank"
        )
    kind, sign, word = TAGS[key]
    return format_html(
        '<span class="tag {}"><span aria-hidden="true">{}</span> {}</span>', kind, sign, label or _(word)
    )


def _forms_of(things):
    """Every form in a mix of forms, formsets and lists of them."""
    for thing in things:
        if thing is None or thing == "":
            continue
        if hasattr(thing, "non_form_errors"):
            yield thing
            yield from thing.forms
        elif hasattr(thing, "non_field_errors"):
            yield thing
        elif not isinstance(thing, str):
            yield from _forms_of(thing)


def _problems(form):
    """(sentence, id of the field or "") for every error of a form, in the order of its fields."""
    if hasattr(form, "non_form_errors"):
        yield from ((sentence, "") for sentence in form.non_form_errors())
        return
    yield from ((sentence, "") for sentence in form.non_field_errors())
    for field in form:
        target = field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")
        yield from ((sentence, "" if field.is_hidden else target) for sentence in wording.sentences(field))


@register.filter
def error_sentences(field):
    """The errors of a bound field in the portal's words."""
    return wording.sentences(field)


@register.inclusion_tag("partials/error_summary.html")
def error_summary(*forms):
    """The box of all errors on top of a page, each a link to its field; nothing when there is none."""
    problems = []
    for form in _forms_of(forms):
        if form.is_bound:
            problems += [row for row in _problems(form) if row not in problems]
    return {"problems": problems}


@register.simple_tag
def page_numbers(page):
    """The page numbers to show around a Page, None where some are left out."""
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [None if number == page.paginator.ELLIPSIS else number for number in shown]


@register.inclusion_tag("partials/bars.html")
def bars(rows, caption, head="", unit=""):
    """Horizontal bars with their table: rows are dicts of label, value (number) and perhaps url."""
    rows = list(rows)
    top = max([row["value"] for row in rows] or [0]) or 1
    drawn = [{**row, "width": round(100 * row["value"] / top, 1)} for row in rows]
    return {"rows": drawn, "caption": caption, "head": head, "unit": unit}
