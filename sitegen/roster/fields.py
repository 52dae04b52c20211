"""Declares the columns of a roster as one typed row, and checks rows by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from sitegen.errors import did_you_mean
from sitegen.model import Link, Status
from sitegen.roster import values
from sitegen.roster.faults import FaultLog, quoted


def _by_rules(check: Callable[[str, values.Rules], str]) -> AfterValidator:
    def validate(value: str, info: ValidationInfo) -> str:
        rules: values.Rules = info.context  # type: ignore[assignment]
        return check(value, rules)

    return AfterValidator(validate)


def _phone(value: str, info: ValidationInfo) -> str:
    if "market" not in info.data and not value.startswith("+"):
        return value  # the market has a fault of its own; this number can't be judged before it is mended
    return values.phone(value, info.data.get("market"))


def _line(longest: int) -> AfterValidator:
    return AfterValidator(values.one_line(longest))


class RosterRow(BaseModel):
    """One row of a roster, checked by pydantic. ``market`` must come before ``phone``, which is read by its rules."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Annotated[str, AfterValidator(values.member_id)]
    """Never changes; tokens and leads hold it."""
    name: Annotated[str, _line(100)]
    """As it should be read on the page: a person, a couple, a team."""
    email: Annotated[str, AfterValidator(values.email)]
    """Where the member gets word of new leads."""
    slug: Annotated[str, _by_rules(values.slug)] | None = None
    """The member's part of the address; derived from the name when absent."""
    first_name: Annotated[str, _line(60)] | None = None
    """What a friendly page calls them; derived from the name when absent."""
    market: Annotated[str, AfterValidator(values.market)] | None = None
    """The country they work in."""
    phone: Annotated[str, AfterValidator(_phone)] | None = None
    """With its country code, or as written in the market."""
    photo: Annotated[str, _line(200), _by_rules(values.photo)] | None = None
    """A file in the photos folder."""
    place: Annotated[str, _line(100)] | None = None
    """Where they are, in their own words."""
    tagline: Annotated[str, _line(160)] | None = None
    """One line of their own."""
    story: Annotated[str, AfterValidator(values.text(5_000))] | None = None
    """Their story, in Markdown."""
    links: Annotated[tuple[Link, ...], PlainValidator(values.links)] = ()
    """Their own addresses elsewhere, https only."""
    sponsor: Annotated[str, AfterValidator(values.member_id)] | None = None
    """The id of the member who recruited them; empty at the top of a tree."""
    locale: Annotated[str, _by_rules(values.locale)] | None = None
    """Their language, one of the site's; the site's first when absent."""
    status: Annotated[Status, PlainValidator(values.status)] = Status.ACTIVE
    """``active`` or ``inactive``."""
    joined: Annotated[date, PlainValidator(values.joined)] | None = None
    """The day they became a member."""
    timezone: Annotated[str, AfterValidator(values.timezone)] | None = None
    """The time zone of their days, such as ``Europe/Dublin``; found by market and phone when absent."""


COLUMNS = tuple(RosterRow.model_fields)
REQUIRED = tuple(name for name, field in RosterRow.model_fields.items() if field.is_required())


def note_faults(log: FaultLog, line: int | None, error: ValidationError, columns: Sequence[str] = COLUMNS) -> None:
    """Adds pydantic's errors about one row to the log, each as a sentence for a person."""
    for each in error.errors(include_url=False):
        message, hint = _sentence(each, columns)
        log.add(message, line=line, hint=hint)


def _sentence(error: ErrorDetails, columns: Sequence[str]) -> tuple[str, str | None]:
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
        case "string_type":
            return f"{name} {quoted(found)}: expected text", None
        case "string_unicode":
            return f"{name}: holds half a character (a lone surrogate)", "remove it"
        case other:
            return f"{name} {quoted(found)}: {error['msg']} ({other})", None
