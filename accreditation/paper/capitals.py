"""Amounts of money as official papers write them out: 人民币贰万元整."""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
MOST_FEN = 10**18  # below: 9,999 万亿元


def capital_amount(fen: int) -> str:
    """The amount in capital letters, from whole fen: 2000000 → 人民币贰万元整, 140950 → 人民币壹仟肆佰零玖元伍角.

    Ends at 元: 整 follows; at 角 or 分: nothing does. Nought is 人民币零元整. ValueError for less than nothing, for more
    than the words go, and for what is not a whole number (money is never a float).
    """
    if not isinstance(fen, int) or isinstance(fen, bool) or not 0 <= fen < MOST_FEN:
        raise ValueError(f"not an amount in whole fen: {fen!r}")
    yuan, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    said = f"{_number(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"人民币{said}整"
    # Between 元 and what follows: where a place was skipped (107000.53 元 → 元零伍角叁分, 325.04 元 → 元零肆分).
    if yuan and (not jiao or not yuan % 10):
        said += "零"
    said += f"{DIGITS[jiao]}角" if jiao else ""
    said += f"{DIGITS[last]}分" if last else ""
    return f"人民币{said}"


def _number(value: int) -> str:
    """A whole number in capital letters."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if value >= unit:
            high, low = divmod(value, unit)
            # 零 where the lower part does not fill its first place; ten thousands that end in nought need none.
            gap = "零" if low and low < unit // 10 else ""
            return f"{_number(high)}{name}{gap}{_number(low) if low else ''}"
    said, skipped = "", False
    for place, digit in enumerate(reversed([int(one) for one in str(value)])):
        if digit:
            said = f"{DIGITS[digit]}{PLACES[place]}{'零' if skipped and said else ''}{said}"
            skipped = False
        else:
            skipped = True
    return said or "零"
