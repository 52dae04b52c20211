"""What the service needs to know before it starts, read once from the environment and the instance folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from capture.base.identity import derive_key
from capture.company.generator import SECRETS, read_instance, token_keys
from capture.limits.budgets import Limits
from capture.mailing.delivery import Delivery
from sitegen.errors import EspalierError, Fault, SecretError

SQLITE_FILE = "capture.sqlite"
"""The database's name in the instance folder, where no other is set."""

SHORTEST_SECRET = 32
"""Characters; 32 random hexadecimal characters hold 128 bits."""


class SettingError(EspalierError):
    """A setting cannot be read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one running service. ``repr`` shows no secret."""

    token_keys: tuple[str, ...] = field(repr=False)
    """Keys of the form tokens, newest first; the same as the generator's."""
    secret_key: str = field(repr=False)
    """Signs the links in mails and the sign-in sessions. Several, newest first, may stand here, apart by blanks."""
    database_url: str = field(repr=False)
    """An SQLAlchemy address; hidden too, since it may hold a password."""
    demo: bool = False
    """True opens the local mailbox to visitors from this machine."""
    busy_seconds: float = 5.0
    """How long a sign-up waits for the database's writer before it is asked to try again."""
    even_seconds: float = 0.01
    """Answers that must not tell who is known leave at multiples of this after the request; 0: at once."""
    delivery: Delivery = field(default_factory=Delivery)
    """How mails, events and reports leave and come."""

    trusted_proxies: int = 0
    """How many proxies of the operator's own stand before the service; so many entries of X-Forwarded-For, from the
    right, are believed. With 0 the header is not looked at: anybody can write it."""
    limits: Limits = field(default_factory=Limits)
    """Sign-ups within an hour, after which the mails of further ones are held."""

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The secrets, newest first: the first signs, all verify."""
        return tuple(self.secret_key.split())

    @property
    def address_keys(self) -> tuple[bytes, ...]:
        """The keys of the hashes that stand for addresses, newest first."""
        return tuple(derive_key(each) for each in self.secret_keys)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], site_folder: Path | None = None) -> Self:
        """Reads ``ESPALIER_*`` from the instance folder and ``environ``, which wins.

        Raises SecretError naming everything that is missing, with a hint.
        """
        values = read_instance(environ, site_folder)
        missing = [name for name in SECRETS if not values.get(name)]
        if missing:
            hint = "run `sitegen secrets` once in this folder, or set the variable to 32 or more random characters"
            raise SecretError(*(Fault(f"{name} is not set: it {SECRETS[name]}", hint=hint) for name in missing))
        secret = values["ESPALIER_SECRET_KEY"]
        if any(len(each) < SHORTEST_SECRET for each in secret.split()) or not secret.strip():
            message = f"the key must have at least {SHORTEST_SECRET} characters"
            raise SecretError(Fault(message, where="ESPALIER_SECRET_KEY", hint="run `sitegen secrets` to make one"))
        folder = Path(values.get("ESPALIER_INSTANCE", "instance")).absolute()
        return cls(
            token_keys=tuple(token_keys(values)),
            secret_key=secret,
            database_url=values.get("ESPALIER_DATABASE_URL") or f"sqlite:///{folder / SQLITE_FILE}",
            demo=values.get("ESPALIER_DEMO", "") == "1",
            trusted_proxies=_number(values, "ESPALIER_TRUSTED_PROXIES", 0),
            limits=Limits(
                **{
                    each.name: _number(values, f"ESPALIER_LIMIT_{each.name.upper()}", getattr(Limits(), each.name))
                    for each in fields(Limits)
                }
            ),
            delivery=Delivery.from_values(values),
        )


def _number(values: Mapping[str, str], name: str, default: int) -> int:
    """A whole number that is not negative. Raises SettingError."""
    text = values.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise SettingError(Fault(f'expected a whole number, found "{text}"', where=name))
    return int(text)
