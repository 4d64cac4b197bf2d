"""Accounts: users, postings, events; lays the append-only triggers after every migration."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "用户与岗位"

    def ready(self):
        from accounts import append_only  # noqa: PLC0415 - reads the apps, which must be ready

        post_migrate.connect(append_only.install_after_migrate, dispatch_uid="append_only")
        register(append_only.check_triggers, Tags.database)
