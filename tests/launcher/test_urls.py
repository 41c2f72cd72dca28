"""Addresses of databases: written for private servers, read and changed where they are given."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from launcher import settings, urls
from launcher.say import Refusal


def test_a_socket_folder_and_any_password_survive_the_address():
    address = urls.postgres_url("parley_app", "p@ss:w/r?d#%&ü", "parley", "/tmp/some folder/run")
    parts = urlsplit(address)
    assert "%2Ftmp%2Fsome%20folder%2Frun" in address
    assert (parts.username, unquote(parts.password), parts.path) == ("parley_app", "p@ss:w/r?d#%&ü", "/parley")
    assert dict(parse_qsl(parts.query)) == {"host": "/tmp/some folder/run"}


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("postgresql://u:p@/parley?host=%2Frun%2Fparley", "/run/parley/.s.PGSQL.5432"),
        ("postgresql://u:p@/parley?host=%2Frun%2Fparley&port=5433", "/run/parley/.s.PGSQL.5433"),
        ("postgresql://u:p@%2Frun%2Fpg/parley", "/run/pg/.s.PGSQL.5432"),
        ("postgresql://u:p%40ss@db.example:6000/parley?sslmode=require", ("db.example", 6000)),
        ("postgres://u@db.example/parley", ("db.example", 5432)),
        ("postgresql:///parley", "/var/run/postgresql/.s.PGSQL.5432"),
        ("unix:///run/some%20folder/redis.sock?db=3", "/run/some folder/redis.sock"),
        ("redis://:secret@cache.example:6380/2", ("cache.example", 6380)),
        ("rediss://cache.example", ("cache.example", 6379)),
    ],
)
def test_where_an_address_points(address, where):
    assert urls.endpoint(address) == where


@pytest.mark.parametrize(
    ("given", "for_tests"),
    [
        ("redis://:p%40ss@host:6379/0", "redis://:p%40ss@host:6379/1"),
        ("redis://host", "redis://host/1"),
        ("redis://host:6379?db=5", "redis://host:6379/1"),
        ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=1"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock?db=1"),
    ],
)
def test_tests_get_another_database_of_the_same_redis(given, for_tests):
    assert urls.with_redis_database(given, 1) == for_tests


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:hush@db.example:5432/parley?sslmode=require",
        "postgresql://user:hu%40sh@/parley?host=%2Frun&password=hush",
        "redis://:hush@cache.example/0",
    ],
)
def test_an_address_is_shown_without_its_password(address):
    shown = urls.without_password(address)
    assert "hush" not in shown
    assert "hu%40sh" not in shown
    assert urls.endpoint(shown) == urls.endpoint(address)


def test_an_address_of_another_kind_is_refused_in_one_sentence():
    with pytest.raises(Refusal, match="DATABASE_URL must begin with postgresql:// or postgres://"):
        urls.check("DATABASE_URL", "mysql://host/parley", urls.POSTGRES_SCHEMES)
    with pytest.raises(Refusal, match="REDIS_URL cannot be read: write @"):
        urls.check("REDIS_URL", "redis://:pa#ss@host:6379/0".replace("#", "/"), urls.REDIS_SCHEMES)


@pytest.fixture
def given(monkeypatch):
    """Set exactly these addresses in the environment."""

    def give(**addresses):
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in addresses.items():
            monkeypatch.setenv(name, value)

    return give


def test_the_application_address_alone_is_not_enough(given):
    given(DATABASE_URL="postgresql://parley_app@db.example/parley")
    with pytest.raises(Refusal, match=r"DATABASE_OWNER_URL is not: set both.*scripts/roles\.sql"):
        settings.check_given()


def test_where_nothing_answers_is_said_without_the_password(given, free_port):
    given(REDIS_URL=f"redis://:hush@127.0.0.1:{free_port}/0")
    with pytest.raises(Refusal, match=f"REDIS_URL: nothing answers at redis://127.0.0.1:{free_port}/0") as refusal:
        settings.check_given()
    assert "hush" not in str(refusal.value)


def test_only_servers_without_an_address_are_run(given, site, listening):
    given(REDIS_URL=f"redis://127.0.0.1:{listening}/0")
    assert [server.name for server in settings.private_servers(site)] == ["postgres"]
    given()
    assert [server.name for server in settings.private_servers(site)] == ["postgres", "redis"]


def test_processes_that_serve_readers_are_not_told_the_owner(given, site):
    given()
    told = settings.environment(site, {"DATABASE_URL": "a", "DATABASE_OWNER_URL": "b", "REDIS_URL": "c"})
    assert told["DATABASE_OWNER_URL"] == "b"
    assert "DATABASE_OWNER_URL" not in settings.without_owner(told)
    assert told["PARLEY_HTTP"] == "1"
    assert len(told["SECRET_KEY"]) >= 50
    assert "PARLEY_HTTP" not in settings.for_production(told)


def test_the_env_file_gives_way_to_the_environment(given, tmp_path, monkeypatch):
    given(REDIS_URL="redis://from-environment")
    monkeypatch.setenv("ALLOWED_HOSTS", "")  # so that it is put back afterwards
    monkeypatch.delenv("ALLOWED_HOSTS")
    file = tmp_path / ".env"
    file.write_text("# a comment\nREDIS_URL=redis://from-file\nexport ALLOWED_HOSTS='a.example'\nPORT=\n")
    settings.read_env_file(file)
    assert settings.os.environ["REDIS_URL"] == "redis://from-environment"
    assert settings.os.environ["ALLOWED_HOSTS"] == "a.example"
    assert not settings.os.environ.get("PORT")
