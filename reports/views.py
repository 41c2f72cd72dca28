from django.views.generic import TemplateView


class Overview(TemplateView):
    template_name = "base.html"
