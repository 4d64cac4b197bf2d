"""Numbers of persons in texts for everyone: found before a notice is published, masked wherever one is read all the same."""

import re

# Of a person: mobile numbers, and identity numbers of 15 or 18 places. Not those inside a longer number.
MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)", re.ASCII)
IDENTITY = re.compile(r"(?<![\dA-Za-z])(\d{2})\d{10}(?:\d{3})?(\d{2}[\dXx])(?![\dA-Za-z])", re.ASCII)
CARD = re.compile(r"(?<![\dA-Za-z])(\d{4})\d{8,11}(\d{4})(?![\dA-Za-z])", re.ASCII)


def masked(text: str) -> str:
    """A text for everyone: identity, mobile and bank card numbers of persons without their middle (138****1234)."""
    text = CARD.sub(lambda found: f"{found[1]} **** {found[2]}" if _is_card(found[0]) else found[0], text)
    text = IDENTITY.sub(lambda found: f"{found[1]}*************{found[2]}", text)
    return MOBILE.sub(r"\1****\2", text)


def told(text: str) -> list[str]:
    """What kinds of numbers stand in a text, in words; an office's telephone is none of a person."""
    cards = [found for found in CARD.finditer(text) if _is_card(found[0])]
    people = [found for found in IDENTITY.finditer(text) if _has_birthday(found[0])]
    return [word for word, found in (("身份证号码", people), ("银行卡号", cards)) if found]


def _has_birthday(number: str) -> bool:
    """Whether a number of 15 or 18 places has a day of birth in it, as a registration number of an office has not."""
    day = f"19{number[6:12]}" if len(number) == 15 else number[6:14]
    return "1900" <= day[:4] <= "2099" and "01" <= day[4:6] <= "12" and "01" <= day[6:] <= "31"


def _is_card(digits: str) -> bool:
    """Whether a number passes Luhn's check, as those of bank cards do."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0
