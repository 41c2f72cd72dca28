"""The keyboard shortcuts, and the switch that turns them off."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from access.views.theme import ONE_YEAR


class Shortcuts(TemplateView):
    """All shortcuts. The switch is a wish of this browser, kept in a cookie like the theme (WCAG 2.1.4)."""

    template_name = "desk/shortcuts.html"

    def post(self, request):
        response = HttpResponseRedirect(reverse("desk:shortcuts"))
        if request.POST.get("keys") in ("on", "off"):
            response.set_cookie(
                "keys", request.POST["keys"], ONE_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
            )
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Keyboard shortcuts"),
            "lede": _("Everything they do can be done with Tab and Enter as well."),
            "groups": [
                (
                    _("Everywhere"),
                    [("/", _("Search")), ("Ctrl K", _("Search")), ("Escape", _("Close what is open"))],
                ),
                (
                    _("In a form"),
                    [
                        ("Ctrl S", _("Save draft")),
                        ("Ctrl Enter", _("Submit for review")),
                        ("Alt C", _("Add a commitment or a claim")),
                        ("Alt N", _("Create what you typed")),
                        ("?", _("All shortcuts")),
                    ],
                ),
                (
                    _("Reviewing"),
                    [
                        ("J", _("Next field")),
                        ("K", _("Field before")),
                        ("M", _("It matches the source")),
                        ("Q", _("Ask about it")),
                    ],
                ),
                (_("In a chart"), [("← →", _("Go from point to point")), ("Enter", _("Open what stands behind it"))]),
            ],
        }
