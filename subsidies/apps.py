"""Money: its checks join those that check_invariants runs; a region with books keeps its place."""

from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = "补助资金"

    def ready(self):
        from accreditation import invariants as proved  # noqa: PLC0415 - reads the apps, which must be ready
        from accreditation import upload_room  # noqa: PLC0415
        from regions import divisions  # noqa: PLC0415
        from subsidies import invariants, region_moves  # noqa: PLC0415
        from subsidies.models import ExpenseFile  # noqa: PLC0415

        proved.ADDED.extend(invariants.CHECKS)
        upload_room.count(ExpenseFile, "expense__by")
        divisions.FOLLOWERS.append(region_moves.stay)
