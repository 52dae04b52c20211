"""Slugs: the part of a site's address that is a member's own, such as ``ana``.

A slug is a DNS label, so that it serves as ``example.com/<slug>/`` and as ``<slug>.example.com`` (RFC 1035,
2.3.1, and RFC 5891, 4.2.3.1): 1 to 63 of a-z, 0-9 and hyphens, none at either end, none at both the third
and fourth place, where they mark encoded names.

Other scripts are transliterated by text-unidecode, whose table never changes: an address must not move because a
library was upgraded or another one was installed beside it.
"""

from __future__ import annotations

import re

from text_unidecode import unidecode

LONGEST = 63
"""The most characters of a slug, as of a DNS label."""

SLUG = re.compile(r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")

EXPECTED = "expected 1 to 63 of a-z, 0-9 and hyphens, with no hyphen at either end"

RESERVED = frozenset(
    """
    about abuse account accounts admin administrator api app apps archive assets auth autoconfig autodiscover
    billing blog c calendar campaign campaigns cdn checkout company confirm contact demo dev dns docs download
    downloads favicon feed feeds files forum ftp g go health help home host hostmaster images imap img index
    info inbox internal js css fonts m mail mailer media member members mta mx my news noc no-reply noreply
    ns ns1 ns2 oauth office photos pictures pop pop3 postmaster preview privacy public register robots root
    rss s search secure security server shop signin signout signup sitemap smtp ssl staff static stats status
    store subdomain support sync system t team terms test unsubscribe usenet uucp webmail webmaster
    well-known widget wpad www www1 www2
    """.split()  # noqa: SIM905
)
"""Words that no member may have as slug: they have another meaning in addresses, host names or mail (RFC 2142)."""

_APOSTROPHES = re.compile("['’‘ʼʻ`´]")
_OTHERS = re.compile("[^a-z0-9]+")


def slugify(text: str) -> str:
    """Returns a valid slug that reads like ``text``: ``Zoë O'Brien`` gives ``zoe-obrien``.

    Returns an empty text if nothing of ``text`` can be written in ASCII. A text that is a slug is returned unchanged.
    """
    plain = text if text.isascii() else unidecode(_APOSTROPHES.sub("", text))
    words = _OTHERS.sub("-", _APOSTROPHES.sub("", plain).lower())
    # No two hyphens stand in a row, so that the rule on the third and fourth place holds.
    return words[: LONGEST + 1].strip("-")[:LONGEST].rstrip("-")


def numbered(base: str, number: int) -> str:
    """Returns ``base`` with a number, shortened if the whole is too long: ``numbered("ana", 2)`` is ``ana-2``."""
    ending = f"-{number}"
    return base[: LONGEST - len(ending)].rstrip("-") + ending


def is_slug(text: str) -> bool:
    """Returns whether ``text`` is a valid slug; words reserved for other uses are not looked at."""
    return SLUG.match(text) is not None
