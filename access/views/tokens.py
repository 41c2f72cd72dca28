"""One's own API tokens, and the place where a found one is revoked."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from django.views.generic.edit import FormView
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from access import permissions
from access.context import current_reader
from access.forms import FoundTokenForm, TokenForm
from access.models import ApiToken, Compartment
from access.reach import address_of
from access.services.tokens import make_token, revoke_found, revoke_own, scope_words, state_of
from access.throttle import is_too_often

FOUND_MOST, FOUND_SECONDS = 20, 600


class TokenList(LoginRequiredMixin, TemplateView):
    """One's own tokens: those in force first, what is over below."""

    template_name = "access/token_list.html"

    def get_context_data(self, **kwargs):
        names = dict(Compartment.objects.values_list("pk", "name"))
        rows = [
            {"token": token, "scope": scope_words(token, names), "state": state_of(token)}
            for token in self.request.user.tokens.all()
        ]
        in_force = ApiToken.objects.usable().filter(user=self.request.user).values_list("pk", flat=True)
        in_force = set(in_force)
        return super().get_context_data(**kwargs) | {
            "title": _("API tokens"),
            "lede": _("Keys for scripts. A token can do no more than you can, and often less."),
            "tokens": [row for row in rows if row["token"].pk in in_force],
            "over": [row for row in rows if row["token"].pk not in in_force],
        }


class TokenAdd(LoginRequiredMixin, FormView):
    """Make a token. Its secret stands on the answer and nowhere else: it is neither kept nor in any address."""

    template_name = "access/token_form.html"
    form_class = TokenForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        try:
            with transaction.atomic():
                token, secret = make_token(self.request.user, **form.token_fields())
        except ValidationError as error:
            for field, told in error.message_dict.items():
                form.add_error(field if field in form.fields else None, told)
            return self.form_invalid(form)
        names = dict(Compartment.objects.values_list("pk", "name"))
        context = {
            "title": _("Copy your token now"),
            "token": token,
            "secret": secret,
            "scope": scope_words(token, names),
            "address": self.request.build_absolute_uri(reverse("api:outcome-list")),
        }
        return render(self.request, "access/token_made.html", context)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("New API token"),
            "lede": _("Give it what its script needs and no more."),
        }


class TokenRevoke(LoginRequiredMixin, TemplateView):
    """Revoke a token, after one more look at it: one's own, or as administrator anybody's."""

    model = ApiToken
    template_name = "access/token_revoke.html"

    def token(self) -> ApiToken:
        token = ApiToken.objects.select_related("user").filter(pk=self.kwargs["pk"], revoked_at=None).first()
        if token is None or not (token.user_id == self.request.user.pk or permissions.may(permissions.MANAGE)):
            raise Http404
        return token

    def post(self, request, *args, **kwargs):
        token = self.token()
        revoke_own(current_reader(), token)
        messages.success(request, _("The token %(token)s no longer works.") % {"token": token})
        return HttpResponseRedirect(self.back_url(token))

    def back_url(self, token: ApiToken) -> str:
        if token.user_id == self.request.user.pk:
            return reverse("access:token-list")
        return reverse("access:user-detail", args=[token.user_id])

    def get_context_data(self, **kwargs):
        token = self.token()
        return super().get_context_data(**kwargs) | {
            "title": _("Revoke “%(name)s”?") % {"name": token.name},
            "token": token,
            "scope": scope_words(token, dict(Compartment.objects.values_list("pk", "name"))),
            "cancel_url": self.back_url(token),
        }


def found_too_often(request) -> bool:
    return is_too_often("revoke-token", address_of(request), most=FOUND_MOST, seconds=FOUND_SECONDS)


class FoundToken(FormView):
    """Anybody who found a token revokes it here. The answer is the same whatever was pasted."""

    template_name = "access/token_found.html"
    form_class = FoundTokenForm

    def form_valid(self, form):
        if found_too_often(self.request):
            form.add_error(None, _("Too many from your address. Wait ten minutes, then paste it again."))
            answer = self.form_invalid(form)
            answer.status_code = 429
            answer.headers["Retry-After"] = str(FOUND_SECONDS)
            return answer
        revoke_found(form.cleaned_data["token"])
        return self.render_to_response(self.get_context_data(form=FoundTokenForm(), is_done=True))


class FoundTokenSerializer(serializers.Serializer):
    """A token that somebody found."""

    token = serializers.CharField(max_length=200, write_only=True, help_text="The whole token.")
    message = serializers.CharField(read_only=True, help_text="The same whatever was sent.")


class FoundTokenResource(APIView):
    """Revoke a token that was found, for example in a public place. Needs no sign-in.

    The answer is the same whether the token was in force, expired, revoked or never one.
    """

    permission_classes = [AllowAny]
    serializer_class = FoundTokenSerializer

    def post(self, request):
        sent = FoundTokenSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if found_too_often(request._request):
            raise Throttled(wait=FOUND_SECONDS)
        revoke_found(sent.validated_data["token"])
        return Response({"message": _("If this token was in force, it is no longer.")})
