"""By no address, method or person is a hidden record told from one that does not exist."""

import pytest
from django.urls import reverse

from records.models import Record
from reports.models import ReportRun
from tests.attacks.answers import comparable, missing, send
from tests.records.kinds import BY_NAME
from tests.sweeps.walk import addresses, of_each_view

pytestmark = pytest.mark.django_db
# One of each role, a visitor and both tokens; the others read only, with the same right.
WHO_TRY_TO_CHANGE = ("anonymous", "analyst", "recorder", "reviewer", "administrator", "read token", "write token")
WHO_MAY_CHANGE_ALL = ("reviewer", "write token")
OF_A_RECORD = [address for address in addresses() if address.model and issubclass(address.model, Record)]
OF_EACH_VIEW = of_each_view(OF_A_RECORD)
OF_AN_ACCOUNT = [address for address in addresses() if address.model and address.name.startswith("access:")]


def bodies(address) -> dict[str, dict]:
    """Return for each method a body that is right in form, so that nothing but the record can be refused."""
    if not address.is_api:
        return {"post": {"reason": "x", "version": 1}}
    if address.name.endswith("withdraw"):
        return {"post": {"reason": "x", "version": 1}}
    kind = BY_NAME[address.model.kind_of()]
    change = dict([kind.change]) | {"version": 1}
    return {"patch": change, "put": change} if address.name.endswith("-detail") else {"post": change}


def of_kind(world, model):
    return next(record for record in vars(world).values() if type(record) is model)


def asked_of(asker) -> list:
    """Return the addresses somebody asks: those who may change everything every one, the others one of each view.

    Of every address the others read in ``tests/sweeps``, where worlds with and without what is hidden are compared.
    """
    found = OF_A_RECORD if asker.name in WHO_MAY_CHANGE_ALL else OF_EACH_VIEW
    return [address for address in found if address.is_api or not asker.has_token]


def answers(asker, address, method: str, record) -> list[tuple]:
    """Return what is answered for the hidden record and for one that does not exist."""
    pks = (record.pk, missing())
    paths = [reverse(address.name, args=[pk]) for pk in pks]
    data = bodies(address).get(method)
    return [
        comparable(send(asker.client, method, path, data), pk, len(str(pk)))
        for path, pk in zip(paths, pks, strict=True)
    ]


def test_nobody_tells_a_hidden_record_from_a_missing_one(cast, closed, world):
    for asker in cast:
        for address in asked_of(asker):
            changes = bodies(address) if asker.name in WHO_TRY_TO_CHANGE else ()
            for method in ("get", *changes):
                hidden, gone = answers(asker, address, method, of_kind(closed, address.model))
                assert hidden == gone, (asker.name, method, address.name)
                assert hidden[0] in (401, 403, 404, 405), (asker.name, method, address.name, hidden[0])
                if method == "get" and hidden[0] != 405:
                    assert hidden[0] == 404, (asker.name, address.name)


@pytest.mark.parametrize("name", ["reviewer", "write token"])
def test_no_other_method_tells_them_apart(cast, closed, name):
    asker = next(one for one in cast if one.name == name)
    # A page's methods are its view's, an API resource's are its kind's.
    for address in OF_A_RECORD if asker.has_token else OF_EACH_VIEW:
        if asker.has_token is not address.is_api:
            continue
        others = ("put", "patch") if not address.is_api else ()
        for method in ("head", "options", "trace", "delete", "purge", *others):
            hidden, gone = answers(asker, address, method, of_kind(closed, address.model))
            assert hidden == gone, (method, address.name)
            assert hidden[0] < 500, (method, address.name)


def test_nobody_tells_an_account_of_others_from_a_missing_one(cast, world):
    """Pages about people, by those who manage nobody and keep no watch; a visitor is asked to sign in first."""
    for asker in cast:
        if asker.has_token or asker.name in ("administrator", "reviewer", "recorder"):
            continue
        for address in OF_AN_ACCOUNT:
            record = of_kind(world, address.model)
            # As long as the other: the length of an answer is compared, too.
            unknown = int("9" * len(str(record.pk))) if isinstance(record.pk, int) else missing()
            for method in ("get", "post"):
                paths = [reverse(address.name, args=[pk]) for pk in (record.pk, unknown)]
                there, gone = (
                    comparable(send(asker.client, method, path, {}), path, path.strip("/")) for path in paths
                )
                assert there == gone, (asker.name, method, address.name)
                assert there[0] in ({302, 403} if asker.name == "anonymous" else {404, 405}), (asker.name, address.name)


def test_a_report_of_somebody_else_is_a_missing_one(cast, people, world):
    owner = next(one for one in cast if one.name == "reviewer")
    asked = {"conflict": world.conflict.pk, "template": "period_summary"}
    made = owner.client.post(
        reverse("reports:report-run-list"), asked | {"period_from": "2025-01-01", "period_to": "2025-01-31"}
    )
    pk = made.headers["Location"].rstrip("/").rpartition("/")[2]
    for asker in cast:
        if asker.name in ("reviewer", "read token", "write token"):
            continue
        for address in addresses():
            if address.model is ReportRun:
                for method in ("get", "post"):
                    unknown = missing()
                    told = [
                        comparable(send(asker.client, method, reverse(address.name, args=[one])), one)
                        for one in (pk, unknown)
                    ]
                    assert told[0] == told[1], (asker.name, method, address.name)


def test_no_address_breaks_on_any_method(cast, world):
    """A visible record, or none, by every method and everybody: refused or answered, never an error of the server."""
    each_view = of_each_view(addresses())
    for asker in cast:
        if asker.name not in ("anonymous", "reviewer", "write token"):
            continue
        for address in each_view if asker.name == "anonymous" else addresses():
            # A token counts for nothing on a page; what a reviewer may by the API the token may as well.
            if asker.name != "anonymous" and asker.has_token is not address.is_api:
                continue
            if address.is_of_a_run or address.name == "api:schema":
                continue
            record = of_kind(world, address.model) if address.model else None
            path = reverse(address.name, args=[record.pk] if record else [])
            # What an action of the API and a page of many kinds answer to other methods, their view answers for all.
            is_asked_all = address in each_view or address.name.endswith("-detail")
            for method in ("options", "trace", "post", "put", "patch", "delete") if is_asked_all else ("post",):
                status = send(asker.client, method, path, {}).status_code
                assert status < 500, (asker.name, method, address.name)
                if method in ("delete", "trace"):
                    # 302: to the sign-in page. 404: an invitation never made, or a page about people not shown to all.
                    # 429: somebody tried too often.
                    assert status in (302, 401, 403, 404, 405, 429), (asker.name, method, address.name, status)
