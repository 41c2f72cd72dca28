"""When two addresses are the same page: without what differs for no reader of it."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from sources.models import Source

# What the senders of links add to know through whom a reader came.
TRACKING = ("utm_", "fbclid", "gclid", "yclid", "mc_cid", "mc_eid", "igshid", "ref_src", "at_medium", "at_campaign")


# Most addresses, which need no taking apart.
PLAIN = re.compile(
    r"(?:https?://)?(?:www\.)*(?P<host>(?!www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?P<path>/[\w/.,~%+-]*)?", re.ASCII
)


def normalised(url: str) -> str:
    """Return an address without scheme, ``www.``, default port, trailing slash, fragment and tracking parameters.

    What is no address gives an empty text. Normalising again gives the same.
    """
    given = url.strip()
    if plain := PLAIN.fullmatch(given):
        return f"{plain['host']}{(plain['path'] or '').rstrip('/')}"
    if "://" not in given:
        given = f"//{given}"
    try:
        parts = urlsplit(given)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    while host.startswith("www."):
        host = host.removeprefix("www.")
    if "." not in host:
        return ""
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if not name.lower().startswith(TRACKING)])
    path = parts.path.rstrip("/")
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def same_address(url: str, *, besides=None) -> list[Source]:
    """Return the sources the reader may see that are recorded with this address; ``besides`` is left out."""
    wanted = normalised(url)
    if not wanted or "\x00" in wanted:
        return []
    host = wanted.split("/")[0].split("?")[0].split(":")[0]
    found = Source.objects.current().filter(url__icontains=host).exclude(pk=besides).values_list("pk", "url")
    same = [pk for pk, recorded in found if normalised(recorded) == wanted]
    return list(Source.objects.filter(pk__in=same).select_related("label")[:5]) if same else []
