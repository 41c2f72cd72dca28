"""What one reader asks of every address: each filter, each ordering, pages, searches, methods. And the answers."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import django_filters
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level, Role
from access.models import ApiToken, Compartment, Membership, User
from records.models import Record
from reports.models import ReportRun
from reports.tasks import make_report
from tests.people import signed_in
from tests.sweeps.walk import Address, addresses, of_each_view, without_noise
from tests.sweeps.worlds import CANARY, Open

MISSING = "00000000-0000-4000-8000-000000000000"
PERIOD = {"period_from": "2025-01-01", "period_to": "2025-12-31"}
# Headers that differ between any two answers; every other header is compared. Of cookies the names are.
OWN_TO_EACH_ANSWER = {"Set-Cookie", "Expires"}
SEARCHED = (CANARY, CANARY[:4].lower(), "ZEISÏG", f"{CANARY} meeting", f"{CANARY}room0-id")
# These share the questions to every list among them, and of each reader's half go to the page and half to the resource,
# which filter by the same rules; but they search the API each. The others, who have the labels of a visitor, ask every
# address.
THOROUGH = ("anonymous", "analyst", "stranger")
# Slow, and the same for everybody: asked by one reader.
ONCE = {"api:schema": "anonymous"}
# They list what their reader did, the sweep's own questions too: tests/access/test_activity.py compares their worlds.
GROWING = ("access:own-activity", "access:access-log", "access:user-detail")
# History, marking, withdrawal, restoring and review are one page each for all kinds of record: of two readers with like
# rights one opens it for every other kind, the other for the rest. Visitor and administrator, outsider and analyst
# read; recorder and reviewer of another room write.
EVERY_OTHER = {"anonymous": 0, "outsider": 0, "stranger": 0, "analyst": 1, "administrator": 1, "guest": 1}
OF_EVERY_KIND = 20
# Whoever manages compartments knows of each of them.
OF_ALL_COMPARTMENTS = ("access:user-", "access:compartment-", "access:member-")


def people_of_other_room() -> Iterator[User]:
    """Make a recorder and a reviewer cleared for everything, who belong to another compartment only."""
    with acting_as(SYSTEM):
        room = Compartment.objects.create(code="OTHER", name="Another room")
        for name, role in (("stranger", Role.RECORDER), ("guest", Role.REVIEWER)):
            user = User.objects.create(username=name, role=role, clearance=Level.CONFIDENTIAL)
            Membership.objects.create(user=user, compartment=room)
            yield user


def narrow_token_of(user: User) -> Client:
    """Return a client that sends a token which reads nothing but public records."""
    with acting_as(SYSTEM):
        expires = timezone.now() + dt.timedelta(days=1)
        _token, secret = ApiToken.issue(user, "narrow", max_level=Level.PUBLIC, expires_at=expires)
    return Client(raise_request_exception=False, headers={"authorization": f"Token {secret}"})


@dataclass(frozen=True)
class Asker:
    """A reader who must not notice the secrets; ``user`` is None for a visitor and for a token."""

    name: str
    client: Client
    user: User | None = None


def askers_of(people) -> list[Asker]:
    """Return every reader who must not notice the secrets."""
    users = {
        "outsider": people.outsider,
        "analyst": people.analyst,
        "administrator": people.administrator,
    } | {user.username: user for user in people_of_other_room()}
    return [
        Asker("anonymous", Client(raise_request_exception=False)),
        Asker("token", narrow_token_of(people.reviewer)),
        *(Asker(name, signed_in(user, raise_request_exception=False), user) for name, user in users.items()),
    ]


def value_in(record: Record | None, path: str):
    """Return what a record has at a filter's field path, following links; None where it has nothing."""
    for step in path.split("__"):
        record = getattr(record, step, None)
    return record


def questions(address: Address, world: Open, hidden_of) -> list[dict]:
    """Return the query strings to ask of a list. ``hidden_of`` gives a hidden record of a class.

    By relation: the second world's record for what belongs to the first (a hidden link would answer), and hidden
    ones. By choice, date and text: the first world's own values, all at once, so that the record itself stands there.
    """
    record, asked, own, secret = world.one(address.listed), [], {}, {}
    for name, found in address.filters.items():
        if isinstance(found, django_filters.ModelChoiceFilter):
            target = found.extra["queryset"].model
            other = world.other(target)
            asked += [{name: other.pk}] if other else []
            secret[name] = hidden_of(target) if issubclass(target, Record) else MISSING
        elif name not in ("q", "external_id", "withdrawn"):
            value = value_in(record, found.field_name)
            if isinstance(found, django_filters.UUIDFilter):
                secret[name] = hidden_of(type(world.first.outcome))
            elif isinstance(found, django_filters.ChoiceFilter) and not isinstance(value, int | str):
                value = found.extra["choices"][0][0]
            elif isinstance(value, list):
                value = next(iter(value), None)
            elif isinstance(value, dt.date):
                value = value.isoformat()
            if value not in (None, ""):
                own[name] = value
    asked += [own, secret, {"external_id": f"{CANARY}room0-id"}, {"external_id": "Open-id"}]
    asked += [{"q": words, "withdrawn": "include"} for words in SEARCHED]
    asked += [{"withdrawn": "only"}, {"page": 2}, {"page": 3, "page_size": 1} if address.is_api else {"page": 9}]
    orders = [sign + name for name in address.orderings for sign in ("", "-")]
    # Orderings and filters do not depend on one another: each question carries the next ordering.
    while len(asked) < len(orders):
        asked.append({})
    return [
        question | ({"ordering": orders[number]} if number < len(orders) else {})
        for number, question in enumerate(asked)
    ]


