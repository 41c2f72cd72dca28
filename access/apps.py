from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from access import checks, installation
        from access.accounts import entering  # noqa: F401 - connects what is written down of signing in and out

        register(checks.application_role_is_restricted, Tags.database)
        post_migrate.connect(installation.after_migrate, dispatch_uid="access.installation")
