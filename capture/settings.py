"""The capture service's settings, which it reads once, at its start, from the environment and the instance folder."""

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
"""The name of the database's file in the instance folder, unless ESPALIER_DATABASE_URL names another database."""

SHORTEST_SECRET = 32
"""The fewest characters of a secret key; 32 random hexadecimal characters hold 128 bits."""


class SettingError(EspalierError):
    """Raised if the value of a setting of the service cannot be read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one running capture service. ``repr`` shows no secret."""

    token_keys: tuple[str, ...] = field(repr=False)
    """The keys that check the signed tokens in sign-up forms, newest first; the site generator signs with the same."""
    secret_key: str = field(repr=False)
    """Signs the links in mails and the values in forms. May hold several keys, newest first, separated by blanks."""
    database_url: str = field(repr=False)
    """The database's address, as SQLAlchemy reads it; a secret too, since it may hold a password."""
    demo: bool = False
    """No mail leaves this machine, and visitors from this machine can read the mails in a local mailbox."""
    busy_seconds: float = 5.0
    """How many seconds a sign-up waits for another writer of the database before the visitor is asked to try again."""
    even_seconds: float = 0.01
    """Responses that must not reveal, by their time, whether an address is known are sent at a multiple of so many
    seconds after the request; 0: at once."""
    delivery: Delivery = field(default_factory=Delivery)
    """How mails and events are sent, and how reports of bounces come in."""

    trusted_proxies: int = 0
    """How many of the operator's own proxies are in front of the service; that many entries of X-Forwarded-For, counted
    from the right, are trusted. With 0 the header is ignored, since any client can write it."""
    limits: Limits = field(default_factory=Limits)
    """How many sign-ups within an hour are mailed at once; the mails of further ones are held."""

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The secret keys, newest first: the first makes signatures, all of them can verify one."""
        return tuple(self.secret_key.split())

    @property
    def address_keys(self) -> tuple[bytes, ...]:
        """The keys with which e-mail addresses are hashed, newest first."""
        return tuple(derive_key(each) for each in self.secret_keys)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], site_folder: Path | None = None) -> Self:
        """Returns the settings: the ``ESPALIER_*`` values of the instance folder and of ``environ``, which takes
        precedence. The instance folder is looked for in and beside ``site_folder``.

        Raises SecretError, with a hint, if secrets are missing or too short; SettingError or DeliveryError if a setting
        cannot be read.
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
    """Returns a setting as a whole number, 0 or more; ``default`` if it is empty. Raises SettingError for other
    text."""
    text = values.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise SettingError(Fault(f'expected a whole number, found "{text}"', where=name))
    return int(text)
