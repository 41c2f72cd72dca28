"""Pages that explain: how figures are reached, how accessible Parley is."""

from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView


class Method(TemplateView):
    """How figures are stated and traced."""

    template_name = "reports/method.html"
    extra_context = {"title": _("How figures are reconciled")}


class Accessibility(TemplateView):
    """What was tested and what is known to be missing."""

    template_name = "reports/accessibility.html"
    extra_context = {"title": _("Accessibility statement")}
