"""Reads the address of a PostgreSQL database and connects to it, straight or through a pooler such as pgbouncer.

A pooler in transaction mode gives each transaction another connection of the server. So no statement is prepared in
the server unless the address asks for it (``?prepare_threshold=5``). The capture service reads its address by the same
rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import psycopg
from psycopg import conninfo

from sitegen.errors import EspalierError, Fault

PREPARE = "prepare_threshold"
"""The field of an address that says after how many runs the server keeps a statement prepared: a whole number, or
``none`` (the default) for never."""

_URL = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>.*))?", re.S)
_SECRET = {"password", "sslpassword"}
_DEFAULTS = {"connect_timeout": "10", "application_name": "espalier-sitegen"}


@dataclass(frozen=True)
class PostgresAddress:
    """A PostgreSQL database's address, as psycopg takes it."""

    parameters: dict[str, str] = field(repr=False)
    """libpq's connection parameters by name."""

    threshold: int | None
    """The value of ``PREPARE``."""

    def __str__(self) -> str:
        """Returns the address without user and password, for messages."""
        return f"postgresql://{self.parameters.get('host', '')}/{self.parameters.get('dbname', '')}"

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
        """Opens a connection. Raises psycopg.OperationalError if none comes about."""
        # What the address says itself, counts.
        named: dict[str, Any] = _DEFAULTS | self.parameters
        return psycopg.connect(autocommit=autocommit, prepare_threshold=self.threshold, **named)


def read(url: str) -> PostgresAddress:
    """Returns the address that a text means: ``postgresql://``, ``postgres://`` and SQLAlchemy's
    ``postgresql+psycopg://`` are the same. Raises EspalierError, in libpq's words where it has some."""
    found = _URL.fullmatch(url)
    if found is None:
        hint = "write one as postgresql://user@host/name"
        raise EspalierError(Fault("this is not the address of a PostgreSQL database", hint=hint))
    authority, path, query = found["authority"], found["path"], found["query"]
    if authority.count("@") > 1 or "@" in path:
        hint = "write @ and / that belong to the password as %40 and %2F"
        raise EspalierError(Fault("the database's address has an @ that does not end its password", hint=hint))
    fields = [each for each in (query or "").split("&") if each]
    rest = "&".join(each for each in fields if each.partition("=")[0] != PREPARE)
    try:
        parameters = conninfo.conninfo_to_dict(f"postgresql://{authority}{path}" + (f"?{rest}" if rest else ""))
    except psycopg.Error as error:
        told = _without_secrets(_one_line(error), authority, rest)
        raise EspalierError(Fault(f"the database's address cannot be read: {told}")) from None
    return PostgresAddress({name: str(value) for name, value in parameters.items()}, _threshold(fields))


def said(error: psycopg.Error) -> str:
    """Returns what libpq, the server or a pooler says, in one line; of the server's faults the message alone, since
    their details may quote a member's row."""
    if error.sqlstate is not None:
        return error.diag.message_primary or type(error).__name__
    return _one_line(error)


def _threshold(fields: list[str]) -> int | None:
    given = dict(parse_qsl("&".join(fields), keep_blank_values=True)).get(PREPARE, "none")
    if given.casefold() in ("none", ""):
        return None
    if not re.fullmatch("[0-9]{1,9}", given):
        message = f"the database's address has a {PREPARE} that is neither a whole number from 0 on nor none"
        raise EspalierError(Fault(message))
    return int(given)


def _without_secrets(words: str, authority: str, query: str) -> str:
    user, at, _ = authority.rpartition("@")
    secrets = [user.partition(":")[2]] if at else []
    secrets += [value for name, _, value in (each.partition("=") for each in query.split("&")) if name in _SECRET]
    for each in sorted({*secrets, *map(unquote, secrets)} - {""}, key=len, reverse=True):
        words = words.replace(each, "***")
    return words


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
