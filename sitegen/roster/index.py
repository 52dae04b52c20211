"""Keeps a roster's index current: it is used again until the file, the address book or the rules change."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from sitegen.roster import address_book, reading, renewing, table
from sitegen.roster.addressing import Addressing
from sitegen.roster.loading import Loader, missing_photos
from sitegen.roster.removal import Guard
from sitegen.roster.values import Rules


def bring_up_to_date(
    index: Path,
    path: Path,
    rules: Rules,
    locale: str,
    how: Addressing,
    *,
    photos: Path | None,
    strict: bool,
    in_place: bool = False,
    guard: Guard | None = None,
) -> None:
    """Makes the index of the roster at ``path``, unless ``index`` is current. The other parameters are the Loader's.

    ``in_place``: nobody else has the index open, so that single rows may be changed in it.

    Raises RosterError or OutputError as the Loader does; an index that was there is then untouched.
    """
    wanted = {"rules": _rules_digest(rules, locale, how), "book": _book_digest(how)}
    if _is_current(index, path, wanted) and not (strict and _has_faults(index, photos)):
        return
    renewed = in_place and _holds(index, wanted) and renewing.renew(index, path, rules, locale)
    if renewed and not (strict and _has_faults(index, photos)):
        return
    before = index if _is_index(index) else None
    loader = Loader(
        path, rules, locale, how, before=before, photos=photos, strict=strict, is_kept=in_place, guard=guard
    )
    loader.write(index, wanted)


def _rules_digest(rules: Rules, default_locale: str, how: Addressing) -> str:
    text = repr((table.VERSION, sorted(rules.locales), default_locale, sorted(how.reserved), how.frozen, rules.mapping))
    return sha256(text.encode()).hexdigest()


def _book_digest(how: Addressing) -> str:
    return "" if how.book is None else address_book.digest(how.book)


def _is_current(index: Path, path: Path, wanted: dict[str, str]) -> bool:
    """Returns whether the index was made from the bytes that this roster file has now, by these rules."""
    meta = facts(index)
    try:
        if not _holds(index, wanted) or meta["size"] != path.stat().st_size:
            return False
        return bool(meta["digest"] == reading.digest(path))
    except (OSError, KeyError):
        return False


def _holds(index: Path, wanted: dict[str, str]) -> bool:
    """Returns whether an index that can be read holds these facts about itself."""
    meta = facts(index)
    return all(meta.get(key) == value for key, value in wanted.items())


def facts(index: Path) -> dict[str, Any]:
    """Returns the facts that an index holds about itself; none if there is no index that can be read."""
    try:
        with closing(sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return dict(database.execute("select key, value from meta"))
    except sqlite3.Error:
        return {}


def _is_index(index: Path) -> bool:
    """Returns whether an index can tell what earlier rows said: it is whole, and has the tables of this version."""
    return facts(index).get("version") == table.VERSION


def _has_faults(index: Path, photos: Path | None) -> bool:
    if facts(index).get("faults"):
        return True
    with closing(sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)) as database:
        return next(missing_photos(database, photos), None) is not None
