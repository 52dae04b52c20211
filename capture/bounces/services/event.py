"""The one form of what the mail services tell, and what their readers share."""

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
    """The request does not prove that the mail service sent it. The message says why, and holds no secret."""


class Unreadable(Exception):
    """The request is the mail service's, and says something that cannot be read."""


class Told(StrEnum):
    """What an event tells."""

    BOUNCE = "bounce"
    """The mail did not arrive."""
    COMPLAINT = "complaint"
    """The person calls it spam, or left by the service's own means: a wish to leave."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one mail. ``message_id``: ours, without brackets; None where the service names none.

    ``judgement``: of a bounce, what it is about; None for a complaint.
    """

    told: Told
    recipient: str | None
    message_id: str | None
    words: str = ""
    code: int | None = None
    enhanced: str | None = None
    judgement: Judgement | None = None


DEAD = Judgement(About.RECIPIENT, Strength.WEAK, "the mail service calls the address dead")
"""The service's own word, where no receiving server's words stand beside it."""
FULL = Judgement(About.NOW, Strength.WEAK, "a full mailbox")
PASSING = Judgement(About.NOW, Strength.WEAK, "for the present")
OURS = Judgement(About.US, Strength.WEAK, "the mail service calls it the sender's")
UNCLEAR = Judgement(About.UNKNOWN, Strength.WEAK, "unclear")

_ID = re.compile(r"(?<![0-9a-fA-F])([0-9a-f]{32})@([A-Za-z0-9][A-Za-z0-9.-]{0,252})")

LONGEST = 400
"""Characters of a server's words that an event keeps."""


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
    """A bounce. ``fields``: the whole event, where our Message-ID is looked for if it is not ``named``.

    ``otherwise``: the service's own judgement, which counts where the receiving server's words tell nothing.
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
    """A wish to leave."""
    return Event(Told.COMPLAINT, text(recipient), message_id(fields, named), words[:LONGEST])


def message_id(fields: object, named: object = None) -> str | None:
    """Our Message-ID: in the field that the service names, else anywhere in the event, also as a custom argument."""
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
    """A text that may be stored; None for anything else."""
    return value if isinstance(value, str) and value and "\x00" not in value else None


def objects(body: bytes) -> list[Fields]:
    """The object of a body, or the several of its list. Raises Unreadable."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    found = read if isinstance(read, list) else [read]
    if not all(isinstance(each, dict) for each in found):
        raise Unreadable("not an object, nor a list of objects")
    return found


def part(fields: Fields, name: str) -> Fields:
    """An object within another; empty where it is missing or something else."""
    inner = fields.get(name)
    return inner if isinstance(inner, dict) else {}


def parts(fields: Fields, name: str) -> list[Fields]:
    """A list of objects within another."""
    inner = fields.get(name)
    return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else []


def words_of(*values: object) -> str:
    """Several fields as one text, without repetitions."""
    return " ".join(dict.fromkeys(value.strip() for value in values if isinstance(value, str) and value.strip()))


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value, whatever its case; empty where it is missing."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def same(given: str, expected: str) -> bool:
    """Compares secrets in constant time. An empty secret equals nothing."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def check_age(moment: datetime, now: datetime, longest: timedelta) -> None:
    """Raises NotVerified for a request that is too old, so that one that was overheard cannot be sent again later."""
    if not -timedelta(minutes=5) <= now - moment <= longest:
        raise NotVerified("the request is too old, or from the future")
