from django.apps import AppConfig
from django.core.checks import register


class AccreditationConfig(AppConfig):
    name = "accreditation"
    verbose_name = "申报与认定"

    def ready(self):
        from accreditation.paper import fonts  # noqa: PLC0415 - registered once the app is there

        register(fonts.check_fonts)
