"""Finds Jinja and placeholders in texts where nobody reads them, so that no brace is published by mistake.

Texts of the front matter and of ``site.toml`` are the same for all members and stand in many places (titles, cards,
previews, mails), so they are plain text; Jinja is read in Markdown and in templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sitegen.errors import Fault
from sitegen.site import plain_texts

JINJA = re.compile(r"\{\{|\{%|\{#")
"""The beginning of Jinja: an expression, a statement or a comment."""

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_FIELD = re.compile(r"\s*[\"']?([^:\"']+?)[\"']?\s*:")
_CONSENT = {"consent": {"{member}", "{company}"}, "consent_company": {"{company}"}}


def in_front_matter(matter: str, file: Path) -> Iterator[Fault]:
    """Yields a fault for each line of front matter, which begins on the first line of ``file``, that holds Jinja."""
    for number, line in enumerate(matter.split("\n"), 1):
        if (found := JINJA.search(line)) and not line.lstrip().startswith("#"):
            field = _FIELD.match(line[: found.start()])
            name = f"{field[1]}: " if field else ""
            hint = "this text is the same on every member's page; write what differs below the front matter"
            message = f'{name}Jinja is not read in front matter, found "{found[0]}"'
            yield Fault(message, where=file, line=number, hint=hint)


def in_settings(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yields the key's path, a message and a hint for each text of ``site.toml`` that holds Jinja, or a placeholder
    which nobody fills in.

    ``value``: the tables as TOML has them.
    """
    if isinstance(value, dict):
        for key, each in value.items():
            yield from in_settings(each, (*path, str(key)))
    elif isinstance(value, list):
        for each in value:
            yield from in_settings(each, path)
    elif isinstance(value, str):
        yield from _in_text(value, path)


def _in_text(text: str, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if found := JINJA.search(text):
        yield path, f'Jinja is not read here, found "{found[0]}"', "write the text itself"
    elif path[:1] in {("texts",), ("company",)} and (sign := plain_texts.sign_in(text)):
        yield path, f'{sign[1]} is not read here, found "{sign[0]}"', sign[2]
    elif path[:1] == ("texts",):
        filled = _CONSENT.get(path[-1], set())
        for placeholder in sorted(set(_PLACEHOLDER.findall(text)) - filled):
            known = f"filled in here: {' and '.join(sorted(filled))}" if filled else "write the text itself"
            yield path, f'nothing is filled in for "{placeholder}" here', known
