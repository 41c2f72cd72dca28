"""What a combobox asks of the server: records to choose from; and, in a dialog, a new one."""

from django.http import HttpRequest, JsonResponse
from django.views import View

from desk.choices import find


class Choices(View):
    """The records of one kind that answer ``?q=``: only what the reader may see."""

    http_method_names = ["get", "head", "options"]
    kind = ""

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse({"options": find(self.kind, request.GET.get("q", ""))})
