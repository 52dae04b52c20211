"""The two files of a member's site that are not pages: the card for a phone's address book, and the QR code."""

from __future__ import annotations

from sitegen.model import Member
from sitegen.render import cards, qr
from sitegen.site.site import Site

VCARD, QR_CODE = "contact.vcf", "qr.svg"


def content(site: Site, member: Member, path: str) -> bytes:
    """Returns the bytes of a member's QR code (``path`` is ``QR_CODE``) or address-book card (any other ``path``)."""
    home = site.addresses.member_home(member.slug)
    if path == QR_CODE:
        return qr.svg(home, member.name).encode()
    return cards.vcard(member, site.company, site.addresses.url, site.texts[member.locale].status, home).encode()
