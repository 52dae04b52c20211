"""Reads the company's pages: Markdown files with typed front matter, under the same names in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from babel.numbers import get_currency_precision, is_currency
from frontmatter.default_handlers import YAMLHandler
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from sitegen.errors import ContentError, Fault, did_you_mean
from sitegen.site.addresses import CAMPAIGNS
from sitegen.site.markup import Body, convert

HOME = "home"
"""The key of the page at the root of every site."""

THANKS = "thanks"
"""The key of the page that a prospect is sent to after signing up."""

NOT_FOUND = "404"
"""The key of the page that a web server shows if there is no page at an address; a site may do without it."""

CAMPAIGN = "campaign"
"""The key of the page that every campaign's landing page is made from; this page has no address of its own."""

CODE = "code"
"""The key of the page for typing a campaign's code, only on the company's own site; a site may do without it."""

UNLISTED = frozenset({THANKS, NOT_FOUND, CODE})
"""Keys of the pages that search engines are asked not to list, since they are of no use to a person who searches."""

_FIXED = {HOME: "", CODE: CAMPAIGNS}
"""Addresses of the pages for which the company cannot choose one, by the page's key."""

MOST_NESTED = 20
"""The most levels of lists and fields within each other that front matter may have."""

_KEY = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*\Z")
Line = Annotated[str, Field(min_length=1, max_length=300)]


def _address_part(value: str) -> str:
    if not _KEY.match(value):
        raise ValueError("expected small letters, digits and hyphens")
    return value


