"""Checks the single values of a roster row, and words the sentence about a wrong one.

Each function takes the value as it is written and returns it in the form that the program keeps, or raises the
error that ``refuse`` makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError

from sitegen import time_zones
from sitegen.errors import did_you_mean
from sitegen.model import RosterMapping, Status
from sitegen.roster import characters, mapping, story_lists, written_wrong
from sitegen.roster.mapping import OURS, PLAIN, Vocabulary, fold
from sitegen.roster.slugs import EXPECTED, is_slug, slugify
from sitegen.token import MEMBER_ID

LONGEST_STORY = 5_000
MOST_LEVELS = 8
"""How many lists and quotations of a story may lie within each other."""

_LOCAL_PART = re.compile(r"(?=.{1,64}\Z)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*\Z", re.IGNORECASE | re.ASCII)
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
    checked = _with(written_wrong.in_name, one_line(longest))

    def check(value: str) -> str:
        if len(value) <= longest and written_wrong.is_plain_name(value):  # nearly all
            return value
        return checked(value)

    return check


def _with(wrong: Callable[[str], written_wrong.Why | None], line: Callable[[str], str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        value = line(value)
        if why := wrong(value):
            raise refuse(*why)
        return value

    return check


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
