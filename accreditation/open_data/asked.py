"""What a query of the open data asks for: every parameter known by name, read strictly, refused with a sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from accounts.text import clean_line
from accreditation import public
from accreditation.public.rounds import programme_keys
from regions.models import Region

MOST_CHARACTERS = 120
LARGEST_KEY = 2**63 - 1
SIZE, MOST_ROWS = 100, 1000
STATES = {"running": "公示中", "past": "已结束"}


class Refused(ValueError):
    """A query that is not understood; the sentence says what to write instead."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a query. read: text → value, or Refused."""

    name: str
    about: str
    read: Callable
    schema: dict
    example: str | int = ""


def read(parameters, data) -> dict:
    """The values asked for, by name; an empty one counts as left out. Raises Refused."""
    known = {parameter.name: parameter for parameter in parameters}
    values = {}
    for name, texts in data.lists():
        if name not in known:
            allowed = f"可以用的有：{'、'.join(known)}。" if known else "这个地址不用参数。"
            raise Refused(f"没有“{name[:30]}”这个参数，{allowed}")
        if len(texts) > 1:
            raise Refused(f"参数“{name}”只能写一次。")
        if text := _line(name, texts[0]):
            values[name] = known[name].read(text)
    return values


def _line(name, text) -> str:
    try:
        text = clean_line(text)
    except ValidationError as refusal:
        raise Refused(f"参数“{name}”里有不可见字符，请删去后再试。") from refusal
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"参数“{name}”最多 {MOST_CHARACTERS} 个字。")
    return text


def _year(text):
    if not re.fullmatch(r"[12]\d{3}", text, re.ASCII):
        raise Refused("year 应为四位的年份，例如 2017。")
    return int(text)


def _places(text):
    """Regions by a code of the civil affairs ministry (6 or 12 digits), or by name as on the pages."""
    if re.fullmatch(r"\d{6}|\d{9}|\d{12}", text, re.ASCII):
        short = text[:6] if text.endswith("000000") else text
        found = list(Region.objects.standing().filter(code__in={text, short}).exclude(level="nation"))
    else:
        found = public.places_named(text)
    if not found:
        raise Refused(f"没有查到地区“{text}”，请写行政区划代码（例如 430100）或名称（例如 长沙市）。")
    return found


def _tier(text):
    programme, colon, tier = text.rpartition(":")
    known = {(key, one) for _title, tiers in public.title_tiers() for key, one, _names in tiers}
    if not colon or (programme, tier) not in known:
        raise Refused(f"没有“{text}”这个称号，应写成 方案:层级，例如 hunan-star-2017:star。")
    return programme, tier


def _programme(text):
    if text not in programme_keys():
        raise Refused(f"没有“{text}”这个方案，方案的代号见 /api/v1/programmes/。")
    return text


def _state(text):
    if text not in STATES:
        raise Refused("state 应为 running（公示中）或 past（已结束）。")
    return text


def _key(text):
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or int(text) > LARGEST_KEY:
        raise Refused(f"“{text}”不是编号，编号只含数字。")
    return int(text)


def _size(text):
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not 1 <= int(text) <= MOST_ROWS:
        raise Refused(f"size 应为 1 到 {MOST_ROWS} 的整数。")
    return int(text)


def _after(text):
    if not re.fullmatch(r"\d{1,18}(-\d{1,18}){0,3}", text, re.ASCII):
        raise Refused("after 请照抄上一页 next 里的值。")
    return text


def _text(text):
    if len(text) > 60:
        raise Refused("q 最多 60 个字。")
    return text


WORD = {"type": "string"}
REGION = Parameter(
    "region",
    "地区：行政区划代码，或与网页相同的名称；含其下各级",
    _places,
    {**WORD, "maxLength": MOST_CHARACTERS},
    "430100",
)
YEAR = Parameter("year", "年度", _year, {"type": "integer", "minimum": 1000, "maximum": 2999}, 2017)
TIER = Parameter(
    "tier", "称号，写成 方案:层级；平台启用以前的称号写成 :层级", _tier, WORD, "hunan-star-2017:star"
)
PROGRAMME = Parameter("programme", "方案代号", _programme, WORD, "hunan-star-2017")
STATE = Parameter("state", "公示中或已结束", _state, {**WORD, "enum": list(STATES)}, "running")
NOTICE = Parameter("notice", "公示编号", _key, {"type": "integer", "minimum": 1}, 1)
TEXT = Parameter(
    "q", "名称、曾用名、代码或证书编号，可以只写一部分", _text, {**WORD, "maxLength": 60}, "桂花"
)
AFTER = Parameter("after", "从哪里继续：上一页 next 里的值", _after, WORD)
PER_PAGE = Parameter(
    "size",
    f"每页多少行，不写是 {SIZE}",
    _size,
    {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
    "100",
)
PAGED = (AFTER, PER_PAGE)
