"""The settings for sending mails and events, for receiving reports of bounces, and for reading the metrics."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from capture.mailing.return_path import ReturnPath, ReturnPathError
from capture.mailing.smtp import MailServerError, Server
from sitegen.errors import EspalierError, Fault

MAILS_PER_DOMAIN = 120
"""The most mails to one receiving domain in a minute, unless the settings name another number."""


SERVICES = {
    "amazon": "amazon_topic",
    "brevo": "brevo_token",
    "mailgun": "mailgun_key",
    "postmark": "postmark_login",
    "sendgrid": "sendgrid_key",
}
"""The mail services whose reports can be read, each with the setting that holds its secret."""


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
    return_path: ReturnPath | None = None
    """The address that mail servers report to if they cannot deliver a mail; `*` in it stands for a code of each mail,
    as in `bounces+*@example.com`. Without it, they report to the address that mails come from."""
    per_domain: int = MAILS_PER_DOMAIN
    """Mails to one receiving domain in a minute, from all workers together."""
    webhook_url: str | None = field(default=None, repr=False)
    """The address that events of confirmed leads are sent to; hidden, since such addresses often hold a key."""
    webhook_secret: str | None = field(default=None, repr=False)
    """Signs those events; ``whsec_`` and base64, as the Standard Webhooks define it."""
    bounce_secret: str | None = field(default=None, repr=False)
    """Verifies reports of bounces, in the same form; without it, reports are not accepted."""
    amazon_topic: str | None = field(default=None, repr=False)
    """Accepts reports of Amazon SES at ``/bounces/amazon``: the ARN of the Amazon SNS topic that sends them."""
    brevo_token: str | None = field(default=None, repr=False)
    """Accepts reports of Brevo at ``/bounces/brevo``: the bearer token that its webhook was given."""
    mailgun_key: str | None = field(default=None, repr=False)
    """Accepts reports of Mailgun at ``/bounces/mailgun``: the account's HTTP webhook signing key."""
    postmark_login: str | None = field(default=None, repr=False)
    """Accepts reports of Postmark at ``/bounces/postmark``: the ``name:password`` in the address that it was given."""
    sendgrid_key: str | None = field(default=None, repr=False)
    """Accepts reports of SendGrid at ``/bounces/sendgrid``: the verification key of its signed event webhook."""
    metrics_token: str | None = field(default=None, repr=False)
    """Allows other machines to read /metrics."""

    @property
    def services(self) -> dict[str, str]:
        """The secrets of the mail services whose reports are accepted, by the service's name."""
        secrets = {name: getattr(self, attribute) for name, attribute in SERVICES.items()}
        return {name: secret for name, secret in secrets.items() if secret is not None}

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
        return_path = _return_path(values.get("ESPALIER_RETURN_PATH"), faults)
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
        services = {name: values.get(f"ESPALIER_{name.upper()}") or None for name in SERVICES.values()}
        _check_services(services, faults)
        per_domain = values.get("ESPALIER_MAILS_PER_DOMAIN") or str(MAILS_PER_DOMAIN)
        if not (per_domain.isascii() and per_domain.isdigit() and int(per_domain)):
            faults.append(Fault(f'not a number of mails a minute: "{per_domain}"', where="ESPALIER_MAILS_PER_DOMAIN"))
            per_domain = "1"
        if faults:
            raise DeliveryError(*faults)
        token = values.get("ESPALIER_METRICS_TOKEN") or None
        return cls(
            server, sender, return_path, int(per_domain), url, secret, bounces, metrics_token=token, **services
        )  # fmt: skip


SECRET = "make one: echo whsec_$(head -c 32 /dev/urandom | base64 -w0)"


def _server(url: str | None, faults: list[Fault]) -> Server | None:
    try:
        return Server.read(url) if url else None
    except MailServerError as error:
        faults.extend(error.faults)
        return None


def _return_path(text: str | None, faults: list[Fault]) -> ReturnPath | None:
    try:
        return ReturnPath.read(text) if text else None
    except ReturnPathError:
        hint = "an address, in whose first part * may stand for a code of each mail: bounces+*@example.com"
        faults.append(Fault("not an address for reports", where="ESPALIER_RETURN_PATH", hint=hint))
        return None


def _check_services(secrets: Mapping[str, str | None], faults: list[Fault]) -> None:
    """Adds a fault for each secret that is not in its service's form."""
    topic, login, key = secrets["amazon_topic"], secrets["postmark_login"], secrets["sendgrid_key"]
    if topic and not topic.startswith("arn:aws"):
        hint = "e.g. arn:aws:sns:eu-west-1:123456789012:bounces"
        faults.append(Fault("not the ARN of a topic", where="ESPALIER_AMAZON_TOPIC", hint=hint))
    if login and not all(login.partition(":")):
        hint = "name:password, as in https://name:password@capture.example.com/bounces/postmark"
        faults.append(Fault("no name and password", where="ESPALIER_POSTMARK_LOGIN", hint=hint))
    if key:
        try:
            base64.b64decode(key, validate=True)
        except ValueError:
            hint = "copy the verification key from SendGrid's settings of the signed event webhook"
            faults.append(Fault("not a key in base64", where="ESPALIER_SENDGRID_KEY", hint=hint))


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
