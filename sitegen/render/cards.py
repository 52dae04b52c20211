"""Makes contact cards (vCard) and monograms of members, and data about members for search engines (JSON-LD)."""

from __future__ import annotations

import json
import re
import unicodedata
import uuid
import zlib
from typing import Any
from urllib.parse import quote, urljoin

from markupsafe import Markup

from sitegen.model import Company, Member
from sitegen.render.context import MemberView, SiteView
from sitegen.roster.names import couple, for_card, words

TONES = 6
"""How many colour tones a theme may use for monograms; ``tone`` chooses one for each member."""

_FOLD = 75  # octets of a line, its end not counted (RFC 2426, 2.6)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_NOT_IN_SCRIPT = re.compile("[<>&\u2028\u2029]")


def monogram(name: str) -> str:
    """Returns the initials to draw where a member has no photo: of the first and the last word of the name, or of
    both people of a couple.

    These are one or two capital letters; one character in a script that begins no word with a capital.
    """
    both = couple(name)
    parts = [word for each in both for word in words(each)[:1]] if both else words(name)
    letters = [_first_letter(part) for part in parts]
    if not letters:
        return name[:1]
    first, last = letters[0], letters[-1]
    if len(letters) == 1 or not _has_case(first) or not _has_case(last):
        return first
    return first + last


def _first_letter(word: str) -> str:
    composed = unicodedata.normalize("NFC", word)
    letter = next((each for each in composed if each.isalnum()), "")
    small = letter.lower()
    # Title case, not upper case: Georgian begins no word with one of its capitals, which many fonts lack.
    initial = (small if len(small) == 1 else letter).title()
    return initial if len(initial) == 1 else letter


def _has_case(letter: str) -> bool:
    return letter.lower() != letter.title()


def tone(member_id: str) -> int:
    """Returns the number of a member's colour tone, 0 to 5; always the same for the same member."""
    return zlib.crc32(member_id.encode()) % TONES


def card_uid(company_url: str, member_id: str) -> str:
    """Returns the identifier by which an address book recognises a member's card: a URN (RFC 4122, version 5).

    It depends on the company's address and the member's id alone, so it stays when name, slug or telephone change.
    """
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{company_url}/#member={quote(member_id, safe='')}").urn


def vcard(member: Member | MemberView, company: Company, company_url: str, status: str, home: str) -> str:
    """Returns a member's contact card as vCard 3.0 (RFC 2426), which every phone can read.

    ``status``: the member's title, such as "independent distributor". ``company_url``: the company's own address;
    ``home``: the absolute address of the member's site.
    """
    parts = for_card(member.name, member.first_name)
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{card_uid(company_url, member.id)}",
        f"FN:{_text(member.name)}",
        f"N:{_text(parts.family)};{_text(parts.given)};;{_text(parts.prefix)};{_text(parts.suffix)}",
        f"ORG:{_text(company.name)}",
        f"TITLE:{_text(status)}",
    ]
    if member.email:
        lines.append(f"EMAIL;TYPE=INTERNET:{_text(member.email)}")
    if member.phone:
        lines.append(f"TEL;TYPE=VOICE:{_text(member.phone)}")
    if member.place:
        lines.append(f"ADR;TYPE=WORK:;;;{_text(member.place)};;;")
    lines += [f"URL:{_address(each)}" for each in (home, *(link.url for link in member.links))]
    lines.append("END:VCARD")
    return "".join(map(_folded, lines))


def _address(url: str) -> str:
    """Returns an address as a vCard value: some readers end it at a comma, or take a backslash out."""
    return _one_line(url).replace(",", "%2C").replace("\\", "%5C")


def _one_line(text: str) -> str:
    return text if text.isprintable() else "".join(each for each in text if each.isprintable())


def _text(value: str) -> str:
    """Returns a text as a vCard value: backslash, comma, semicolon and line break are written with a backslash."""
    lines = value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").splitlines()
    return "\\n".join(map(_one_line, lines))


def _folded(line: str) -> str:
    """Returns a vCard line with its line end, folded after at most 75 octets and never within a character."""
    if len(line) <= _FOLD and line.isascii():
        return f"{line}\r\n"
    parts, part, room = [], "", _FOLD
    for each in line:
        size = len(each.encode())
        if size > room:
            parts.append(part)
            part, room = "", _FOLD - 1  # the space that begins a continued line counts
        part += each
        room -= size
    return "\r\n ".join([*parts, part]) + "\r\n"


def person_json_ld(site: SiteView, member: MemberView, home: str) -> Markup:
    """Returns schema.org data about the member, as JSON that is safe within a script element.

    ``home``: the absolute address of the member's site.
    """
    person: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": member.name,
        "givenName": member.first_name,
        "url": home,
        "jobTitle": site.texts.status,
        # A distributor is independent: affiliated with the company, not employed by it.
        "affiliation": {"@type": "Organization", "name": site.company.name, "url": f"{site.url}/"},
    }
    if member.photo:
        person["image"] = urljoin(home, member.photo.src)
    if member.place:
        person["homeLocation"] = {"@type": "Place", "name": member.place}
    if member.links:
        person["sameAs"] = [link.url for link in member.links]
    # A search that finds nothing, as nearly always: str.translate takes twenty times as long for names not in ASCII.
    return Markup(_NOT_IN_SCRIPT.sub(lambda each: f"\\u{ord(each[0]):04x}", _JSON.encode(person)))
