"""The overview: what the talks have delivered."""

from django.views.generic import TemplateView


class Overview(TemplateView):
    """Latest outcomes, channels, promises, counts; all of what the reader may see."""

    template_name = "reports/overview.html"
