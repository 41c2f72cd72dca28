"""All addresses: pages by room, the API under /api/v1/."""

from django.urls import include, path
from django.views.generic import TemplateView

from access.views.theme import SetTheme

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("desk.urls")),
    path("", include("intake.urls")),
    path("", include("negotiations.urls")),
    path("", include("exchanges.urls")),
    path("", include("intermediaries.urls")),
    path("", include("sources.urls")),
    path("", include("access.accounts.urls")),
    path("", include("access.urls")),
    path("", include("records.urls")),
    path("theme/", SetTheme.as_view(), name="theme"),
    path("api/v1/docs/", TemplateView.as_view(template_name="api/docs.html"), name="api-docs"),
    path("api/v1/", include("config.api")),
]
handler404 = "config.errors.not_found"
handler403 = "config.errors.forbidden"
handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
