"""Checks the single values of a roster row, and words the sentence about a wrong one.

Each function takes the value as it is written and returns it in the form that the program keeps, or raises the
error that ``refuse`` makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError

from sitegen import time_zones
from sitegen.errors import did_you_mean
from sitegen.model import Link, RosterMapping, Status
from sitegen.roster import characters, mapping, phone_words, renumbering, story_lists, written_wrong
from sitegen.roster.mapping import OURS, PLAIN, Vocabulary, fold
from sitegen.roster.slugs import EXPECTED, is_slug, slugify
from sitegen.token import MEMBER_ID

MOST_LINKS = 8
LONGEST_LABEL = 40
LONGEST_URL = 500
MOST_REMEMBERED = 5_000
"""How many texts of a column are remembered with their meaning."""
LONGEST_STORY = 5_000
MOST_LEVELS = 8
"""How many lists and quotations of a story may lie within each other."""

_NOT_IN_URL = re.compile(r"""[\s<>"'`\\^{|}]""")
_URL = r"https://(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[\w.~/%@?=&+-]*+)?"
_PLAIN_URL = re.compile(_URL, re.ASCII)
_SEEN = "[ -:<>-~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e]"
"""The characters of most labels: Latin letters, digits, and signs but those between links; all can be seen."""
_PLAIN_LINK = rf"(?! ){_SEEN}{{1,{LONGEST_LABEL}}}+(?<! )={_URL}"
_PLAIN_LINKS = re.compile(rf"{_PLAIN_LINK}(?:; ?{_PLAIN_LINK}){{0,7}};?\Z", re.ASCII)
"""Links as they are usually written: nothing in their labels or addresses could be taken for what is between them."""
_LOCAL_PART = re.compile(r"(?=.{1,64}\Z)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*\Z", re.IGNORECASE | re.ASCII)
_COMPACT = re.compile(r"\+[1-9]\d{6,14}\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Rules:
    """The site's settings that a roster is checked by: its languages, reserved slugs and folder of photos, and how a
    roster that another program exports is read.

    ``photos`` is None if photos are not to be looked for.
    """

    locales: frozenset[str]
    reserved: frozenset[str]
    photos: Path | None
    mapping: RosterMapping = PLAIN

    @cached_property
    def words(self) -> Vocabulary:
        """What the words of the roster mean."""
        return Vocabulary.of(self.mapping)

    @cached_property
    def read_before(self) -> Mapping[str, dict[str, Any]]:
        """For each column in which the same is written again and again: what the texts that were read mean."""
        return {
            name: {} for name in ("first_name", "joined", "locale", "market", "place", "status", "tagline", "timezone")
        }


def refuse(why: str, hint: str | None = None) -> PydanticCustomError:
    """Returns the error to raise for a wrong value; pydantic passes on its sentence and hint."""
    return PydanticCustomError("roster", "{why}", {"why": why, "hint": hint})


def cell(value: Any) -> str:
    """Returns the text of a cell without blanks around it. Refuses what is no text, as JSON may hold."""
    if not isinstance(value, str):
        raise refuse("expected text")
    if not value.isascii() and _HALF.search(value):
        raise refuse("holds half a character (a lone surrogate)", "remove it")
    return value.strip()


def one_line(longest: int) -> Callable[[str], str]:
    """Returns a function that checks one line of text with at most ``longest`` characters."""

    def check(value: str) -> str:
        if len(value) <= longest and characters.is_plain(value):  # nearly all
            return value
        written, value = value, characters.tidied(value)
        if written and not value.strip():
            raise refuse("holds nothing that can be seen")
        if len(value) > longest:
            raise refuse(f"longer than {longest} characters ({len(value)})")
        if found := characters.unseen(value):
            raise _unwanted(found)
        return value

    return check


def written_line(longest: int) -> Callable[[str], str]:
    """Returns a function that checks one line that somebody wrote, rather than a program for want of something."""
    return _with(written_wrong.in_line, one_line(longest))


def name(longest: int) -> Callable[[str], str]:
    """Returns a function that checks a name, which a site shows to everybody."""
    return _with(written_wrong.in_name, one_line(longest))


def _with(wrong: Callable[[str], written_wrong.Why | None], line: Callable[[str], str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        value = line(value)
        if why := wrong(value):
            raise refuse(*why)
        return value

    return check


_label, _url = lru_cache(maxsize=4096)(one_line(LONGEST_LABEL)), one_line(LONGEST_URL)


def story(value: str) -> str:
    """Checks a member's story: at most ``LONGEST_STORY`` characters, and lists and quotations of ``MOST_LEVELS``.

    Both bound the time that a page with the story takes.
    """
    value = _story_text(value)
    if (found := story_lists.depth(value)) > MOST_LEVELS:
        raise refuse(f"lists and quotations within each other {found} deep", f"at most {MOST_LEVELS}")
    return value


def text(longest: int) -> Callable[[str], str]:
    """Returns a function that checks text of at most ``longest`` characters, and makes all line ends ``\\n``."""

    def check(value: str) -> str:
        if len(value) <= longest and characters.is_plain(value.replace("\n", " ")):
            return value
        value = characters.tidied(value.replace("\r\n", "\n").replace("\r", "\n"))
        if len(value) > longest:
            raise refuse(f"longer than {longest:,} characters ({len(value):,})")
        if found := characters.unseen(value, allowed="\n\t"):
            raise _unwanted(found)
        return value

    return check


_story_text = text(LONGEST_STORY)


def _unwanted(character: str) -> PydanticCustomError:
    return refuse(f"holds the character U+{ord(character):04X} that cannot be shown", "remove it")


def member_id(value: str) -> str:
    """Checks a member's id, which tokens and leads keep for ever."""
    if not MEMBER_ID.match(value):
        raise refuse("expected 1 to 64 letters, digits, hyphens and underscores, a letter or digit first")
    return value


def slug(value: str, rules: Rules) -> str:
    """Checks a slug that the roster gives, and returns it in lower case, as in host names."""
    lower = value.lower() if value.isascii() else value
    if not is_slug(lower):
        near = slugify(value)
        raise refuse(EXPECTED, f'"{near}" would do' if near and near not in rules.reserved else None)
    if lower in rules.reserved:
        raise refuse("this word is reserved", "choose another address for this member")
    return lower


def email(value: str) -> str:
    """Checks the syntax of an e-mail address, without the network, and returns it with the domain in lower case."""
    local, _, domain = value.rpartition("@")
    # email-validator takes 25 µs; almost every address is a plain one at a domain that was seen before.
    if _LOCAL_PART.match(local) and len(value) <= 254 and (plain := _domain(domain)):
        return f"{local}@{plain}"
    return _email(value)


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str | None:
    try:
        return _email(f"a@{domain}")[2:]
    except PydanticCustomError:
        return None


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise refuse("not an e-mail address", "expected something like ana@example.com") from error


def phone(value: str, market: str | None) -> str:
    """Reads a phone number as people in the country ``market`` write theirs, and returns it in E.164.

    A number that its country has renumbered since becomes the one that reaches the same people today.
    """
    if _COMPACT.match(value) and _is_plain(value):
        return value
    try:
        number = phone_words.parse(value, market)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and value[:1] != "+":
            hint = "write it like +34 600 111 222, or fill in the market"
            raise refuse("a phone number without a country code", hint) from error
        raise refuse("not a phone number", "expected something like +34 600 111 222") from error
    if number.extension:
        raise refuse("a phone number with an extension", "give a number that can be dialled as it is")
    number = renumbering.renumbered(number)
    if not phonenumbers.is_possible_number(number):
        raise refuse("too short or too long for a phone number of its country")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_plain(value: str) -> bool:
    """Returns whether the library phonenumbers would leave a number in E.164 unchanged, in a tenth of its 20 µs.

    That is so if the number is as long as its country's numbers are, has no national prefix to remove, and no form that
    was given up.
    """
    code, end = _calling_code(value[1:4])
    if not code or renumbering.is_old(code, value[end:]):
        return False
    lengths, prefix = _numbering(code)
    return len(value) - end in lengths and (prefix is None or not prefix.match(value, end))


@lru_cache(maxsize=1000)
def _calling_code(digits: str) -> tuple[int, int]:
    """Returns the country's code with which a number in E.164 begins, and the place where it ends; 0 if none does.

    ``digits``: the first three after the plus.
    """
    for length in (1, 2, 3):
        code = int(digits[:length])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return code, 1 + length
    return 0, 0


@lru_cache(maxsize=256)
def _numbering(code: int) -> tuple[frozenset[int], re.Pattern[str] | None]:
    region = phonenumbers.region_code_for_country_code(code)
    known = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if known is None or known.general_desc is None:
        return frozenset(), None
    prefix = known.national_prefix_for_parsing
    return frozenset(known.general_desc.possible_length), re.compile(prefix) if prefix else None


def market(value: str, words: Vocabulary = OURS) -> str:
    """Checks a country's two letters (ISO 3166-1), or the roster's word for it, and returns the letters in capitals."""
    upper = words.countries.get(fold(value)) if words.countries else None
    upper = upper or value.upper()
    if upper not in phonenumbers.SUPPORTED_REGIONS:
        hint = 'the United Kingdom is "GB"' if upper == "UK" else _MEANING.format("countries")
        raise refuse("expected a country's two letters (ISO 3166-1), such as ES or US", hint)
    return upper


_MEANING = "say what it means under [site.roster.{}] in site.toml"


def _meaning(value: str, known: Iterable[str], table: str) -> str:
    near = did_you_mean(value, known) or ""
    return near if near.startswith("did you mean") else "; or ".join(filter(None, (near, _MEANING.format(table))))


@lru_cache(maxsize=1024)
def timezone(value: str) -> str:
    """Checks the name of a time zone, and returns it in the spelling of the tz database."""
    found = time_zones.find(value)
    if found is None:
        raise refuse("not a time zone", time_zones.hint(value))
    return found


def locale(value: str, rules: Rules) -> str:
    """Checks that a language is one of the site's, or the roster's word for one."""
    known = value if value in rules.locales else rules.words.languages.get(fold(value), value)
    if known not in rules.locales:
        raise refuse("not a locale of this site", _meaning(value, rules.locales, "languages"))
    return known


def status(value: object, words: Vocabulary = OURS) -> Status:
    """Reads a member's status: ``active``, ``inactive``, or a word of the roster for one of them."""
    if not isinstance(value, str):
        raise refuse("expected active or inactive")
    known = words.status.get(fold(value)) if words.status else None
    if known is not None:
        return known
    try:
        return Status(value.strip().lower())
    except ValueError as error:
        raise refuse("expected active or inactive", _meaning(value, Status, "status")) from error


def joined(value: object, order: str | None = None) -> date:
    """Reads a date in the form ``2024-12-31``, the one that is not ambiguous, or with its parts in the ``order`` that
    the roster's are known to have."""
    if not isinstance(value, str):
        raise refuse(_EXPECTED_DATE)
    return _day(value.strip(), order)


def joined_in_roster(value: object, order: str | None) -> date:
    """Reads a date of a roster as ``joined`` does, and tells what to do about one whose order is not known."""
    try:
        return joined(value, order)
    except PydanticCustomError as error:
        text = value.strip() if isinstance(value, str) else ""
        if order is None and not _DATE.match(text) and any(mapping.day(text, each) for each in mapping.EXAMPLES):
            hint = "say in which order its parts come: dates under [site.roster] in site.toml"
            raise refuse(_EXPECTED_DATE, hint) from error
        raise


_EXPECTED_DATE = "expected a date such as 2024-12-31"


@lru_cache(maxsize=16_384)
def _day(value: str, order: str | None) -> date:
    if order is not None and not _DATE.match(value):
        if (found := mapping.day(value, order)) is not None:
            return found
        raise refuse(f"expected a date such as {mapping.EXAMPLES[order]}, as site.toml says")
    if not _DATE.match(value):
        raise refuse(_EXPECTED_DATE)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise refuse("there is no such day") from error


def photo(value: str, rules: Rules) -> str:
    """Checks the path of a photo: a file in the photos folder."""
    parts = value.split("/")
    if "\\" in value or any(part in {"", ".", ".."} for part in parts):
        raise refuse("a photo must lie in the photos folder", "name it relative to that folder, such as ana.jpg")
    if rules.photos is not None and not (rules.photos / value).is_file():
        raise refuse("there is no such photo", "put the file into the photos folder, or leave the column empty")
    return value


def link_lines(value: Any) -> str | None:
    """Reads links as ``links`` does, and returns them as one text: labels and addresses in turn, each on its own line.

    Returns None if there are none.
    """
    # As nearly all are written; to take every link apart would take as long as reading the rest of the row.
    if isinstance(value, str) and _PLAIN_LINKS.match(value):
        lines = value.rstrip(";").replace("; ", ";").replace(";", "\n").replace("=https://", "\nhttps://")
        if len(lines) <= LONGEST_URL or max(map(len, lines.split("\n"))) <= LONGEST_URL:
            return lines
    return "\n".join(f"{link.label}\n{link.url}" for link in links(value)) or None


def links(value: Any) -> tuple[Link, ...]:
    """Reads links as CSV has them (``Label=https://…; Label=https://…``) or as JSON does (a list of objects)."""
    if isinstance(value, str):
        pairs = [_pair(each) for each in value.split(";") if each.strip()]
    elif isinstance(value, list):
        pairs = [_pair_of_object(each) for each in value]
    else:
        raise refuse("expected a list of links")
    if len(pairs) > MOST_LINKS:
        raise refuse(f"more than {MOST_LINKS} links ({len(pairs)})")
    return tuple(_link(label.strip(), url.strip()) for label, url in pairs)


def _pair(text: str) -> tuple[str, str]:
    label, equals, url = text.partition("=")
    if not equals:
        hint = "in an address, write a semicolon as %3B"
        raise refuse("expected Label=https://… with a semicolon between links", hint if "/" in text else None)
    return label, url


def _pair_of_object(each: Any) -> tuple[str, str]:
    if not isinstance(each, dict) or each.keys() != {"label", "url"}:
        raise refuse('expected objects with "label" and "url"')
    label, url = each["label"], each["url"]
    if not isinstance(label, str) or not isinstance(url, str):
        raise refuse('expected objects with "label" and "url" as text')
    return label, url


def _link(label: str, url: str) -> Link:
    if not label:
        raise refuse("a link without a label", "write what a visitor reads, such as Instagram=https://…")
    _label(label)
    if len(url) <= LONGEST_URL and _PLAIN_URL.fullmatch(url):  # nearly all; the way below takes ten times as long
        return Link(label, url)
    _url(url)
    if not url.startswith("https://"):
        raise refuse("a link must begin with https://")
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and "." in parts.netloc and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        good = False
    if not good or _NOT_IN_URL.search(url):
        raise refuse("a link that is not an address", "expected something like https://example.com/ana")
    return Link(label, url)
