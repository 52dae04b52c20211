"""Writes mails from the rooms' templates. Each room has a function for each kind of mail; this module knows no kind.

Mails to prospects hold nothing that a form brought in: otherwise anyone could send a stranger their own words.
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
"""Mails that are cached without their links: one per kind, host and language."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, written but not sent."""

    kind: MailKind
    recipient: str
    locale: str
    subject: str
    text: str
    html: str


class Letters:
    """Writes mails, and caches those that differ from one recipient to the next only in their links."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self._kept: dict[tuple[str, Host, str], Letter] = {}
        self._places: dict[str, str] = {}

    def write(self, kind: MailKind, host: Host, recipient: str, locales: Sequence[str], **values: object) -> Letter:
        """Returns a mail in the first of these languages that the service speaks.

        ``host``: whom the mail comes from; ``values``: what its template needs besides ``host`` and ``locale``.
        """
        locale = words.nearest(locales)
        parts = {part: render(kind, part, locale, host=host, **values) for part in (Part.SUBJECT, Part.TEXT, Part.HTML)}
        # A header is one line, whatever a template or a name holds.
        subject = " ".join(parts[Part.SUBJECT].split())
        return Letter(kind, recipient, locale, subject, parts[Part.TEXT] + "\n", parts[Part.HTML] + "\n")

    def write_with_links(
        self, kind: MailKind, host: Host, recipient: str, locales: Sequence[str], links: Mapping[str, str]
    ) -> Letter:
        """Returns a mail that needs only ``host`` and these ``links``, by their names.

        It is rendered once per host and language, with placeholders for the links in text and HTML. That saves most of
        the time if many mails come from one host: ``hosts.HostCache`` returns the same object for the same host.
        """
        kept = self._written(kind, host, words.nearest(locales), links)
        text, html = kept.text, kept.html
        for name, link in links.items():
            place = self._places[name]
            text, html = text.replace(place, link), html.replace(place, str(escape(link)))
        return Letter(kind, recipient, kept.locale, kept.subject, text, html)

    def _written(self, kind: MailKind, host: Host, locale: str, names: Mapping[str, object]) -> Letter:
        """Returns the mail of one host with placeholders for the links: everything else in it is the same for each
        recipient."""
        key = (kind.name, host, locale)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT_LETTERS:
                self._kept.clear()
            places = {name: self._place(name) for name in names}
            found = self._kept[key] = self.write(kind, host, "", [locale], **places)
        return found

    def _place(self, name: str) -> str:
        """Returns the random placeholder of a link, which no text of a roster can equal."""
        return self._places.setdefault(name, secrets.token_hex(16))
