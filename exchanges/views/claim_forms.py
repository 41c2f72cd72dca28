"""Pages that write claims: add one to an outcome, put one in place of another, refute one; and the base of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin

from access import permissions
from access.context import current_reader
from exchanges.forms import ClaimForm, RefuteForm
from exchanges.models import Claim, Outcome
from exchanges.services import record_claim, refute_claim
from exchanges.views.figures import category_of
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
    """Add a claim to an outcome; back to the outcome, where it stands beside the others."""

    model = Outcome
    form_class = ClaimForm
    template_name = "exchanges/claim_form.html"
    done = gettext_lazy(
        "The claim is recorded. It waits for review: no figure counts it until another person has verified it."
    )

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"outcome": self.object}

    def write(self, form) -> Claim:
        return record_claim(current_reader(), form.claim(), [form.cited()])

    def address_after(self, written) -> str:
        return self.object.get_absolute_url()

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
        return (
            Claim.objects.filter(outcome__isnull=False)
            .with_state()
            .select_related("label", "claimant", "outcome__conflict")
        )

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"outcome": self.object.outcome}

    def get_initial(self):
        old = self.object
        return {name: old.serializable_value(name) for name in ClaimForm.of_claim if name != "notes"} | {
            "level": min(old.level, current_reader().clearance),
            "compartments": old.compartments,
        }

    def write(self, form) -> Claim:
        return record_claim(current_reader(), form.claim(), [form.cited()], supersedes=self.object)

    def address_after(self, written) -> str:
        return written.outcome.get_absolute_url()

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
