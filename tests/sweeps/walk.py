"""Finds every address there is and says how to call it; a new address that cannot be called fails the sweeps."""

import re
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

from records.queued import QueuedRun

# Addresses without a record that the sweeps leave out.
SKIPPED = {
    "account_logout": "signs the caller out; POST only, tested by itself",
    "invitation-link": "puts what it is given into the session; tested by itself",
    "desk:kept": "one's own unfinished forms only; tests/desk/test_entry_keeping.py",
    "desk:kept-discard": "one's own unfinished forms only; tests/desk/test_entry_keeping.py",
    "mfa_remove_webauthn": "one's own passkeys only; tested by itself",
}


@dataclass(frozen=True)
class Address:
    """One pattern: its name with namespaces, and the class of the record its ``pk`` names (None without one)."""

    name: str
    model: type | None
    pattern: URLPattern

    @property
    def view(self):
        """The class that answers, of a page or of an API resource."""
        callback = self.pattern.callback
        return getattr(callback, "view_class", None) or getattr(callback, "cls", None)

    @property
    def is_of_a_run(self) -> bool:
        """Whether it is about what a worker does for one reader, who alone sees it."""
        return self.model is not None and issubclass(self.model, QueuedRun)

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    @property
    def is_list(self) -> bool:
        """Whether it lists records and offers filters."""
        return self.model is None and getattr(self.view, "filterset_class", None) is not None

    @property
    def filters(self) -> dict:
        """What the list can be filtered by."""
        return self.view.filterset_class.base_filters

    @property
    def listed(self) -> type:
        """The class of the records in the list."""
        return model_of(self.pattern)

    @property
    def orderings(self) -> list[str]:
        """What the list can be sorted by."""
        if self.is_api:
            return list(getattr(self.view, "ordering_fields", None) or ())
        columns = getattr(self.view, "columns", [])
        # Where the columns depend on what is shown, those are asked for that always stand there.
        columns = columns if isinstance(columns, list) else []
        return [column.sort for column in columns if column.sort] or ["started_on", "place__name", "status"]


def patterns(resolver=None, namespaces=()):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, (*namespaces, entry.namespace) if entry.namespace else namespaces)
        else:
            yield ":".join((*namespaces, entry.name or "")), entry


def model_of(pattern: URLPattern):
    """Return the model whose record the address names."""
    callback = pattern.callback
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    given = getattr(callback, "view_initkwargs", {}).get("model")
    queryset = getattr(view, "queryset", None)
    return given or getattr(view, "model", None) or getattr(queryset, "model", None)


@cache
def addresses() -> list[Address]:
    """Return every named address; raise where one takes parameters the sweeps do not know."""
    found = []
    for name, pattern in patterns():
        parameters = set(pattern.pattern.regex.groupindex) | set(getattr(pattern.pattern, "converters", {}))
        if name in SKIPPED:
            continue
        if not parameters - {"format"}:
            found.append(Address(name, None, pattern))
        elif parameters <= {"pk", "format"} and model_of(pattern):
            found.append(Address(name, model_of(pattern), pattern))
        else:
            raise AssertionError(f"The sweeps do not know how to call {name}: {sorted(parameters)}")
    return found


def of_each_view(found: list[Address]) -> list[Address]:
    """Return one address of each view: of a page's, whatever the kind; of the API's, for each kind."""
    return list({address.view: address for address in found}.values())


NOISE = [
    re.compile(rb"Figures as at [^<]* UTC"),
    re.compile(rb"Printed by [^<]*? UTC"),
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"'),
    re.compile(rb'data-csrf="[^"]*"'),
    re.compile(rb'name="key" value="[^"]*"'),
    re.compile(rb'data-keep="[^"]*"'),
    re.compile(rb'"seconds_left": \d+, "csrf_token": "[^"]*"'),
]


def without_noise(body: bytes) -> bytes:
    """Return an answer without what differs between any two answers: CSRF token, form key and time."""
    for pattern in NOISE:
        body = pattern.sub(b"", body)
    return body
