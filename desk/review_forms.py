"""Forms of the review: which of what waits, a note, a question, an answer, who is asked."""

from django import forms
from django.utils.translation import gettext_lazy as _

from access.context import Reader
from records.forms import TextForm
from records.guarded_forms import GuardedForm
from records.models import Record, ReviewState
from records.reviewing import reviewers_of
from records.waiting import Queue, assigned

OTHERS, MINE = "", "mine"
TO_ME, TO_NOBODY = "me", "nobody"


class QueueForm(forms.Form):
    """Which of what waits is asked for. All of it stands in the address."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            (ReviewState.SUBMITTED, _("Never verified")),
            (ReviewState.CHANGED, _("Verified before, changed since")),
        ],
    )
    assigned = forms.ChoiceField(
        label=_("Assigned"),
        required=False,
        choices=[("", _("All")), (TO_ME, _("to me")), (TO_NOBODY, _("to nobody"))],
    )
    whose = forms.ChoiceField(label=_("Entered by"), required=False, choices=[(OTHERS, _("others")), (MINE, _("me"))])

    def __init__(self, data, queue: Queue):
        super().__init__(data)
        self.queue = queue
        kinds = {entry.model.kind_of(): str(entry.model._meta.verbose_name) for entry in queue.entries}
        asked = self.data.get("kind")
        kinds |= {asked: asked} if asked and asked not in kinds else {}
        chosen = sorted(kinds.items(), key=lambda pair: pair[1])
        self.fields["kind"].choices = [("", _("All")), *((name, words.capitalize()) for name, words in chosen)]

    def entries(self, actor: Reader) -> list:
        """Return what is asked for, oldest first; nothing where what is asked for is no choice."""
        if not self.is_valid():
            return []
        wanted = self.cleaned_data
        found = [
            entry
            for entry in self.queue.entries
            if wanted["kind"] in ("", entry.model.kind_of())
            and wanted["state"] in ("", entry.state)
            and (entry.author_id is not None and entry.author_id == actor.user_id) == (wanted["whose"] == MINE)
        ]
        if wanted["assigned"]:
            whose = actor.user_id if wanted["assigned"] == TO_ME else None
            asked = assigned((entry.pk for entry in found), whose)
            found = [entry for entry in found if (entry.pk in asked) == (wanted["assigned"] == TO_ME)]
        return found


class QueryForm(TextForm):
    """A question about one field, a part or the whole record."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Name people with @, for example @reviewer: they find it under “My work”."),
        error_messages={"required": _("Write what you want to know.")},
    )


class ReturnForm(TextForm):
    """Why a record goes back to whoever wrote it."""

    note = forms.CharField(
        label=_("What is to be mended?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever wrote the record reads it; the history keeps it. Ask about single fields with a query."),
        error_messages={"required": _("Say what is to be mended. Whoever wrote the record reads it.")},
    )


class AssignForm(forms.Form):
    """Who is asked to check a record."""

    to = forms.ChoiceField(label=_("Ask somebody to check it"), error_messages={"required": _("Choose a person.")})

    def __init__(self, data, record: Record, asked: set, **kwargs):
        super().__init__(data, **kwargs)
        people = [person for person in reviewers_of(record) if person.pk not in asked]
        self.fields["to"].choices = [("", "–"), *((str(person), str(person)) for person in people)]


class BulkForm(GuardedForm, forms.Form):
    """What of one import is verified together, and why it may be."""

    reason = forms.CharField(
        label=_("Why may they be verified without looking at each field?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the history of every one of them."),
        error_messages={"required": _("Say why they may be verified without looking at each field.")},
    )
