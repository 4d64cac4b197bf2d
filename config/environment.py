"""Reading the environment: three small functions that refuse what they do not know."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

PREFIX = "PORTAL_"
_known: set[str] = set()


def text(name: str, default: str | None = None) -> str:
    """The value of PORTAL_<name>, or the content of the file PORTAL_<name>_FILE names, or the default."""
    _known.update({PREFIX + name, PREFIX + name + "_FILE"})
    if path := os.environ.get(f"{PREFIX}{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(PREFIX + name, default)
    if value is None:
        raise ImproperlyConfigured(f"缺少环境变量 {PREFIX}{name}，生产环境必须设置。")
    return value


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    """One of the allowed words; any other is refused with the list."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(
            f"环境变量 {PREFIX}{name} 不能是“{value}”，可用的有 {'、'.join(allowed)}。"
        )
    return value


def yes(name: str, default: bool) -> bool:
    """true or false, spelled so."""
    return choice(name, ("true", "false"), "true" if default else "false") == "true"


def number(name: str, default: int) -> int:
    """A whole number ≥ 0."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"环境变量 {PREFIX}{name} 应为整数，不能是“{value}”。")
    return int(value)


def refuse_unknown() -> None:
    """Stop at a PORTAL_ name nobody reads: a misspelt setting must not be ignored without a word."""
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in _known)
    if unknown:
        raise ImproperlyConfigured(
            f"不认识的环境变量：{'、'.join(unknown)}。可用的有 {'、'.join(sorted(_known))}。"
        )
