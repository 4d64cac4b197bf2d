"""How many: the figures of the public pages."""

from accreditation.models import Notice, Recognition
from regions.clock import end_of


def numbers(today) -> dict:
    """The figures of the front page: running notices and titles in force."""
    return {
        "running": Notice.objects.filter(last_day__gte=today, published_at__lt=end_of(today)).count(),
        "titles": Recognition.objects.held_on(today).count(),
    }
