"""Writes the mails to prospects: the request to confirm, the thank-you, and the link to the page "My data"."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from capture.base import words
from capture.base.tokens import Purpose
from capture.company.hosts import Host
from capture.mailing.kinds import MailAudience, MailKind
from capture.mailing.letters import Letter, Letters
from capture.mailing.unsubscribe_link import unsubscribe_link
from capture.models import Lead

CONFIRM = MailKind("confirm", "consent", MailAudience.SIGNED_UP)
THANK_YOU = MailKind("thank-you", "consent", MailAudience.PROSPECT, on_list=True)
MY_DATA = MailKind("my-data", "consent", MailAudience.SUBJECT)

KINDS = (CONFIRM, THANK_YOU, MY_DATA)


class Asked(Protocol):
    """The fields of a lead that the mail with the request to confirm needs."""

    @property
    def id(self) -> int:
        """The lead's id."""

    @property
    def email(self) -> str:
        """The e-mail address of the person."""

    @property
    def handle(self) -> str:
        """The random name by which mailed links refer to the lead."""

    @property
    def locale(self) -> str:
        """The language in which mails to the person are written."""


def confirm(letters: Letters, host: Host, lead: Asked, now: datetime) -> Letter:
    """Writes the mail that asks the owner of a typed address whether they signed up.

    It contains nothing else that was typed, and one link for each of the two answers.
    """
    service, sign = host.company.service, letters.links.sign
    links = {
        "confirm_link": f"{service}confirm/{sign(Purpose.CONFIRM, lead.handle, now)}",
        "not_me_link": f"{service}not-me/{sign(Purpose.NOT_ME, lead.handle, now)}",
    }
    return letters.write_with_links(CONFIRM, host, lead.email, [lead.locale, host.home_locale], links)


def thank_you(letters: Letters, host: Host, lead: Lead, now: datetime) -> Letter:
    """Writes the mail to a person who confirmed: who follows up, how to reach them, and how to unsubscribe."""
    links = {
        "unsubscribe_link": unsubscribe_link(host.company, letters.links, lead.email, now),
        "my_data_link": f"{host.company.service}my-data?lang={words.nearest([lead.locale])}",
    }
    return letters.write(THANK_YOU, host, lead.email, [lead.locale, host.home_locale], **links)


def my_data(letters: Letters, host: Host, lead: Lead, now: datetime) -> Letter:
    """Writes the mail with the link to the page "My data", which shows everything stored about the recipient."""
    link = f"{host.company.service}my-data/{letters.links.sign(Purpose.MY_DATA, lead.handle, now)}"
    return letters.write(MY_DATA, host, lead.email, [lead.locale], my_data_link=link)
