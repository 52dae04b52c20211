"""How the address of a PostgreSQL database is read: as the capture service reads it, and without telling secrets."""

from __future__ import annotations

import psycopg
import pytest

from sitegen.errors import EspalierError
from sitegen.roster import postgres_address


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_all_spellings_mean_the_same(scheme: str) -> None:
    address = postgres_address.read(f"{scheme}://kim:a%40b@db.example.com:6432/fern?sslmode=verify-full")
    assert address.parameters == {
        "user": "kim",
        "password": "a@b",
        "host": "db.example.com",
        "port": "6432",
        "dbname": "fern",
        "sslmode": "verify-full",
    }
    assert address.threshold is None
    assert str(address) == "postgresql://db.example.com/fern"
    assert "a@b" not in repr(address)


@pytest.mark.parametrize(
    ("query", "threshold", "others"),
    [
        ("?prepare_threshold=5", 5, {}),
        ("?prepare_threshold=0&sslmode=disable", 0, {"sslmode": "disable"}),
        ("?sslmode=disable&prepare_threshold=None", None, {"sslmode": "disable"}),
        ("?prepare_threshold=", None, {}),
        ("", None, {}),
    ],
)
def test_statements_are_prepared_only_if_asked_for(query: str, threshold: int | None, others: dict[str, str]) -> None:
    address = postgres_address.read(f"postgresql:///fern{query}")
    assert address.threshold == threshold
    assert address.parameters == {"dbname": "fern", **others}


def test_several_hosts_and_sockets() -> None:
    several = postgres_address.read("postgresql://kim@one:5432,two:5433/fern?target_session_attrs=read-write")
    assert (several.parameters["host"], several.parameters["port"]) == ("one,two", "5432,5433")
    assert postgres_address.read("postgresql://kim@/fern?host=/run/pg").parameters["host"] == "/run/pg"
    assert postgres_address.read("postgresql://kim@[::1]:5432/fern").parameters["host"] == "::1"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://kim:hush@host/fern", "this is not the address of a PostgreSQL database"),
        ("fern", "this is not the address of a PostgreSQL database"),
        ("host=db dbname=fern password=hush", "this is not the address of a PostgreSQL database"),
        ("postgresql://kim:hu%zzsh@host/fern", 'invalid percent-encoded token: "***"'),
        ("postgresql://kim@host/fern?password=hu%zzsh", 'invalid percent-encoded token: "***"'),
        ("postgresql://kim:hu@sh@host/fern", "write @ and / that belong to the password as %40 and %2F"),
        ("postgresql://kim:hu/sh@host/fern", "write @ and / that belong to the password as %40 and %2F"),
        ("postgresql://kim:hush@host/fern?sslmod=disable", 'invalid URI query parameter: "sslmod"'),
        ("postgresql://kim:hush@host/fern?prepare_threshold=-1", "neither a whole number from 0 on nor none"),
        ("postgresql://kim:hush@host/fern?prepare_threshold=soon", "neither a whole number from 0 on nor none"),
    ],
)
def test_what_cannot_be_read_is_refused_without_the_password(url: str, told: str) -> None:
    with pytest.raises(EspalierError) as caught:
        postgres_address.read(url)
    assert told in str(caught.value)
    assert "hu" not in str(caught.value)
    assert "zz" not in str(caught.value)


def test_what_libpq_says_is_said_in_one_line() -> None:
    address = postgres_address.read("postgres://kim:hush@127.0.0.1:1/fern?connect_timeout=2")
    with pytest.raises(psycopg.OperationalError) as caught:
        address.connect()
    told = postgres_address.said(caught.value)
    assert 'connection to server at "127.0.0.1", port 1 failed: Connection refused' in told
    assert "\n" not in told
    assert "hush" not in told


def test_details_of_a_row_are_not_said() -> None:
    error = psycopg.errors.lookup("23505")("duplicate key value\nDETAIL: Key (email)=(pat@example.com) already exists.")
    assert "pat@" not in postgres_address.said(error)
