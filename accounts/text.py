"""What people type, made safe to store: one normal form, no characters that cannot be seen."""

import unicodedata

from django.core.exceptions import ValidationError

# Control, format (bidirectional marks, zero-width, BOM), lone surrogates, line and paragraph separators.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean_line(value: str) -> str:
    """One line: NFC, spaces at both ends cut, every unseen character refused (ValidationError names its place)."""
    return _clean(value, allowed="")


def clean_text(value: str) -> str:
    """Several lines: as `clean_line`, with line breaks (all written \\n) and tabs (written as one space) allowed."""
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _clean(value, allowed="\n")


def has_unseen(value: str) -> bool:
    """Whether a character that cannot be seen stands in the value."""
    return any(unicodedata.category(character) in UNSEEN for character in value)


def _clean(value, allowed):
    for place, character in enumerate(value, start=1):
        if unicodedata.category(character) in UNSEEN and character not in allowed:
            raise ValidationError(f"请删除第 {place} 个字处的不可见字符。", code="unseen")
    return unicodedata.normalize("NFC", value).strip()


def narrow(value: str) -> str:
    """Codes and numbers as typed with a Chinese keyboard: full-width folded, every kind of space dropped."""
    return "".join(unicodedata.normalize("NFKC", value).split())
