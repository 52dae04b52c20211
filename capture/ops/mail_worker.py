"""Puts a worker together from the settings."""

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
"""The demo's sender; nothing it writes leaves this machine."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the jobs of a worker without a web service may use. It keeps nothing in memory for them."""

    database: Database
    links: Links
    clock: Callable[[], datetime]

    def part(self, kind: type[Part]) -> Part:
        """Raises KeyError: only the web service keeps parts."""
        raise KeyError(kind)


class LocalMailbox:
    """The demo's mailer: the outbox is the mailbox, so there is nothing to do. Nothing is sent anywhere."""

    def send(self, envelope: Envelope) -> None:
        """Takes a mail."""

    def close(self) -> None:
        """Has nothing open."""


def make(
    settings: Settings,
    database: Database,
    links: Links,
    clock: Callable[[], datetime],
    kinds: Mapping[str, MailKind],
) -> Worker | None:
    """Returns the worker of these settings, or None where there is no mail server: then mails wait in the outbox.

    ``kinds``: all kinds of mails by name; it sends no others.
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
