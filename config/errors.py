"""Error answers: a page for people, the one error shape for scripts. None of them tells hidden from missing."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults

from access.refusals import error_body


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(error_body("not_found", _("There is no such record.")), status=404)
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(error_body("permission_denied", str(exception)), status=403)
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(error_body("bad_request", _("The request cannot be understood.")), status=400)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        told = _("Something went wrong here; nothing was saved. Try again, and report it if it happens again.")
        return JsonResponse(error_body("server_error", told), status=500)
    return defaults.server_error(request)
