"""Finds every address there is and says how to call it; a new address that cannot be called fails the sweeps."""

import re
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

# Addresses without a record, each called as it stands.
SKIPPED = {
    "account_logout": "signs the caller out; POST only, tested by itself",
    "invitation-link": "puts what it is given into the session; tested by itself",
    "mfa_remove_webauthn": "one's own passkeys only; tested by itself",
}


@dataclass(frozen=True)
class Address:
    """One pattern: its name with namespaces, and the class of the record its ``pk`` names (None without one)."""

    name: str
    model: type | None
    pattern: URLPattern


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


NOISE = [
    re.compile(rb"Figures as at [^<]* UTC"),
    re.compile(rb"Printed by [^<]*? UTC"),
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"'),
    re.compile(rb'data-csrf="[^"]*"'),
    re.compile(rb'"seconds_left": \d+, "csrf_token": "[^"]*"'),
]


def without_noise(body: bytes) -> bytes:
    """Return an answer without what differs between any two answers: the CSRF token and the time."""
    for pattern in NOISE:
        body = pattern.sub(b"", body)
    return body
