"""The schema is valid, names the errors of every operation, and its page works under the strict policy."""

import pytest
import yaml
from django.core.management import call_command
from django.urls import reverse

from access.refusals import error_body

FOUND = "/api/v1/revoke-token/"


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> dict:
    path = tmp_path_factory.mktemp("schema") / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    return yaml.safe_load(path.read_text())


def operations(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_operation_names_its_errors_in_the_one_shape(schema):
    for path, method, operation in operations(schema):
        expected = {"400", "401", "403", "503"}
        if path == FOUND:
            expected.add("429")
        if "{id}" in path:
            expected.add("404")
        if changes_a_version(path, method):
            expected |= {"412", "428"}
        found = {code for code in operation["responses"] if code >= "400"}
        assert found == expected, (path, method)
        for code in expected:
            assert operation["responses"][code] == {"$ref": f"#/components/responses/{code}"}, (path, method)
    for answer in schema["components"]["responses"].values():
        assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}


def test_the_shape_of_the_schema_is_the_shape_of_the_answers(schema):
    shape = schema["components"]["schemas"]["Error"]["properties"]["error"]
    assert set(shape["required"]) == set(error_body("x", "y")["error"])


def changes_a_version(path: str, method: str) -> bool:
    acts = (
        "/withdraw/", "/restore/", "/marking/", "/agree/", "/cancel/", "/release/", "/submit/", "/verify/", "/return/",
        "/answer/", "/done/", "/accept/", "/merge/", "/refuse/", "/undo/",
    )  # fmt: skip
    return method == "patch" or path.endswith(acts)


def test_every_change_names_the_version_header_and_everything_the_token(schema):
    for path, method, operation in operations(schema):
        assert {"token": []} in operation["security"], path
        # Public records are read without signing in, and a found token is revoked by anybody.
        assert ({} in operation["security"]) == (method == "get" or path == FOUND), path
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("If-Match" in names) == changes_a_version(path, method), path
    token = schema["components"]["securitySchemes"]["token"]
    assert (token["in"], token["name"]) == ("header", "Authorization")


@pytest.mark.django_db
def test_schema_and_docs_are_served(client):
    served = client.get(reverse("api:schema"))
    assert served.status_code == 200
    assert served.json()["openapi"].startswith("3.")
    page = client.get(reverse("api-docs"))
    text = page.content.decode()
    assert page.status_code == 200
    assert f'data-schema="{reverse("api:schema")}"' in text
    assert "curl" in text
    assert "Authorization: Token" in text
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "data:" not in policy
    # The footer of every page leads here.
    assert reverse("api-docs") in client.get(reverse("exchanges:outcome-list")).content.decode()
