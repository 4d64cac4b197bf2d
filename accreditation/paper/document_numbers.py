"""The number of an official document as it stands on paper: 湘人社函〔2017〕246号 (GB/T 9704-2012, 7.2.5)."""

import re
import unicodedata

OPENING, CLOSING = r"[\[({〔﹝【［（｛<《]", r"[\])}〕﹞】］）｝>》]"
NUMBER = re.compile(rf"(.*?){OPENING}\s*(\d{{4}})\s*(?:年\s*)?{CLOSING}\s*(?:第\s*)?(\d{{1,6}})\s*号?")


def document_number(text: str) -> str:
    """The number as typed, with the year in 〔〕, without 第 and leading noughts, digits half-width, ending in 号.

    What is no such number (a name, an empty text) comes back as it was, without the space around it.
    """
    narrow = "".join(
        unicodedata.normalize("NFKC", one) if one.isdigit() or one.isspace() else one for one in text
    ).strip()
    found = NUMBER.fullmatch(narrow)
    if found is None:
        return text.strip()
    office, year, serial = found.groups()
    return f"{''.join(office.split())}〔{year}〕{int(serial)}号"
