"""What people type into the cells of a table, read without guessing: a value, a sentence why there is none, or both
a value and a hint of what was assumed.

A cell comes as calamine gives it: text, float, bool, date, datetime, timedelta, or "" for nothing.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from accounts.text import UNSEEN, clean_line

LONGEST_NUMBER = 15  # digits that a spreadsheet keeps
FIRST_SERIAL, LAST_SERIAL = 10_000, 80_000  # 1927 to 2119: what may be a date that lost its format
EPOCH, EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
EARLIEST, LATEST = dt.date(1949, 10, 1), dt.date(2100, 12, 31)
YES = frozenset(("是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "1"))
NO = frozenset(("否", "无", "不", "×", "✗", "✘", "x", "n", "no", "false", "0"))
BLANKS = frozenset(("-", "--", "—", "——", "/", "无", "None", "NULL"))

# What holds no unseen character and has one normal form: most names and addresses.
_PLAIN_TEXT = re.compile(r"[\u4e00-\u9fff0-9A-Za-z，。、；：（）《》〔〕“”·.,;:()\-_/#+]*")
_SPACES = re.compile(r"[\s\u3000\u200b\u200e\u200f\ufeff]+")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+", re.ASCII)
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII)
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})[日号]?", re.ASCII)
_RUN = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})月?", re.ASCII)
_YEAR = re.compile(r"([0-9]{4})(?:年度?)?", re.ASCII)
_DOCUMENT = re.compile(r"[\[［【(（〔]\s*((?:19|20)[0-9]{2})\s*[\]］】)）〕]", re.ASCII)


class Read(NamedTuple):
    """What a cell says. problem: a whole sentence, or ""; hint: what was assumed, for the reader to check, or ""."""

    value: Any
    problem: str = ""
    hint: str = ""


NOTHING = Read(None)


def shown(cell) -> str:
    """A cell as one short line for a page: 13800000000.0 is 13800000000, a date is 2017-09-25."""
    line = _SPACES.sub(" ", "".join(c for c in as_text(cell) if unicodedata.category(c) not in UNSEEN))
    return line if len(line) <= 60 else f"{line[:60]}…"


def as_text(cell) -> str:
    """A cell as typed, a whole number without ".0", a date in ISO form; numbers exactly as their shortest decimal."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        if isinstance(cell, float) and not -1e300 < cell < 1e300:
            return str(cell)
        text = f"{Decimal(repr(cell)):f}"
        return text[:-2] if text.endswith(".0") else text
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "minutes")
    return str(cell)


