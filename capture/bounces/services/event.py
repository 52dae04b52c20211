"""The events that mail services report, in one common form, and functions that all their readers use."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from capture.mailing.refusals import About, Judgement, Strength, codes, judge

Fields = dict[str, Any]


class NotVerified(Exception):
    """Raised if a request does not prove that the mail service sent it. The error's message says why, and contains no
    secret."""


class Unreadable(Exception):
    """Raised if a request does not have the form that the mail service documents, and cannot be read."""


class Told(StrEnum):
    """The kind of an event that a mail service reports."""

    BOUNCE = "bounce"
    """The mail did not arrive."""
    COMPLAINT = "complaint"
    """The person reported the mail as spam, or unsubscribed at the mail service: a wish to leave."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one mail, as the mail service reports it. ``told``: a bounce or a complaint.

    ``message_id``: the one that we gave the mail, without brackets; None if the service does not name it. ``words``,
    ``code`` and ``enhanced``: what the receiving server answered, its SMTP code and its enhanced status code (RFC
    3463). ``judgement``: what a bounce is about, such as the recipient or the sender; None for a complaint.
    """

    told: Told
    recipient: str | None
    message_id: str | None
    words: str = ""
    code: int | None = None
    enhanced: str | None = None
    judgement: Judgement | None = None


DEAD = Judgement(About.RECIPIENT, Strength.WEAK, "the mail service calls the address dead")
"""The judgement of a bounce if the mail service calls the address dead. Like the judgements below, it is used only if
the receiving server's words say nothing."""
FULL = Judgement(About.NOW, Strength.WEAK, "a full mailbox")
PASSING = Judgement(About.NOW, Strength.WEAK, "for the present")
OURS = Judgement(About.US, Strength.WEAK, "the mail service calls it the sender's")
UNCLEAR = Judgement(About.UNKNOWN, Strength.WEAK, "unclear")

_ID = re.compile(r"(?<![0-9a-fA-F])([0-9a-f]{32})@([A-Za-z0-9][A-Za-z0-9.-]{0,252})")

LONGEST = 400
"""How many characters of a server's words an event keeps."""


def bounce(
    fields: object,
    recipient: object,
    words: str,
    *,
    named: object = None,
    code: object = None,
    enhanced: object = None,
    otherwise: Judgement = UNCLEAR,
) -> Event:
    """Returns the event of a mail that came back. ``fields``: the service's whole event, which is searched for our
    Message-ID if ``named`` is not it.

    ``words``, ``code`` and ``enhanced``: the receiving server's answer, its SMTP code and its enhanced status code.
    ``otherwise``: the mail service's own judgement, used if the receiving server's answer says nothing.
    """
    status = enhanced if isinstance(enhanced, str) and re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", enhanced) else None
    replied = code if isinstance(code, int) and 400 <= code < 600 else None
    told = judge(replied, status, words)
    if told.about is About.UNKNOWN:
        told = otherwise
    in_words = codes(words)
    return Event(
        Told.BOUNCE, text(recipient), message_id(fields, named), words[:LONGEST], replied or in_words[0],
        in_words[1] or status, told,
    )  # fmt: skip


def complaint(fields: object, recipient: object, *, named: object = None, words: str = "") -> Event:
    """Returns the event of a person who wants no more mails. ``fields``: the service's whole event, which is searched
    for our Message-ID if ``named`` is not it."""
    return Event(Told.COMPLAINT, text(recipient), message_id(fields, named), words[:LONGEST])


def message_id(fields: object, named: object = None) -> str | None:
    """Returns our Message-ID, without brackets, from the field ``named``, else from anywhere in the event ``fields``;
    None if there is none."""
    for words in (named, *_strings(fields)):
        found = _ID.search(words) if isinstance(words, str) else None
        if found:
            return f"{found[1]}@{found[2].rstrip('.').lower()}"
    return None


def _strings(fields: object) -> Iterator[str]:
    if isinstance(fields, str):
        yield fields
    elif isinstance(fields, dict):
        for each in fields.values():
            yield from _strings(each)
    elif isinstance(fields, list):
        for each in fields:
            yield from _strings(each)


def text(value: object) -> str | None:
    """Returns the value if it is a text that can be stored (not empty, no NUL character); None otherwise."""
    return value if isinstance(value, str) and value and "\x00" not in value else None


def objects(body: bytes) -> list[Fields]:
    """Returns the JSON objects in a request's body, which is one object or a list. Raises Unreadable for any other
    body."""
    try:
        read = json.loads(body)
        json.dumps(read, ensure_ascii=False).encode()  # raises UnicodeEncodeError for half a character, as in "\\ud800"
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    found = read if isinstance(read, list) else [read]
    if not all(isinstance(each, dict) for each in found):
        raise Unreadable("not an object, nor a list of objects")
    return found


def part(fields: Fields, name: str) -> Fields:
    """Returns the JSON object in a field of another object; an empty object if the field is missing or something
    else."""
    inner = fields.get(name)
    return inner if isinstance(inner, dict) else {}


def parts(fields: Fields, name: str) -> list[Fields]:
    """Returns the JSON objects of a list in a field of another object; an empty list if the field is missing or no
    list."""
    inner = fields.get(name)
    return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else []


def words_of(*values: object) -> str:
    """Joins several fields into one text, without repetitions; values that are no text are left out."""
    return " ".join(dict.fromkeys(value.strip() for value in values if isinstance(value, str) and value.strip()))


def header(headers: Mapping[str, str], name: str) -> str:
    """Returns a header's value, or an empty text if there is none. Upper and lower case in ``name`` are the same."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def same(given: str, expected: str) -> bool:
    """Returns True if two secrets are equal, and False if ``expected`` is empty. Compares in constant time."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def check_age(moment: datetime, now: datetime, longest: timedelta) -> None:
    """Raises NotVerified for a request that is older than ``longest``, or from the future: so nobody who intercepted a
    request can send it again later."""
    if not -timedelta(minutes=5) <= now - moment <= longest:
        raise NotVerified("the request is too old, or from the future")
