"""Makes the mail worker, which sends the mails in the outbox, from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from capture.base.db import Database
from capture.base.feature import Part
from capture.base.tokens import Links
from capture.mailing.envelope import Envelope
from capture.mailing.gate import CompanyGate
from capture.mailing.kinds import MailKind
from capture.mailing.quota import Quota
from capture.mailing.smtp import Mailer, SmtpMailer
from capture.mailing.webhooks import WebhookSender
from capture.mailing.worker import Worker
from capture.settings import Settings

NOBODY = "nobody@espalier.invalid"
"""The sender of the demo's mails, which never leave this machine."""


@dataclass(frozen=True, slots=True)
class Context:
    """What regular jobs may use in the process of ``capture worker``, which has no web service: the database, the
    signer of links and the clock."""

    database: Database
    links: Links
    clock: Callable[[], datetime]

    def part(self, kind: type[Part]) -> Part:
        """Raises KeyError, since only the web service keeps such shared objects in memory."""
        raise KeyError(kind)


class LocalMailbox:
    """The demo's replacement for a mail server, which sends nothing: the demo's mailbox shows the outbox itself."""

    def send(self, envelope: Envelope) -> None:
        """Sends nothing and raises nothing, so that the mail counts as sent."""

    def close(self) -> None:
        """Does nothing, since there is no connection to close."""


def make(
    settings: Settings,
    database: Database,
    links: Links,
    clock: Callable[[], datetime],
    kinds: Mapping[str, MailKind],
) -> Worker | None:
    """Returns a mail worker with the mail server, quota and webhook address of the settings; None if these name no mail
    server, so that mails wait in the outbox.

    ``kinds``: all kinds of mails by name; the worker sends no others.
    """
    delivery = settings.delivery
    mailer: Mailer
    if settings.demo:
        mailer = LocalMailbox()
    elif delivery.server is not None:
        mailer = SmtpMailer(delivery.server)
    else:
        return None
    hooks = None
    if delivery.webhook_url and delivery.webhook_secret and not settings.demo:
        hooks = WebhookSender(delivery.webhook_url, delivery.webhook_secret)
    sender = delivery.mail_from or NOBODY
    quota = Quota(delivery.per_domain, links.email_hash)
    gate = CompanyGate(links, kinds)
    return Worker(database, mailer, gate, sender, clock, quota, return_path=delivery.return_path, hooks=hooks)
