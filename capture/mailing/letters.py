"""Writes mails from the features' templates. Each feature has a function for each of its kinds of mail; this module
knows no kind.

Mails to prospects contain nothing that was typed into a form: otherwise anyone could send their own words to a
stranger.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape

from capture.base import words
from capture.base.tokens import Links
from capture.company.hosts import Host
from capture.mailing.kinds import MailKind
from capture.mailing.rendering import Part, render

KEPT_LETTERS = 1_000
"""The most mails that are cached without their links: one per kind, sender (company or member) and language."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is written, with subject, text and HTML, but not yet in the outbox."""

    kind: MailKind
    recipient: str
    locale: str
    subject: str
    text: str
    html: str


class Letters:
    """Writes mails from templates, and caches mails that differ from one recipient to the next only in their links."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self._kept: dict[tuple[str, Host, str], Letter] = {}
        self._places: dict[str, str] = {}

    def write(self, kind: MailKind, host: Host, recipient: str, locales: Sequence[str], **values: object) -> Letter:
        """Returns a mail in the first of the languages ``locales`` that the service speaks.

        ``host``: the company or member whom the mail comes from; ``values``: what the template needs besides ``host``
        and ``locale``.
        """
        locale = words.nearest(locales)
        parts = {part: render(kind, part, locale, host=host, **values) for part in (Part.SUBJECT, Part.TEXT, Part.HTML)}
        # A header is one line, whatever a template or a name holds.
        subject = " ".join(parts[Part.SUBJECT].split())
        return Letter(kind, recipient, locale, subject, parts[Part.TEXT] + "\n", parts[Part.HTML] + "\n")

    def write_with_links(
        self, kind: MailKind, host: Host, recipient: str, locales: Sequence[str], links: Mapping[str, str]
    ) -> Letter:
        """Returns a mail whose template needs only ``host`` (the company or member whom it comes from) and ``links``.

        The mail is rendered once per host and language, with placeholders for the links in text and HTML. That saves
        most of the time if many mails come from one host: ``hosts.HostCache`` returns the same object for the same
        host.
        """
        kept = self._written(kind, host, words.nearest(locales), links)
        text, html = kept.text, kept.html
        for name, link in links.items():
            place = self._places[name]
            text, html = text.replace(place, link), html.replace(place, str(escape(link)))
        return Letter(kind, recipient, kept.locale, kept.subject, text, html)

    def _written(self, kind: MailKind, host: Host, locale: str, names: Mapping[str, object]) -> Letter:
        """Returns a mail with placeholders for its links: everything else in it is the same for each recipient."""
        key = (kind.name, host, locale)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT_LETTERS:
                self._kept.clear()
            places = {name: self._place(name) for name in names}
            found = self._kept[key] = self.write(kind, host, "", [locale], **places)
        return found

    def _place(self, name: str) -> str:
        """Returns the placeholder of a link: random, so that no name in a roster is equal to it."""
        return self._places.setdefault(name, secrets.token_hex(16))
