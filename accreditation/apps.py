"""Applications and titles: they follow a region that gets another superior."""

from django.apps import AppConfig
from django.core.checks import register


class AccreditationConfig(AppConfig):
    name = "accreditation"
    verbose_name = "申报与认定"

    def ready(self):
        from accreditation import region_moves  # noqa: PLC0415 - registered once the app is there
        from accreditation.paper import fonts  # noqa: PLC0415
        from regions import divisions  # noqa: PLC0415

        register(fonts.check_fonts)
        divisions.FOLLOWERS.append(region_moves.follow)
