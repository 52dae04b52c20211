"""Turns ``page:`` and ``picture:`` addresses into Jinja for the real address, in Markdown and in HTML alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from sitegen.site.dialect.jinja_pieces import MARK, Pieces

_NAMED = re.compile(r"(?P<kind>page|picture):", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_ATTRIBUTE = re.compile(r"""(?P<before>\s(?:href|src|poster)=)(?P<quote>["'])(?P<address>.*?)(?P=quote)""", re.DOTALL)
_WRITTEN = re.compile(
    r"""(?:\](?:\(\s*|:\s*)(?P<angle><)?|<[A-Za-z][^<>]*?\s(?:href|src|poster)=(?P<quote>["']))"""
    r"(?=(?P<address>(?:page|picture):[^\n]*))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A ``page:`` or ``picture:`` address in a Markdown file, with its line number."""

    kind: str
    target: str
    line: int


def references(text: str, first_line: int) -> Iterator[Reference]:
    """Yields the addresses of pages and pictures in Markdown, which begins on the line ``first_line`` of its file."""
    for found in _WRITTEN.finditer(text):
        if found["angle"]:
            address = found["address"].partition(">")[0]
        elif found["quote"]:
            address = found["address"].partition(found["quote"])[0]
        else:
            address = _unquoted(found["address"])
        kind, target, _ = _parts(address)
        yield Reference(kind, target, first_line + text.count("\n", 0, found.start("address")))


def _unquoted(text: str) -> str:
    """Returns an address up to its closing bracket or its title; like Python-Markdown, with spaces and pairs of
    brackets in it: ``picture:Grün (1).jpg``."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            text = text[:at]
            break
    return re.split(r"""\s+["']""", text.rstrip())[0]


def resolved(address: str, pieces: Pieces) -> str | None:
    """Returns what to publish in the place of an address: a mark of Jinja that finds the page or the picture, and the
    fragment; None for an address of another kind."""
    if not _NAMED.match(address):
        return None
    kind, target, fragment = _parts(address)
    name = target.replace("\\", "\\\\").replace('"', '\\"')
    if kind == "page":
        source = f'{{{{ base }}}}{{{{ pages["{name}"].path }}}}{{{{ link_query }}}}'
    else:
        source = f'{{{{ asset("pictures/{name}") }}}}'
    return pieces.keep(source) + fragment


def resolved_in_html(html: str, pieces: Pieces) -> str:
    """Returns a converted page whose tags, those that authors wrote as well, have real addresses."""

    def attribute(found: re.Match[str]) -> str:
        address = resolved(found["address"], pieces)
        return found[0] if address is None else f"{found['before']}{found['quote']}{address}{found['quote']}"

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(attribute, tag[0]), html)


def _parts(address: str) -> tuple[str, str, str]:
    kind, _, rest = address.partition(":")
    target, sign, fragment = rest.partition("#")
    # Names of files are written as they are, or as browsers show them: with %20 for a space.
    return kind.lower(), target if MARK.search(target) else unquote(target), sign + fragment
