"""The settings for sending mails and events, for receiving reports of bounces, and for reading the metrics."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from capture.mailing.smtp import MailServerError, Server
from sitegen.errors import EspalierError, Fault

MAILS_PER_DOMAIN = 120
"""The most mails to one receiving domain in a minute, unless the settings name another number."""


class DeliveryError(EspalierError):
    """Raised if settings of mails, webhooks or bounce reports cannot be read, or one needs another that is missing."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The settings for mails and events: where they are sent, and the secrets for bounce reports and the metrics.

    ``repr`` shows no secret.
    """

    server: Server | None = None
    """The mail server; without one, mails wait in the outbox."""
    mail_from: str = ""
    """The address that mails come from."""
    per_domain: int = MAILS_PER_DOMAIN
    """Mails to one receiving domain in a minute, from all workers together."""
    webhook_url: str | None = field(default=None, repr=False)
    """The address that events of confirmed leads are sent to; hidden, since such addresses often hold a key."""
    webhook_secret: str | None = field(default=None, repr=False)
    """Signs those events; ``whsec_`` and base64, as the Standard Webhooks define it."""
    bounce_secret: str | None = field(default=None, repr=False)
    """Verifies reports of bounces, in the same form; without it, reports are not accepted."""
    metrics_token: str | None = field(default=None, repr=False)
    """Allows other machines to read /metrics."""

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> Self:
        """Returns the settings in ``ESPALIER_SMTP_URL`` and the other variables about mails, events and the metrics.

        Raises DeliveryError with all faults if one of these cannot be read, or needs another that is missing.
        """
        faults: list[Fault] = []
        server = _server(values.get("ESPALIER_SMTP_URL"), faults)
        sender = values.get("ESPALIER_MAIL_FROM", "")
        if server and not sender:
            hint = "set it to the address that mails come from, e.g. hello@example.com"
            faults.append(Fault("it is not set, but there is a mail server", where="ESPALIER_MAIL_FROM", hint=hint))
        if sender:
            sender = _address(sender, faults)
        url, secret = values.get("ESPALIER_WEBHOOK_URL") or None, values.get("ESPALIER_WEBHOOK_SECRET") or None
        if url and urlsplit(url).scheme not in ("http", "https"):
            faults.append(Fault("not a web address", where="ESPALIER_WEBHOOK_URL", hint="e.g. https://crm.example/in"))
        if url and not secret:
            faults.append(
                Fault("it is not set, but ESPALIER_WEBHOOK_URL is", where="ESPALIER_WEBHOOK_SECRET", hint=SECRET)
            )
        bounces = values.get("ESPALIER_BOUNCE_SECRET") or None
        _check_secret("ESPALIER_WEBHOOK_SECRET", secret, faults)
        _check_secret("ESPALIER_BOUNCE_SECRET", bounces, faults)
        per_domain = values.get("ESPALIER_MAILS_PER_DOMAIN") or str(MAILS_PER_DOMAIN)
        if not (per_domain.isascii() and per_domain.isdigit() and int(per_domain)):
            faults.append(Fault(f'not a number of mails: "{per_domain}"', where="ESPALIER_MAILS_PER_DOMAIN"))
            per_domain = "1"
        if faults:
            raise DeliveryError(*faults)
        token = values.get("ESPALIER_METRICS_TOKEN") or None
        return cls(server, sender, int(per_domain), url, secret, bounces, token)


SECRET = "make one: echo whsec_$(head -c 32 /dev/urandom | base64 -w0)"


def _server(url: str | None, faults: list[Fault]) -> Server | None:
    try:
        return Server.read(url) if url else None
    except MailServerError as error:
        faults.extend(error.faults)
        return None


def _address(typed: str, faults: list[Fault]) -> str:
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        faults.append(Fault("not an e-mail address", where="ESPALIER_MAIL_FROM", hint="only the address, no name"))
        return ""


def _check_secret(name: str, secret: str | None, faults: list[Fault]) -> None:
    if secret is None:
        return
    try:
        # The Standard Webhooks require at least 24 bytes.
        if len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) >= 24:
            return
    except ValueError:
        pass
    faults.append(Fault("not a secret of at least 24 bytes in base64", where=name, hint=SECRET))
