"""Writes a proposal as TOML, to be put into ``site.toml``, and as plain values."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from sitegen.roster.characters import shown
from sitegen.roster.suggesting.suggestion import Suggestion, Word

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_WIDTH = 112
_SEPARATORS = {"\t": "tab"}


def to_toml(found: Suggestion) -> str:
    """Returns a proposal as TOML, with what to look at as comments."""
    return "\n".join(_lines(found)) + "\n"


def to_json(found: Suggestion) -> dict[str, Any]:
    """Returns a proposal as values for ``--json``; ``undecided`` are words whose meaning the company must say."""
    return {
        "rows": found.rows,
        "roster": {
            "file": found.path.name,
            "columns": {
                ours: theirs[0] if len(theirs) == 1 else list(theirs) for ours, theirs in found.columns.items()
            },
            "ignore": found.aside,
            **{table: found.meanings(table) for table in found.words},
            "empty": found.empty,
            "dates": found.date_order,
        },
        "undecided": {
            table: {each.text: each.count for each in words if each.meaning is None}
            for table, words in found.words.items()
        },
        "possible_dates": found.dates,
        "notes": found.notes,
    }


def _lines(found: Suggestion) -> Iterator[str]:
    yield f"# Proposed from {found.rows:,} rows of {_text(found.path.name)}. Read it, mend it, put it into site.toml,"
    yield "# and take the line `roster = …` out of [site]."
    for note in map(shown, found.notes):
        yield from textwrap.wrap(note, _WIDTH, initial_indent="# - ", subsequent_indent="#   ")
    yield ""
    yield "[site.roster]"
    yield f"file = {_text(found.path.name)}"
    yield from _dates(found)
    if found.empty:
        yield f"empty = [{', '.join(map(_text, found.empty))}]"
    if found.aside:
        yield "ignore = ["
        yield from (f"  {_text(name)}," for name in found.aside)
        yield "]"
    yield ""
    yield "[site.roster.columns]"
    for ours, theirs in found.columns.items():
        yield f"{ours} = {_text(theirs[0])}" if len(theirs) == 1 else f"{ours} = [{', '.join(map(_text, theirs))}]"
    for table, words in found.words.items():
        yield ""
        yield f"[site.roster.{table}]"
        yield from (_word(each) for each in words)


def _dates(found: Suggestion) -> Iterator[str]:
    if found.date_order:
        yield f'dates = "{found.date_order}"'
    elif found.dates:
        yield from (f'# dates = "{order}"' for order in found.dates)


def _word(each: Word) -> str:
    rows = f"{each.count:,} row{'' if each.count == 1 else 's'}"
    if each.meaning is None:
        return f'# {_key(each.text)} = "…"  # {rows}: say what it means'
    return f"{_key(each.text)} = {_text(each.meaning)}  # {rows}"


def _key(text: str) -> str:
    return text if _BARE.match(text) else _text(text)


def _text(text: str) -> str:
    """Returns a text as a basic string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
