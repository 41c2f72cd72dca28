from django.apps import AppConfig
from django.core.checks import Tags, register


class SourcesConfig(AppConfig):
    name = "sources"

    def ready(self) -> None:
        from sources.checks import nothing_of_this_machine_is_fetched

        register(nothing_of_this_machine_is_fetched, Tags.security)