class FrontMatter(BaseModel):
    """The front matter of a page: the fields between the ``---`` lines at the top of its Markdown file."""

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

    @field_validator("facts", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        # YAML reads 2019 and yes as a number and a truth; a fact is what is written.
        return {str(key): str(each) for key, each in value.items()} if isinstance(value, dict) else value

    @field_validator("price")
    @classmethod
    def _price_can_be_read(cls, value: str | None) -> str | None:
        if value is not None:
            amount_and_currency(value)
        return value


@dataclass(frozen=True, slots=True)
class Page:
    """One page in one language, as read from its Markdown file.

    ``key``: the file's path below its language, without ``.md``. ``path``: the page's address, without slashes at its
    ends.
    """

    key: str
    locale: str
    path: str
    file: Path
    front: FrontMatter
    body: Body
    line_of: Mapping[str, int]
    """The line of each front-matter field."""

    @property
    def source_name(self) -> str:
        """The name under which templates include the page's Markdown."""
        return f"content:{self.locale}/{self.key}"

    @property
    def description(self) -> str:
        """The description for search engines; without one, the summary, else the title."""
        return self.front.description or self.front.summary or self.front.title


def load(folder: Path, locales: Iterable[str]) -> dict[str, tuple[Page, ...]]:
    """Reads all pages and returns them by language, in order. Raises ContentError with every fault of every page."""
    faults: list[Fault] = []
    pages: dict[str, tuple[Page, ...]] = {}
    for locale in locales:
        root = folder / "pages" / locale
        if not root.is_dir():
            faults.append(Fault("there is no such folder", where=root, hint="each locale of site.toml needs one"))
            continue
        read = [_read(file, root, locale, faults) for file in sorted(root.rglob("*.md"))]
        found = [page for page in read if page is not None]
        pages[locale] = tuple(sorted(found, key=lambda page: (page.front.order, page.key)))
        faults += _missing_pages(root, found) if len(found) == len(read) else []
        faults += _same_addresses(found)
        faults += _among_campaigns(found)
    faults += _references(folder, pages)
    if faults:
        raise ContentError(*sorted(faults, key=lambda fault: fault.order))
    return pages


def _read(file: Path, root: Path, locale: str, faults: list[Fault]) -> Page | None:
    key = file.relative_to(root).with_suffix("").as_posix()
    if not _KEY.match(key):
        hint = "use small letters, digits and hyphens, e.g. first-frost.md"
        faults.append(Fault(f'"{key}" cannot be part of an address', where=file, hint=hint))
        return None
    try:
        text = file.read_text(encoding="utf-8-sig")
        handler = YAMLHandler()
        if not handler.detect(text):
            raise ContentError(Fault("no front matter", where=file, line=1, hint="begin with ---, title: …, ---"))
        matter, markdown = handler.split(text)
        front, line_of = _front_matter(file, matter)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        faults.append(Fault(f"not UTF-8 at byte {error.start}", where=file, line=line))
        return None
    except ContentError as error:
        faults.extend(error.faults)
        return None
    first_line = text.count("\n", 0, len(text) - len(markdown)) + 1
    body = convert(markdown, first_line=first_line)
    path = _FIXED.get(key, front.slug or key)
    return Page(key, locale, path, file, front, body, line_of)


def _line(mark: Any) -> int | None:
    # The front matter text begins with the rest of the "---" line, so its line 0 is the file's line 1.
    return mark.line + 1 if mark else None


def _refuse_deep(file: Path, matter: str) -> None:
    """Raises ContentError for front matter whose values are nested so deep that reading it would end Python's stack; no
    field has more than a few levels."""
    depth = 0
    for event in yaml.parse(matter, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_NESTED:
            message = f"front matter: values are nested more than {MOST_NESTED} deep"
            raise ContentError(Fault(message, where=file, line=_line(event.start_mark), hint="close the brackets"))


def _front_matter(file: Path, matter: str) -> tuple[FrontMatter, dict[str, int]]:
    try:
        _refuse_deep(file, matter)
        node = yaml.compose(matter, Loader=yaml.SafeLoader)
        values = yaml.safe_load(matter) or {}
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        raise ContentError(Fault(f"front matter: {error.problem}", where=file, line=line)) from error
    except yaml.reader.ReaderError as error:
        line = matter.count("\n", 0, error.position) + 1
        message = f"front matter: the character U+{error.character:04X} is not allowed here"
        raise ContentError(Fault(message, where=file, line=line)) from error
    except ValueError as error:
        # A value that only looks like a date or a number, such as 2026-02-30; YAML does not say where it stands.
        hint = 'put it in quotes, as in "2026-02-30"'
        raise ContentError(Fault(f"front matter: {error}", where=file, line=2, hint=hint)) from error
    if not isinstance(values, dict):
        raise ContentError(Fault("front matter: expected field: value lines", where=file, line=2))
    # The front matter text begins with the rest of the "---" line, so its line 0 is the file's line 1.
    line_of = {str(key.value): key.start_mark.line + 1 for key, _ in node.value} if node else {}
    try:
        return FrontMatter.model_validate(values), line_of
    except ValidationError as error:
        raise ContentError(*(_fault(file, line_of, each) for each in error.errors())) from error


def _fault(file: Path, line_of: Mapping[str, int], error: Any) -> Fault:
    field = str(error["loc"][0])
    line = line_of.get(field, 1)
    if error["type"] == "extra_forbidden":
        hint = did_you_mean(field, FrontMatter.model_fields)
        return Fault(f'unknown field "{field}"', where=file, line=line, hint=hint)
    if error["type"] == "missing":
        return Fault(f'missing field "{field}"', where=file, line=line)
    message = error["msg"].removeprefix("Value error, ")
    return Fault(f"{field}: {message}, found {error['input']!r}", where=file, line=line)


def _missing_pages(root: Path, pages: list[Page]) -> Iterator[Fault]:
    reasons = {HOME: "every site begins there", THANKS: "prospects are sent there after signing up"}
    present = {page.key for page in pages}
    for key, reason in reasons.items():
        if key not in present:
            yield Fault(f"there is no {key}.md", where=root, hint=reason)


def _same_addresses(pages: list[Page]) -> Iterator[Fault]:
    first: dict[str, Page] = {}
    for page in pages:
        other = first.setdefault(page.path, page)
        if other is not page:
            line = page.line_of.get("slug", 1)
            yield Fault(f'the address "{page.path}" is taken by {other.file}', where=page.file, line=line)


def _among_campaigns(pages: list[Page]) -> Iterator[Fault]:
    for page in pages:
        if page.path.partition("/")[0] == CAMPAIGNS and page.key != CODE:
            line = page.line_of.get("slug", 1)
            message = f'the address "{page.path}" is among those of campaigns'
            yield Fault(message, where=page.file, line=line, hint=f'choose one outside "{CAMPAIGNS}/"')


def _references(folder: Path, pages: Mapping[str, tuple[Page, ...]]) -> Iterator[Fault]:
    pictures = folder / "pictures"
    for locale, in_locale in pages.items():
        keys = {page.key for page in in_locale}
        for page in in_locale:
            for reference in page.body.references:
                if reference.kind == "page":
                    # A page with a fault of its own is there all the same.
                    known = _is_file_below(folder / "pages" / locale, f"{reference.target}.md")
                else:
                    known = _is_file_below(pictures, reference.target)
                if not known:
                    hint = did_you_mean(reference.target, keys) if reference.kind == "page" else f"look in {pictures}"
                    where = f" in {locale}" if reference.kind == "page" else ""
                    message = f'there is no {reference.kind} "{reference.target}"{where}'
                    yield Fault(message, where=page.file, line=reference.line, hint=hint)
            if page.front.picture is not None and not _is_file_below(pictures, page.front.picture):
                message = f'there is no picture "{page.front.picture}"'
                yield Fault(message, where=page.file, line=page.line_of["picture"], hint=f"look in {pictures}")


def _is_file_below(folder: Path, name: str) -> bool:
    path = (folder / name).resolve()
    return path.is_relative_to(folder.resolve()) and path.is_file()


def amount_and_currency(value: str) -> tuple[int, str]:
    """Reads a price: ``12.50 EUR`` gives 1250 (the amount in minor units, cents) and ``EUR``, an ISO 4217 code.

    Raises ValueError for any other form.
    """
    found = re.fullmatch(r"(\d+)(?:\.(\d+))?\s+([A-Z]{3})", value.strip())
    if not found or not is_currency(found[3]):
        raise ValueError("expected an amount and a currency, such as 12.50 EUR")
    digits = get_currency_precision(found[3])
    fraction = found[2] or ""
    if len(fraction) > digits:
        raise ValueError(f"{found[3]} has {digits} digits after the point")
    return int(found[1] + fraction.ljust(digits, "0")), found[3]