def narrow(text: str) -> str:
    """Full-width signs as half-width, all spaces dropped."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)) if not text.isascii() or " " in text else text


def _quoted(cell) -> str:
    line = shown(cell)
    return f"“{line if len(line) <= 24 else line[:24] + '…'}”"


def line(limit: int):
    """One line of text of at most `limit` characters."""

    def read(cell) -> Read:
        if isinstance(cell, float) and abs(cell) >= 10**LONGEST_NUMBER:
            return Read(None, _lost(cell))
        if isinstance(cell, str) and _PLAIN_TEXT.fullmatch(cell) and len(cell) <= limit:
            return Read(cell or None)
        try:
            text = clean_line(as_text(cell))
        except ValidationError as error:
            return Read(None, error.messages[0])
        text = " ".join(text.split())
        if len(text) > limit:
            return Read(None, f"最多 {limit} 个字，这里有 {len(text)} 个字，请删减。")
        return Read(text or None)

    return read


def _lost(cell):
    return f"{_quoted(cell)}位数过长，表格软件只保留 15 位，后面的数字可能已经丢失；请把这一列设为文本格式后重新填写。"


def code(*lengths: int):
    """Digits of one of these lengths, kept as text; what a spreadsheet has shortened is refused."""
    wanted = "或".join(f"{length} 位" for length in lengths)

    def read(cell) -> Read:
        text = narrow(as_text(cell))
        if not text:
            return NOTHING
        if _SCIENTIFIC.fullmatch(text) and "e" in text.lower():
            return Read(
                None,
                f"{_quoted(cell)}是科学记数法，后面的位数已经丢失；请把这一列设为文本格式后重新填写完整的代码。",
            )
        if not (text.isascii() and text.isdigit()):
            return Read(None, f"{_quoted(cell)}不是代码，应为 {wanted}数字。")
        if isinstance(cell, int | float) and len(text) >= 12 and text.endswith("000"):
            return Read(
                None,
                f"{_quoted(cell)}是以数值保存的，末尾的零可能是科学记数法丢失位数后补上的；"
                "请把这一列设为文本格式后重新填写。",
            )
        if len(text) not in lengths:
            return Read(None, f"{_quoted(cell)}有 {len(text)} 位，应为 {wanted}数字。")
        return Read(text)

    return read


# GB 32100: letters without I O S V Z; weights of the 17 places; the check character is 31 minus the sum modulo 31.
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def credit_code(cell) -> Read:
    """A unified social credit code with its check character (GB 32100-2015)."""
    text = narrow(as_text(cell)).upper()
    if not text:
        return NOTHING
    if isinstance(cell, int | float):
        return Read(None, _lost(cell))
    if len(text) != 18 or any(sign not in _SIGNS for sign in text):
        return Read(
            None, f"{_quoted(cell)}不是统一社会信用代码，应为 18 位数字和大写字母（不含 I、O、S、V、Z）。"
        )
    total = sum(_SIGNS.index(sign) * weight for sign, weight in zip(text, _WEIGHTS, strict=False))
    if _SIGNS[(31 - total % 31) % 31] != text[-1]:
        return Read(None, f"{_quoted(cell)}的校验码不符，请对照证书核对。")
    hint = (
        "" if text[:2] in ("51", "52", "53", "54", "55", "59") else "统一社会信用代码的前两位不常见，请核对。"
    )
    return Read(text, hint=hint)


def phone(cell) -> Read:
    """A telephone number as text. One kept as a number may have lost its leading zero."""
    text = narrow(as_text(cell))
    if not text:
        return NOTHING
    if isinstance(cell, float) and abs(cell) >= 10**LONGEST_NUMBER or _SCIENTIFIC.fullmatch(text):
        return Read(None, _lost(cell))
    if not re.fullmatch(r"[0-9()+#,、;/\-转]{3,30}", text):
        return Read(None, f"{_quoted(cell)}不是电话号码，请写作 0731-8888000，多个号码用顿号隔开。")
    hint = ""
    if isinstance(cell, int | float) and not (len(text) == 11 and text.startswith("1")):
        hint = "电话是以数值保存的，开头的 0 可能已经丢失，请核对。"
    return Read(text, hint=hint)


def number_text(cell) -> str | None:
    """Plain digits with an optional sign and decimals out of １２, "1,234", "12 个"; None where it is no number."""
    text = narrow(as_text(cell)).replace("，", ",")
    text = re.sub(r"(?:个|名|人|家|户|件|次|元)$", "", text)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return text if _PLAIN.fullmatch(text) else None


def whole(cell) -> Read:
    """A whole number from 0."""
    if isinstance(cell, bool | dt.date | dt.timedelta):
        return Read(None, f"{_quoted(cell)}不是整数，请填数字。")
    if as_text(cell) == "":
        return NOTHING
    text = number_text(cell)
    if text is None:
        return Read(None, f"{_quoted(cell)}不是整数，请填数字。")
    before, _, after = text.partition(".")
    if after.strip("0"):
        return Read(None, f"{_quoted(cell)}带有小数，应为整数。")
    value = int(before)
    return Read(value) if value >= 0 else Read(None, f"{_quoted(cell)}小于 0，应为 0 或更大的整数。")


def percent(cell) -> Read:
    """A percentage as decimal text, 95 for 95 and "95%". 0.95 is asked back: it may mean 95 % or less than one."""
    text = narrow(as_text(cell))
    if not text:
        return NOTHING
    marked = text.endswith("%")
    number = number_text(text.removesuffix("%"))
    if number is None or isinstance(cell, bool):
        return Read(None, f"{_quoted(cell)}不是百分比，请写作 95 或 95%。")
    value = Decimal(number)
    if not 0 <= value <= 100:
        return Read(None, f"{_quoted(cell)}不在 0 到 100 之间。")
    if not marked and 0 < value <= 1:
        return Read(
            None, f"{_quoted(cell)}可能是 {value * 100:f}%，也可能是 {value:f}%；请带上百分号写明是哪一个。"
        )
    return Read(f"{value:f}")


def yes_no(cell) -> Read:
    """是 or 否 in the ways people tick: √ ×, 有 无, 1 0."""
    text = narrow(as_text(cell)).lower()
    if not text:
        return NOTHING
    if text in YES:
        return Read(True)
    if text in NO:
        return Read(False)
    return Read(None, f"{_quoted(cell)}应填“是”或“否”。")


def choice(words: dict[str, Any]):
    """One of the words of a list; what it stands for is the value. Compared without spaces and brackets."""
    known = {_plain(word): value for word, value in words.items()}

    def read(cell) -> Read:
        text = _plain(as_text(cell))
        if not text:
            return NOTHING
        if text in known:
            return Read(known[text])
        return Read(None, f"{_quoted(cell)}不在可选范围内，可填 {'、'.join(list(words)[:12])}。")

    return read


def _plain(text):
    return re.sub(r"[（）()、，,]", "", narrow(text))


def year(cell) -> Read:
    """A year: 2015, 2015年, ２０１５年度."""
    text = narrow(as_text(cell))
    if not text:
        return NOTHING
    found = _YEAR.fullmatch(text)
    if isinstance(cell, dt.date) or not found or not EARLIEST.year <= int(found[1]) <= LATEST.year:
        return Read(None, f"{_quoted(cell)}不是年度，请写作 2015。")
    return Read(int(found[1]))


def document_number(limit: int = 60):
    """The number of an official document; the brackets of its year become 〔〕."""
    read_line = line(limit)

    def read(cell) -> Read:
        found = read_line(cell)
        if found.value:
            return found._replace(value=_DOCUMENT.sub(r"〔\1〕", found.value))
        return found

    return read


def day(cell, *, epoch=EPOCH) -> Read:
    """A date in the ways people write it. A month alone becomes its first day with a hint; what may be two days is asked back.

    `epoch`: what a bare serial counts from, where the workbook uses the 1904 system.
    """
    if isinstance(cell, dt.datetime):
        return _within(cell.date(), cell)
    if isinstance(cell, dt.date):
        return _within(cell, cell)
    text = narrow(as_text(cell))
    if not text:
        return NOTHING
    if isinstance(cell, float) and not isinstance(cell, bool):
        if found := _number_as_day(cell, text, epoch):
            return found
    if "民国" in text or "农历" in text:
        return Read(None, f"{_quoted(cell)}不是公历日期，请换算后写作 2023-08-01。")
    try:
        if found := _DAY.fullmatch(text) or _RUN.fullmatch(text):
            return _within(dt.date(*map(int, found.groups())), cell)
        if found := _MONTH.fullmatch(text):
            first = dt.date(int(found[1]), int(found[2]), 1)
            return _within(first, cell)._replace(
                hint=f"{_quoted(cell)}没有写明日，按 {first.month} 月 1 日登记。"
            )
    except ValueError:
        return Read(None, f"{_quoted(cell)}不是存在的日期。")
    return Read(None, f"{_quoted(cell)}不是日期，请写作 2023-08-01 或 2023年8月1日。")


def _number_as_day(cell, text, epoch):
    """A number where a date should stand: a serial, 20230801, or 2023.8 (2023.1 may be October)."""
    if cell.is_integer():
        if FIRST_SERIAL <= cell <= LAST_SERIAL:
            found = epoch + dt.timedelta(days=int(cell))
            return _within(found, cell)._replace(
                hint=f"{_quoted(cell)}按表格软件的日期序号读作 {found.isoformat()}，请核对。"
            )
        return None
    if re.fullmatch(r"(?:19|20)[0-9]{2}\.1", text, re.ASCII):
        return Read(
            None, f"{_quoted(cell)}可能是 1 月，也可能是 10 月；请写作 {text[:4]}年1月 或 {text[:4]}年10月。"
        )
    return None


def _within(found, cell) -> Read:
    if EARLIEST <= found <= LATEST:
        return Read(found)
    return Read(None, f"{_quoted(cell)}不在 1949 年 10 月到 2100 年之间，请核对。")
