"""Reads the company's pages: Markdown files with typed front matter, under the same names in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

from sitegen.errors import ContentError, Fault, did_you_mean
from sitegen.site import front_matter
from sitegen.site.addresses import CAMPAIGNS
from sitegen.site.folder_files import file_below, files_below
from sitegen.site.front_matter import ADDRESS, FrontMatter
from sitegen.site.hidden_names import is_hidden
from sitegen.site.input_files import reading, text_of
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

FIXED = {HOME: "", CODE: CAMPAIGNS}
"""Addresses of the pages for which the company cannot choose one, by the page's key."""


_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_LIKE_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdwn", ".mdtext", ".mdx", ".md.txt")


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


def load(folder: Path, locales: Iterable[str], theme_ids: Set[str] = frozenset()) -> dict[str, tuple[Page, ...]]:
    """Reads all pages and returns them by language, in order. Raises ContentError with every fault of every page.

    ``theme_ids``: the ids of elements of the theme, which no heading gets.
    """
    faults: list[Fault] = []
    pages: dict[str, tuple[Page, ...]] = {}
    for locale in locales:
        root = folder / "pages" / locale
        if not root.is_dir():
            faults.append(Fault("there is no such folder", where=root, hint="each locale of site.toml needs one"))
            continue
        read = [
            _read(file, root, locale, theme_ids, faults) for file in _markdown_files(root, folder / "pages", faults)
        ]
        found = [page for page in read if page is not None]
        pages[locale] = tuple(sorted(found, key=lambda page: (page.front.order, page.key)))
        faults += _missing_pages(root, found) if len(found) == len(read) else []
        faults += _same_addresses(found)
        faults += _among_campaigns(found)
    faults += _outside_languages(folder / "pages")
    faults += _references(folder, pages)
    if faults:
        raise ContentError(*sorted(faults, key=lambda fault: fault.order))
    return pages


def _markdown_files(root: Path, pages: Path, faults: list[Fault]) -> list[Path]:
    """Returns the pages' files; other files may lie beside them, but Markdown by another ending would be missed."""
    found: list[Path] = []
    for path in files_below(root, faults, within=pages):
        if path.suffix == ".md":
            found.append(path)
        elif path.name.lower().endswith(_LIKE_MARKDOWN):
            hint = f"call it {path.name[: path.name.index('.')]}.md, or ~{path.name} if it is to be left out"
            faults.append(Fault("not read as a page, since its name does not end in .md", where=path, hint=hint))
    return found


def _read(file: Path, root: Path, locale: str, theme_ids: Set[str], faults: list[Fault]) -> Page | None:
    key = file.relative_to(root).with_suffix("").as_posix()
    if not ADDRESS.match(key):
        hint = "use small letters, digits and hyphens, e.g. first-frost.md"
        faults.append(Fault(f'"{key}" cannot be part of an address', where=file, hint=hint))
        return None
    try:
        parts = front_matter.split(text_of(file), file)
        if unseen := list(_unseen(parts.markdown, parts.first_line)):
            raise ContentError(*unseen)
        with reading(file):
            body = convert(parts.markdown, first_line=parts.first_line, theme_ids=theme_ids)
    except ContentError as error:
        faults.extend(replace(fault, where=file) for fault in error.faults)
        return None
    path = FIXED.get(key, parts.front.slug or key)
    return Page(key, locale, path, file, parts.front, body, parts.line_of)


def _outside_languages(pages: Path) -> Iterator[Fault]:
    """Yields faults for pages beside the languages' folders, which would not be read."""
    for path in sorted(pages.glob("*.md")):
        if not is_hidden(path.name):
            yield Fault("not read as a page, since it is in no language's folder", where=path, hint="move it to one")


def _unseen(text: str, first_line: int) -> Iterator[Fault]:
    for found in _CONTROL.finditer(text):
        message = f"the character U+{ord(found[0]):04X}, which nobody sees, stands here"
        yield Fault(
            message, line=first_line + text.count("\n", 0, found.start()), hint="delete it; it came with copied text"
        )


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
                    known = file_below(folder / "pages" / locale, f"{reference.target}.md")
                else:
                    known = file_below(pictures, reference.target)
                if reference.kind == "page" and reference.target == CAMPAIGN:
                    message = f'the page "{CAMPAIGN}" has no address of its own to link to'
                    made = "every campaign has a landing page made from it"
                    yield Fault(message, where=page.file, line=reference.line, hint=made)
                elif not known:
                    hint = did_you_mean(reference.target, keys) if reference.kind == "page" else f"look in {pictures}"
                    where = f" in {locale}" if reference.kind == "page" else ""
                    message = f'there is no {reference.kind} "{reference.target}"{where}'
                    yield Fault(message, where=page.file, line=reference.line, hint=hint)
            if page.front.picture is not None and not file_below(pictures, page.front.picture):
                message = f'there is no picture "{page.front.picture}"'
                yield Fault(message, where=page.file, line=page.line_of["picture"], hint=f"look in {pictures}")
