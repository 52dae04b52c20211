"""Makes the mail worker from the settings."""

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
"""The demo's sender; the demo's mails never leave this machine."""


@dataclass(frozen=True, slots=True)
class Context:
    """What jobs may use in a process that has a mail worker but no web service; it keeps no parts in memory."""

    database: Database
    links: Links
    clock: Callable[[], datetime]

    def part(self, kind: type[Part]) -> Part:
        """Raises KeyError: only the web service keeps parts."""
        raise KeyError(kind)


class LocalMailbox:
    """The demo's mailer, which sends nothing: the demo's mailbox shows the outbox itself."""

    def send(self, envelope: Envelope) -> None:
        """Does nothing, so that the mail counts as sent."""

    def close(self) -> None:
        """Does nothing, since nothing is open."""


def make(
    settings: Settings,
    database: Database,
    links: Links,
    clock: Callable[[], datetime],
    kinds: Mapping[str, MailKind],
) -> Worker | None:
    """Returns the worker of these settings; None if there is no mail server: then mails wait in the outbox.

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
    return Worker(database, mailer, CompanyGate(links, kinds), sender, clock, quota, hooks=hooks)
