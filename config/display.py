"""What a reader chose to see: letter size, contrast, language. One cookie each, of this host alone in production."""

from django.conf import settings


def cookie_of(name: str) -> str:
    """The cookie that keeps a choice."""
    return settings.DISPLAY_COOKIE_PREFIX + name


def chosen(request, name: str) -> str:
    """What this reader chose; empty where nothing was."""
    return request.COOKIES.get(cookie_of(name), "")
