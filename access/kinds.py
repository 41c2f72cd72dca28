"""The kinds of record, as scopes of tokens and events name them. Known by what they are, not by import: rooms above
this one hold them."""

import itertools
from functools import cache

from django.apps import apps

from access.managers import ClassifiedManager


@cache
def record_models() -> tuple[type, ...]:
    """Return the models of all kinds of record; a report is classified, too, but is no kind of record."""
    return tuple(
        model
        for model in apps.get_models()
        if isinstance(model._default_manager, ClassifiedManager) and hasattr(model, "kind_of")
    )


def capital(words) -> str:
    """Return words beginning with a capital letter."""
    return str(words)[:1].upper() + str(words)[1:]


def kinds_by_room() -> dict[str, dict[str, str]]:
    """Return what a scope can name, by room: model labels ("negotiations.meeting") and their words."""

    def room(model) -> str:
        return str(model._meta.app_config.verbose_name)

    models = sorted(record_models(), key=lambda model: (room(model), str(model._meta.verbose_name_plural)))
    return {
        name: {model._meta.label_lower: capital(model._meta.verbose_name_plural) for model in found}
        for name, found in itertools.groupby(models, key=room)
    }


def kind_words() -> dict[str, str]:
    """Return the words of every kind by its model label."""
    return {label: words for kinds in kinds_by_room().values() for label, words in kinds.items()}
