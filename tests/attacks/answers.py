"""How the attacks ask and what they compare."""

import json
import uuid
from dataclasses import dataclass

from django.test import Client

from tests.sweeps.walk import without_noise


@dataclass(frozen=True)
class Asker:
    """Somebody with their way of asking."""

    name: str
    client: Client

    @property
    def has_token(self) -> bool:
        return self.name.endswith("token")


def send(client: Client, method: str, path: str, data: dict | None = None):
    """Send a request; to the API as JSON, to a page as a form."""
    if path.startswith("/api/") and data is not None and method in ("post", "put", "patch"):
        body = json.dumps(data, default=str)
        return client.generic(method.upper(), path, body, content_type="application/json")
    if data is not None and method == "post":
        return client.post(path, data)
    return client.generic(method.upper(), path)


def comparable(response, *own: object) -> tuple:
    """Return status, headers and body without the identifiers that were asked for and what differs by itself."""
    headers = {name: value for name, value in response.headers.items() if name not in ("Set-Cookie", "Expires")}
    told, body = json.dumps(headers, sort_keys=True), without_noise(response.content)
    for word in own:
        told, body = told.replace(str(word), "…"), body.replace(str(word).encode(), b"...")
    return response.status_code, told, body


def refused(response, status: int) -> dict:
    """Check that the API refused in the one shape of every error and return the error."""
    assert response.status_code == status, response.content[:2000]
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "fields"}
    assert body["error"]["message"]
    return body["error"]


def missing() -> uuid.UUID:
    """Return an identifier that no record has."""
    return uuid.uuid4()