class Asking:
    """Asks as one reader and keeps the answers by method and address."""

    def __init__(self, asker: Asker, world: Open, hidden_of):
        self.name, self.client, self.user = asker.name, asker.client, asker.user
        self.world, self.hidden_of = world, hidden_of
        self.answers: dict[str, tuple] = {}

    def ask(self, path: str, query: dict | None = None, method: str = "get", own: tuple[str, ...] = ()) -> None:
        """Ask and keep the answer; ``own`` are words that belong to this one answer and are left out of it."""
        url = f"{path}?{urlencode(query)}" if query else path
        response = getattr(self.client, method)(url)
        body = without_noise(response.content)
        headers = {name: value for name, value in response.headers.items() if name not in OWN_TO_EACH_ANSWER}
        headers["cookies"] = sorted(response.cookies)
        told = json.dumps(headers, sort_keys=True)
        for word in own:
            body, told, url = body.replace(word.encode(), b""), told.replace(word, ""), url.replace(word, "")
        self.answers[f"{method} {url}"] = (response.status_code, told, body)

    def everything(self, methods: tuple[str, ...] = ()) -> None:
        """Ask every address there is, also by ``methods``, and every question that is this reader's to ask."""
        each_view = of_each_view(addresses())
        kinds, turn = Counter(address.view for address in addresses() if not address.is_api), Counter()
        for address in addresses():
            turn[address.view] += 1
            if kinds[address.view] > OF_EVERY_KIND and turn[address.view] % 2 != EVERY_OTHER.get(self.name):
                continue
            # On a page a token counts for nothing.
            if ONCE.get(address.name, self.name) != self.name or (self.name == "token" and not address.is_api):
                continue
            if address.name.startswith(GROWING) and self.user is not None:
                continue
            if address.name.startswith(OF_ALL_COMPARTMENTS) and self.name == "administrator":
                continue
            path = reverse(address.name, args=[self.pk_for(address)] if address.model else [])
            # What else than GET an API answers it answers for the kind: asked once each, and of every record.
            is_asked_all = address.is_api and (address in each_view or address.name.endswith("-detail"))
            for method in ("get", *(methods if is_asked_all else ())):
                self.ask(path, method=method)
            for question in self.questions(address):
                self.ask(path, question)
        if self.name in THOROUGH:
            self.what_stands_alone()

    def pk_for(self, address: Address):
        """Return a visible record's identifier; nobody's report or import."""
        return MISSING if address.is_of_a_run else self.world.one(address.model).pk

    def questions(self, address: Address) -> list[dict]:
        if address.name.endswith("-history"):
            return [{"page": 2}]
        if address.name.endswith("-merge"):
            others = (self.world.other(address.model), self.world.one(address.model))
            return [{"other": pk} for pk in (*(one.pk for one in others if one), self.hidden_of(address.model))]
        if not address.is_list or address.listed is ReportRun:
            return []
        if self.name not in THOROUGH:
            return [{"q": CANARY}]
        turn, found = THOROUGH.index(self.name), questions(address, self.world, self.hidden_of)
        # Page and resource, in turn.
        mine = [question for number, question in enumerate(found) if number % len(THOROUGH) == turn][
            address.is_api :: 2
        ]
        return [question for question in found if question in mine or (address.is_api and "q" in question)]

    def what_stands_alone(self) -> None:
        """Ask what no filter set offers: the search, the conflict switcher, forms filled beforehand, formats."""
        conflict, hidden = self.world.second.conflict.pk, self.hidden_of(type(self.world.second.conflict))
        for words in SEARCHED:
            self.ask(reverse("reports:search"), {"q": words})
        for pk in (conflict, hidden):
            self.ask(reverse("reports:overview"), {"conflict": pk})
            self.ask(reverse("reports:report-run-list"), {"conflict": pk})
            self.ask(reverse("api:report-run-list"), {"conflict": pk})
        for address in addresses():
            # Forms that are begun from another record's page.
            for name in getattr(address.view, "begun_from", ()) if address.model is None else ():
                kind = name.removesuffix("s")
                begun = getattr(self.world.second, kind)
                for pk in (begun.pk, self.hidden_of(type(begun))):
                    self.ask(reverse(address.name), {name: pk})
            if address.name.startswith("desk:choices-"):
                for words in SEARCHED:
                    self.ask(reverse(address.name), {"q": words})
        for wanted in ("json", "xml"):
            self.ask(reverse("api:outcome-list"), {"format": wanted})

    def a_report(self) -> None:
        """Have a report made as the reader, by the task itself, and look at it through every door."""
        given = PERIOD | {"conflict": str(self.world.first.conflict.pk), "template": "period_summary"}
        asked = self.client.post(reverse("reports:report-run-list"), given)
        assert asked.status_code == 302, asked.content
        run = ReportRun(pk=asked.headers["Location"].rstrip("/").rpartition("/")[2])
        make_report.apply(args=[user_principal(self.user), str(run.pk)], throw=True)
        told = self.client.get(reverse("api:report-run-detail", args=[run.pk])).json()
        assert told["state"] == "done", told
        own = (told["id"], told["reference"], told["result_sha256"])
        for address in addresses():
            if address.model is ReportRun and not address.name.endswith("retry"):
                self.ask(reverse(address.name, args=[run.pk]), own=own)
        for name in ("reports:report-run-list", "api:report-run-list"):
            self.ask(reverse(name), {"page": 1}, own=own)
