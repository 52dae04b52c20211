"""Reads a page's front matter: the fields between the ``---`` lines at the top of its Markdown file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from frontmatter.default_handlers import YAMLHandler
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from sitegen.errors import ContentError, Fault, did_you_mean
from sitegen.site import braces, plain_texts, yaml_syntax, yaml_text
from sitegen.site.prices import amount_and_currency
from sitegen.site.yaml_text import TypedFields

ADDRESS = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*\Z")
"""What a page's key and its address in a language may be."""

# YAML has two marks for the end of a text, and some editors write the second.
_BOUNDARY = re.compile(r"^(?:-{3,}|\.{3})[ \t]*$", re.MULTILINE)
_BEGINNING = re.compile(r"-{3,}[ \t]*$", re.MULTILINE)
_PLAIN = ("title", "description", "nav", "kicker", "summary", "picture_alt")
_SHOWN = 60  # characters of a value that a fault repeats


def _address_part(value: str) -> str:
    if not ADDRESS.match(value):
        raise ValueError("expected small letters, digits and hyphens")
    return value


def _on_one_line(value: str) -> str:
    if "\n" in value:
        raise ValueError("expected one line")
    return value


Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_on_one_line)]


class FrontMatter(BaseModel):
    """The front matter of a page. Every value is the text that was typed; pydantic makes the numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    title: Line
    """The page's title; every page has one."""
    description: Line | None = None
    """For search engines and previews; the summary where absent, else the title."""
    template: Annotated[str, AfterValidator(_address_part)] = "page"
    """The theme's template, without ``.html``."""
    nav: Line | None = None
    """Its label in the navigation; absent: not there."""
    order: int = 100
    """Pages are listed from the smallest to the largest."""
    slug: Annotated[str, AfterValidator(_address_part)] | None = None
    """Its address in this language; the key where absent."""
    kicker: Line | None = None
    """A short line over the title."""
    summary: Annotated[str, Field(max_length=600)] | None = None
    """One or two sentences for cards and lists."""
    picture: Line | None = None
    """A file in ``pictures/``."""
    picture_alt: Annotated[str, Field(max_length=300)] = ""
    """What the picture shows; empty where it only decorates."""
    price: str | None = None
    """Of a product: ``12.50 EUR``."""
    facts: dict[str, str] = {}
    """Label and value pairs of a product."""

    @field_validator("order", mode="before")
    @classmethod
    def _whole_number(cls, value: Any) -> Any:
        # Pydantic would take 1_000 and 20.0, too.
        if isinstance(value, str) and not re.fullmatch(r"[+-]?[0-9]{1,9}", value.strip()):
            raise ValueError("expected a whole number, such as 20")
        return value

    @field_validator("price")
    @classmethod
    def _price_can_be_read(cls, value: str | None) -> str | None:
        if value is not None:
            amount_and_currency(value)
        return value


@dataclass(frozen=True, slots=True)
class SplitPage:
    """A page's file in its parts. ``first_line``: the line of the file on which the Markdown begins."""

    front: FrontMatter
    line_of: Mapping[str, int]
    markdown: str
    first_line: int


def split(text: str, file: Path) -> SplitPage:
    """Reads the front matter at the beginning of a page's text, and returns it with the Markdown that follows.

    Raises ContentError with every fault of the front matter.
    """
    if not _BEGINNING.match(text):
        raise ContentError(Fault("no front matter", where=file, line=1, hint="begin with ---, title: …, ---"))
    handler = YAMLHandler(fm_boundary=_BOUNDARY)
    if len(_BOUNDARY.split(text, 2)) < 3:
        hint = "write a line --- after the last field"
        raise ContentError(Fault("the front matter has no end", where=file, line=1, hint=hint))
    matter, markdown = handler.split(text)
    if faults := list(braces.in_front_matter(matter, file)):
        raise ContentError(*faults)
    # The matter begins with the end of the first "---" line, and so its first line is the file's.
    fields = yaml_text.read(matter, file)
    front = _front_matter(file, fields)
    first_line = text.count("\n", 0, len(text) - len(markdown)) + 1
    return SplitPage(front, yaml_text.lines_of_fields(fields), markdown, first_line)


def _front_matter(file: Path, fields: TypedFields) -> FrontMatter:
    # A field without a value is as if it were not there.
    given = {name: value for name, value in fields.values.items() if value is not None}
    if isinstance(facts := given.get("facts"), dict):
        given["facts"] = {label: value for label, value in facts.items() if value is not None}
    faults = [*_without_value(file, fields), *_not_plain(file, fields)]
    try:
        front = FrontMatter.model_validate(given)
    except ValidationError as error:
        faults += [_fault(file, fields, each) for each in error.errors()]
    if faults:
        raise ContentError(*faults)
    return front


def _without_value(file: Path, fields: TypedFields) -> Iterator[Fault]:
    for path in sorted(fields.nothings):
        if len(path) == 1 and path[0] in FrontMatter.model_fields:
            word = fields.values[path[0]]
            hint = "leave the line out, or put the word in quotes if it is to be seen"
            yield Fault(f'{path[0]}: "{word}" is YAML\'s word for nothing', file, fields.line(path), hint)
    facts = fields.values.get("facts")
    for label, value in facts.items() if isinstance(facts, dict) else ():
        if value is None:
            line = fields.line(("facts", label))
            yield Fault(f'facts: "{label}" has no value', file, line, "write one, or leave the line out")
        elif not label.strip():
            yield Fault("facts: a value without a label", file, fields.line(("facts", label)), "write label: value")


def _not_plain(file: Path, fields: TypedFields) -> Iterator[Fault]:
    facts = fields.values.get("facts")
    texts: list[tuple[tuple[str, ...], object]] = [((name,), fields.values.get(name)) for name in _PLAIN]
    for label, value in facts.items() if isinstance(facts, dict) else ():
        texts += [(("facts", label), label), (("facts", label), value)]
    for path, text in texts:
        if isinstance(text, str) and (sign := plain_texts.sign_in(text)):
            message = f'{path[-1]}: {sign[1]} is not read in front matter, found "{sign[0][:_SHOWN]}"'
            yield Fault(message, file, fields.line(path), sign[2])


def _fault(file: Path, fields: TypedFields, error: Any) -> Fault:
    path = tuple(map(str, error["loc"]))
    line = fields.line(path) or 1
    name = f'{path[0]}: "{path[1]}"' if len(path) > 1 else path[0]
    found = error["input"]
    if error["type"] == "extra_forbidden":
        hint = yaml_syntax.UNENDED if " " in path[0] else did_you_mean(path[0], FrontMatter.model_fields)
        return Fault(f'unknown field "{path[0]}"', file, line, hint)
    if error["type"] == "missing":
        return Fault(f'missing field "{path[0]}"', file, line)
    if error["type"] == "dict_type":
        return Fault(f"{name}: expected lines of label: value, indented, found {found!r}", file, line)
    if error["type"] == "string_too_short":
        return Fault(f"{name}: expected a text, found {found!r}", file, line)
    if isinstance(found, list | dict):
        what = "a list" if isinstance(found, list) else "fields of its own"
        return Fault(f"{name}: expected a text, found {what}", file, line, "put the value in quotes")
    shown = repr(found if len(str(found)) <= _SHOWN else f"{str(found)[:_SHOWN]}…")
    return Fault(f"{name}: {error['msg'].removeprefix('Value error, ')}, found {shown}", file, line)
