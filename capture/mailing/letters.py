"""The mails this service writes, one method each; each has a folder of templates per language.

Mails to prospects hold nothing that a form brought in: whoever can put words into a mail to a stranger will.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Protocol

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import escape

from capture.base import words
from capture.base.tokens import Links, Purpose
from capture.company.hosts import Host
from capture.mailing.unsubscribe_link import unsubscribe_link
from capture.models import Lead, Member, Touch

SUBJECT, TEXT, HTML = "subject.txt", "body.txt", "body.html"

_CONFIRM_LINK, _NOT_ME_LINK = secrets.token_hex(16), secrets.token_hex(16)
"""What stands for the links in a mail that is not anybody's yet; nothing that a roster holds can equal it."""

KEPT_CONFIRMATIONS = 1_000
"""Confirmation mails, one a host and language, that are kept written but for their links."""


class Asked(Protocol):
    """What is needed of a lead to ask for its confirmation."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def email(self) -> str:
        """The address that was typed."""

    @property
    def handle(self) -> str:
        """What links call it."""

    @property
    def locale(self) -> str:
        """The language it is written to in."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, written but not sent."""

    kind: str
    recipient: str
    locale: str
    subject: str
    text: str
    html: str


class Letters:
    """Writes mails from the templates that ship with the service."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self._confirmations: dict[tuple[Host, str], Letter] = {}

    def confirm(self, host: Host, lead: Asked, now: datetime) -> Letter:
        """To the address that was typed: was it you? Fixed text, and a link for either answer."""
        service = host.company.service
        letter = self._confirm(host, words.nearest([lead.locale, host.home_locale]))
        links = {
            _CONFIRM_LINK: f"{service}confirm/{self.links.sign(Purpose.CONFIRM, lead.handle, now)}",
            _NOT_ME_LINK: f"{service}not-me/{self.links.sign(Purpose.NOT_ME, lead.handle, now)}",
        }
        text, html = letter.text, letter.html
        for place, link in links.items():
            text, html = text.replace(place, link), html.replace(place, str(escape(link)))
        return replace(letter, recipient=lead.email, text=text, html=html)

    def _confirm(self, host: Host, locale: str) -> Letter:
        """The mail of one host with places for the links: all else in it is the same for everybody."""
        key = (host, locale)
        found = self._confirmations.get(key)
        if found is None:
            if len(self._confirmations) >= KEPT_CONFIRMATIONS:
                self._confirmations.clear()
            found = self._write(
                "confirm", "", [locale], host=host, confirm_link=_CONFIRM_LINK, not_me_link=_NOT_ME_LINK
            )
            self._confirmations[key] = found
        return found

    def thank_you(self, host: Host, lead: Lead, now: datetime) -> Letter:
        """To the prospect who confirmed: who holds the address now, how to reach them, and how to leave."""
        values = {
            "unsubscribe_link": unsubscribe_link(host.company, self.links, lead.email, now),
            "my_data_link": f"{host.company.service}my-data?lang={words.nearest([lead.locale])}",
        }
        return self._write("thank-you", lead.email, [lead.locale, host.home_locale], host=host, **values)

    def my_data(self, host: Host, lead: Lead, now: datetime) -> Letter:
        """To whoever owns the address: the link to everything held about it."""
        link = f"{host.company.service}my-data/{self.links.sign(Purpose.MY_DATA, lead.handle, now)}"
        return self._write("my-data", lead.email, [lead.locale], host=host, my_data_link=link)

    def sign_in(self, host: Host, address: str, signed: str, wanted: list[str]) -> Letter:
        """To a member or somebody of the staff who asked for it: the link into the office."""
        locales = [host.member.locale] if host.member else wanted
        link = f"{host.company.service}office/enter/{signed}"
        return self._write("sign-in", address, locales, host=host, sign_in_link=link)

    def new_lead(
        self, host: Host, lead: Lead, touch: Touch, page_title: str, *, rule: str = "page", owner: Member | None = None
    ) -> Letter:
        """To the member who follows up, or to the company: who signed up, for what, and why it is theirs.

        ``rule``: the one that decided. ``owner``: who is credited, where that is a member.
        """
        recipient = host.member.email if host.member else host.company.email
        mine = host.member.id if host.member else None
        values = {
            "host": host,
            "lead": lead,
            "touch": touch,
            "page_title": page_title,
            # What brought it here: their own page, somebody inactive whom they stand in for, or a rule.
            "because": "stands-in" if owner and owner.id != mine else "page" if touch.member_id == mine else rule,
            "owner": owner,
        }
        return self._write("new-lead", recipient, [host.home_locale], **values)

    def _write(self, kind: str, recipient: str, locales: list[str], **values: object) -> Letter:
        locale = words.nearest(locales)
        render = {
            part: _environment().get_template(f"{kind}/{locale}/{part}").render(**values).strip()
            for part in (SUBJECT, TEXT, HTML)
        }
        # A header is one line, whatever a template or a name holds.
        subject = " ".join(render[SUBJECT].split())
        return Letter(kind, recipient, locale, subject, render[TEXT] + "\n", render[HTML] + "\n")


@cache
def _environment() -> Environment:
    """The templates of all mails; one for the process, because they are compiled once and know no settings."""
    rooms = (PackageLoader(f"capture.{room}", "mails") for room in ("accounts", "consent", "credit"))
    return Environment(
        loader=ChoiceLoader([PackageLoader("capture.mailing", "templates"), *rooms]),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
