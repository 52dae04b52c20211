"""Keeps a roster's index current: it is used again until the file, the address book or the rules change."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from sitegen.roster import address_book, reading, renewing, table
from sitegen.roster.addressing import Addressing
from sitegen.roster.loading import Loader, missing_photos
from sitegen.roster.portions import RosterFile
from sitegen.roster.removal import Guard
from sitegen.roster.values import Rules


def bring_up_to_date(
    index: Path,
    rows: RosterFile,
    how: Addressing,
    *,
    photos: Path | None,
    strict: bool,
    in_place: bool = False,
    is_lasting: bool = True,
    guard: Guard | None = None,
) -> None:
    """Makes the index of a roster's file, unless ``index`` is current. The other parameters are the Loader's.

    ``in_place``: nobody else has the index open, so that single rows may be changed in it.

    Raises RosterError or OutputError as the Loader does; an index that was there is then untouched.
    """
    wanted = {"rules": _rules_digest(rows.rules, rows.locale, how), "book": _book_digest(how)}
    known = facts(index)
    is_current = _is_current(known, rows.path, wanted) or (
        in_place and _holds(known, wanted) and renewing.renew(index, rows.path, rows.rules, rows.locale)
    )
    if is_current and not (strict and _has_faults(index, photos)):
        return
    before = index if known.get("version") == table.VERSION else None  # it can tell what earlier rows said
    loader = Loader(
        rows,
        how,
        before=before,
        photos=photos,
        strict=strict,
        is_kept=in_place,
        is_lasting=is_lasting,
        guard=guard,
    )
    loader.write(index, wanted)


def _rules_digest(rules: Rules, default_locale: str, how: Addressing) -> str:
    text = repr((table.VERSION, sorted(rules.locales), default_locale, sorted(how.reserved), how.frozen, rules.mapping))
    return sha256(text.encode()).hexdigest()


def _book_digest(how: Addressing) -> str:
    return "" if how.book is None else address_book.digest(how.book)


def _is_current(known: Mapping[str, Any], path: Path, wanted: dict[str, str]) -> bool:
    """Returns whether an index, by the facts it holds, was made from the bytes that this roster file has now, by these
    rules."""
    try:
        if not _holds(known, wanted) or known["size"] != path.stat().st_size:
            return False
        return bool(known["digest"] == reading.digest(path))
    except (OSError, KeyError):
        return False


def _holds(known: Mapping[str, Any], wanted: dict[str, str]) -> bool:
    """Returns whether these facts are among those that an index holds about itself."""
    return all(known.get(key) == value for key, value in wanted.items())


def facts(index: Path) -> dict[str, Any]:
    """Returns the facts that an index holds about itself; none if there is no index that can be read."""
    try:
        with closing(sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return dict(database.execute("select key, value from meta"))
    except sqlite3.Error:
        return {}


def _has_faults(index: Path, photos: Path | None) -> bool:
    if facts(index).get("faults"):
        return True
    with closing(sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)) as database:
        return next(missing_photos(database, photos), None) is not None
