"""A browser's own description of itself, in two words a person recognises."""

from django.utils.translation import gettext as _

# The first that is found counts: most browsers also name the ones they resemble.
BROWSERS = [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
SYSTEMS = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
]


def device_words(user_agent: str) -> str:
    """Return for example "Firefox on Linux"; "Another program" for what names no browser."""
    browser, system = (
        next((words for sign, words in known if sign in user_agent), None) for known in (BROWSERS, SYSTEMS)
    )
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Another program")
