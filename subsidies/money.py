"""Amounts are whole fen: read from what a person types, shown in yuan."""

import re
from decimal import Decimal

MOST = 10**13  # fen; nothing in these programmes comes near a hundred thousand million yuan
_TYPED = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?")


def yuan(fen: int) -> str:
    """Fen as people read them: 1,234.50, with two places only where there are fen; a minus where it is negative."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}{f'.{rest:02d}' if rest else ''}"


def read_yuan(text: str) -> int:
    """Fen of an amount in yuan as typed ("4500", "4,500.50"); ValueError says how to write it."""
    found = _TYPED.fullmatch(text.strip())
    if not found:
        raise ValueError("金额请写阿拉伯数字，最多两位小数，例如 3980 或 3980.50。")
    fen = int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))
    if fen >= MOST:
        raise ValueError("金额过大，请核对单位是否为元。")
    return fen


def share(fen: int, percent: str) -> int:
    """A percentage of an amount, in whole fen, never more than the exact share."""
    return int(Decimal(fen) * Decimal(percent) / 100)
