"""What every answer says to the browser beside its content."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# Parley uses none of these; a script that got in could not either.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
        "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip


class HeadersMiddleware:
    """The outermost middleware: refusals that never reach a view carry the same headers as pages.

    An answer that says nothing of caching is kept by nobody: it may depend on who asked. Static files say for
    themselves how long they may be kept.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if "public" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie", "Authorization"])
        return response
