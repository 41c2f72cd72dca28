"""Pages that write claims: add one, put one in place of another, refute one; and the base of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.vary import vary_on_headers
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin

from access import permissions
from access.context import current_reader
from exchanges.forms import ClaimForm, RefuteForm
from exchanges.models import Claim, Outcome
from exchanges.services import record_claim, refute_claim
from exchanges.views.figures import category_of
from negotiations.models import Commitment
from records.services import StaleVersion
from records.views import KindMixin


class WritingView(KindMixin, SingleObjectMixin, FormView):
    """Base of forms about one record. What a service refuses comes back beside the field, with all that was typed.

    Subclasses give ``model``, ``form_class``, ``permission``, ``done`` and ``write``, which returns what was written.
    """

    permission = permissions.WRITE
    done = ""

    def dispatch(self, request, *args, **kwargs):
        self.object = self.get_object()
        permissions.demand(self.permission)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            with transaction.atomic():
                written = self.write(form)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        except StaleVersion as stale:
            form.add_error(None, _("%(error)s Look at it again before you go on.") % {"error": stale})
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return HttpResponseRedirect(self.address_after(written))

    def address_after(self, written) -> str:
        return written.get_absolute_url()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "object": self.object,
            "cancel_url": self.object.get_absolute_url(),
        }


class ClaimAdd(WritingView):
    """Add a claim to an outcome or a promise; back to it, where the claim stands beside the others.

    Asked by htmx it answers with the form alone, which then stands on the record's own page.
    """

    model = Outcome
    form_class = ClaimForm
    template_name = "exchanges/claim_form.html"
    piece_name = "exchanges/claim_piece.html"
    done = gettext_lazy(
        "The claim is recorded. It waits for review: no figure counts it until another person has verified it."
    )

    def get_template_names(self):
        is_piece = self.request.method == "GET" and self.request.headers.get("HX-Request")
        return [self.piece_name if is_piece else self.template_name]

    @method_decorator(vary_on_headers("HX-Request"))
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    def about(self) -> Outcome | Commitment:
        """Return what the claim is about."""
        return self.object

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"about": self.about()}

    def write(self, form) -> Claim:
        return record_claim(current_reader(), form.claim(), [form.cited()])

    def address_after(self, written) -> str:
        return f"{self.about().get_absolute_url()}#claims"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Add a claim"),
            "lede": _("Who says it, of whom, how many, and where it is said. Everything else can follow."),
        }


class ClaimSupersede(ClaimAdd):
    """State a figure anew: the old claim is kept and named in the new one."""

    model = Claim
    done = gettext_lazy(
        "The new claim is recorded and waits for review. Until it is verified the old one counts; both are kept."
    )

    def get_queryset(self):
        related = ("label", "claimant", "outcome__conflict", "commitment__agreement", "commitment__meeting")
        return Claim.objects.with_state().select_related(*related)

    def about(self):
        return self.object.about

    def get_initial(self):
        old, left_out = self.object, {"direction", "category", "notes"}
        given = {name: old.serializable_value(name) for name in ClaimForm.of_claim if name not in left_out}
        return given | {
            "figure": f"{old.direction}/{old.category}",
            "level": min(old.level, current_reader().clearance),
            "compartments": old.compartments,
        }

    def write(self, form) -> Claim:
        return record_claim(current_reader(), form.claim(), [form.cited()], supersedes=self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("State it anew"),
            "lede": _("A claim is never edited. The new one stands in its place; both are kept."),
            "old": self.object,
            "old_category": category_of(self.object),
        }


class ClaimRefute(WritingView):
    """Mark a claim as refuted, with what refutes it."""

    model = Claim
    permission = permissions.REVIEW
    form_class = RefuteForm
    template_name = "exchanges/claim_refute.html"
    done = gettext_lazy("The claim is marked as refuted and no longer counts. It is kept.")

    def get_queryset(self):
        return Claim.objects.current().with_state().select_related("label", "claimant")

    def write(self, form) -> Claim:
        return refute_claim(current_reader(), self.object, reason=form.cleaned_data["reason"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("Refute %(claim)s") % {"claim": self.object}}
