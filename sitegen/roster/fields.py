"""Declares the columns of a roster as one typed row, and reads rows by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from sitegen.errors import did_you_mean
from sitegen.model import Status
from sitegen.roster import links, phones, values
from sitegen.roster.faults import FaultLog, quoted


class RosterRow(NamedTuple):
    """One row of a roster, as ``RowFields`` reads it."""

    id: str
    """Never changes; tokens and leads hold it."""
    name: str
    """As it should be read on the page: a person, a couple, a team."""
    email: str | None = None
    """Where the member gets word of new leads. Without it they have a site and no office; their leads are followed up
    by the nearest sponsor above who can be reached, or by the company."""
    slug: str | None = None
    """The member's part of the address; derived from the name when absent."""
    first_name: str | None = None
    """What a friendly page calls them; derived from the name when absent."""
    market: str | None = None
    """The country they work in."""
    phone: str | None = None
    """With its country code, or as written in the market."""
    photo: str | None = None
    """A file in the photos folder."""
    place: str | None = None
    """Where they are, in their own words."""
    tagline: str | None = None
    """One line of their own."""
    story: str | None = None
    """Their story, in Markdown: CommonMark with line breaks kept, `~~old~~` and bare addresses as links; at most 5,000
    characters, and 8 lists and quotations within each other."""
    links: str | None = None
    """Their own addresses elsewhere, https only."""
    sponsor: str | None = None
    """The id of the member who recruited them; empty at the top of a tree."""
    locale: str | None = None
    """Their language, one of the site's; the site's first when absent."""
    status: Status = Status.ACTIVE
    """``active`` or ``inactive``."""
    joined: date | None = None
    """The day they became a member."""
    timezone: str | None = None
    """The time zone of their days, such as ``Europe/Dublin``; found by market and phone when absent."""


COLUMNS = RosterRow._fields
REQUIRED = tuple(name for name in COLUMNS if name not in RosterRow._field_defaults)
DECISIVE = frozenset({*REQUIRED, "status"})
"""The fields without which nobody knows who a row is about or whether their site is public."""

Problem = tuple[str, str | None]
"""What is wrong with a field, as a sentence for a person, and a hint."""


class ReadRow(NamedTuple):
    """What could be read of a row.

    ``row``: the member without the optional fields that could not be read; None if a decisive one could not.
    ``problems``: what is wrong with each field that could not be read.
    """

    row: RosterRow | None
    problems: tuple[Problem, ...] = ()


Check = Callable[[Any, values.Rules], Any]


def _text(check: Callable[[str], str]) -> Check:
    return lambda value, rules: check(values.cell(value))


def _text_by_rules(check: Callable[[str, values.Rules], str]) -> Check:
    return lambda value, rules: check(values.cell(value), rules)


def _photo(value: Any, rules: values.Rules) -> str:
    return values.photo(_photo_line(values.cell(value)), rules)


_photo_line = values.one_line(200)

LINES = {"name": 100, "first_name": 60, "place": 100, "tagline": 160}
"""The fields that are any one line of text, and their most characters."""

CHECKS: dict[str, Check] = {
    "id": _text(values.member_id),
    **{name: _text(values.written_line(longest)) for name, longest in LINES.items()},
    "name": _text(values.name(LINES["name"])),
    "email": _text(values.email),
    "slug": _text_by_rules(values.slug),
    "market": lambda value, rules: values.market(values.cell(value), rules.words),
    "photo": _photo,
    "story": _text(values.story),
    "links": lambda value, rules: links.lines(value),
    "sponsor": _text(values.member_id),
    "locale": _text_by_rules(values.locale),
    "status": lambda value, rules: values.status(value, rules.words),
    "joined": lambda value, rules: values.joined_in_roster(value, rules.mapping.dates),
    "timezone": _text(values.timezone),
}
"""How each field is read, but for the phone, whose reading depends on the market."""


REMEMBERED = ("first_name", "joined", "locale", "market", "place", "status", "tagline", "timezone")
"""The fields in which the same is written again and again."""
MOST_REMEMBERED = 5_000
"""How many texts of a field are remembered with their meaning."""


class RowFields:
    """Reads the fields of rows by a site's rules."""

    def __init__(self, rules: values.Rules) -> None:
        self._rules = rules
        self._known: dict[str, dict[str, Any]] = {name: {} for name in REMEMBERED}

    def read(self, written: Mapping[str, Any]) -> ReadRow:
        """Reads the fields of a row, those that are not empty, by their columns' names."""
        found: dict[str, Any] = {}
        problems: list[Problem] = []
        known = self._known
        for name, value in written.items():
            try:
                if name in known and type(value) is str:
                    texts = known[name]
                    found[name] = texts[value] if value in texts else self._remember(name, value)
                elif name in CHECKS:
                    found[name] = CHECKS[name](value, self._rules)
                elif name != "phone":
                    problems.append(_unknown(name))
            except PydanticCustomError as error:
                problems.append(_refused(name, value, error))
        if "phone" in written:
            try:
                found["phone"] = _phone(written, found.get("market"))
            except PydanticCustomError as error:
                problems.append(_refused("phone", written["phone"], error))
        if not problems and "id" in found and "name" in found:
            return ReadRow(RosterRow(**found))
        missing = tuple((f"{name} is missing", None) for name in REQUIRED if name not in written)
        readable = all(name in found for name in DECISIVE if name in written or name in REQUIRED)
        return ReadRow(RosterRow(**found) if readable else None, (*missing, *problems))

    def _remember(self, name: str, value: str) -> Any:
        found = CHECKS[name](value, self._rules)
        if len(self._known[name]) < MOST_REMEMBERED:
            self._known[name][value] = found
        return found


def _phone(written: Mapping[str, Any], market: str | None) -> str:
    value = values.cell(written["phone"])
    if market is None and "market" in written and not value.startswith("+"):
        raise values.refuse("cannot be read without the market", "mend the market, or write it like +34 600 111 222")
    return phones.read(value, market)


def _refused(name: str, value: Any, error: PydanticCustomError) -> Problem:
    context = error.context or {}
    return f"{name} {quoted(value)}: {context['why']}", context["hint"]


def _unknown(name: str) -> Problem:
    return f"unknown field {quoted(name)}", did_you_mean(name, COLUMNS)


def note_faults(log: FaultLog, line: int | None, error: ValidationError, columns: Sequence[str]) -> None:
    """Adds pydantic's errors about one row to the log, each as a sentence for a person."""
    for each in error.errors(include_url=False):
        message, hint = _sentence(each, columns)
        log.add(message, line=line, hint=hint)


def _sentence(error: ErrorDetails, columns: Sequence[str]) -> Problem:
    name = str(error["loc"][0])
    found: Any = error["input"]
    match error["type"]:
        case "roster":
            context = error["ctx"]
            return f"{name} {quoted(found)}: {context['why']}", context["hint"]
        case "missing":
            return f"{name} is missing", None
        case "extra_forbidden":
            return f"unknown field {quoted(name)}", did_you_mean(name, columns)
        case other:
            return f"{name} {quoted(found)}: {error['msg']} ({other})", None
