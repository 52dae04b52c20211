"""Decides which column of an export becomes which of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sitegen.roster.fields import COLUMNS
from sitegen.roster.mapping import fold
from sitegen.roster.suggesting import known, meaning, seen, trial
from sitegen.roster.suggesting.seen import Column, Table
from sitegen.roster.suggesting.suggestion import Suggestion


def suggest(path: Path, locales: Iterable[str]) -> Suggestion:
    """Reads an export and proposes how it is read. ``locales``: the languages of the site.

    The same file always gives the same proposal. Raises RosterError if the file cannot be read.
    """
    table = seen.read(path)
    found = Suggestion(path, table.rows, table.separator)
    _names(table, found)
    _people(path, table, found)
    _others(table, found)
    _types(table, found)
    found.columns = {ours: found.columns[ours] for ours in COLUMNS if ours in found.columns}
    if found.columns.keys().isdisjoint(("id", "name", "email")):
        found.notes.append("the first line names no column that is known: take out titles that stand above the header")
    _aside(table, found)
    meaning.explain(table, found, frozenset(locales))
    trial.tell(found, frozenset(locales))
    return found


def _names(table: Table, found: Suggestion) -> None:
    whole, first, last = map(table.find, (known.FULL_NAMES, known.FIRST_NAMES, known.LAST_NAMES))
    if first and last:
        found.columns["name"] = (first.name, last.name)
        found.columns["first_name"] = (first.name,)
    elif whole or first:
        found.columns["name"] = ((whole or first).name,)  # type: ignore[union-attr]
        if whole and first:
            found.columns["first_name"] = (first.name,)
    else:
        found.notes.append('no column of names was found: say which under columns, such as name = "…"')


def _people(path: Path, table: Table, found: Suggestion) -> None:
    """Chooses the columns of members' numbers and of their enrollers: those that belong together."""
    enroller = table.find(known.ENROLLERS)
    sponsor = table.find(known.SPONSORS)
    placement = table.find(known.PLACEMENTS)
    above = enroller or sponsor
    ids = list(table.all(known.IDS))
    if not ids:
        found.notes.append('no column of members\' numbers was found: say which under columns, such as id = "…"')
    else:
        found.columns["id"] = (_the_id(path, ids, above).name,)
    if above:
        found.columns["sponsor"] = (above.name,)
    found.notes += _about_tree(enroller, sponsor, placement)


def _the_id(path: Path, ids: Sequence[Column], above: Column | None) -> Column:
    """Returns the column of numbers that most enrollers are named by; the first of equals."""
    if len(ids) == 1 or above is None:
        return ids[0]
    numbers: list[set[str]] = [set() for _ in ids]
    named: set[str] = set()
    with seen.opened(path) as (header, _, rows):
        places = [header.index(each.name) for each in ids]
        for row in rows:
            for own, place in zip(numbers, places, strict=True):
                own.add(row[place].strip() if place < len(row) else "")
            named.add(row[header.index(above.name)].strip() if header.index(above.name) < len(row) else "")
    named.discard("")
    hits = [len(named & own) for own in numbers]
    return ids[hits.index(max(hits))]


def _about_tree(enroller: Column | None, sponsor: Column | None, placement: Column | None) -> list[str]:
    notes = []
    others = [each.name for each in (sponsor, placement) if each is not None and each is not enroller]
    if enroller and others:
        notes.append(
            f"sponsor is who recruited the member: {enroller.name}. {' and '.join(others)} may be the placement in a"
            " tree, and is left aside"
        )
    elif sponsor and not enroller:
        notes.append(
            f"sponsor is who recruited the member (the enroller): make sure that {sponsor.name} is not the placement in"
            " a tree; leads of members who leave go up this line"
        )
    if placement and not sponsor and not enroller:
        notes.append(
            f"{placement.name} is the placement in a tree, not who recruited the member: sponsor was not proposed;"
            " export the enroller too"
        )
    return notes


def _others(table: Table, found: Suggestion) -> None:
    used = {name for theirs in found.columns.values() for name in theirs}
    for ours, names in known.COLUMNS.items():
        column = table.find([name for name in names if name not in map(known.squeeze, used)])
        if column is None and ours == "email":
            column = next((each for each in table.columns if each.name and 2 * each.addresses > each.filled), None)
        if column is not None:
            found.columns[ours] = tuple(each.name for each in _several(table, ours, column))
            used.update(found.columns[ours])
    if "email" not in found.columns:
        found.notes.append("no column of e-mail addresses was found: members would have sites and no office")


def _several(table: Table, ours: str, column: Column) -> list[Column]:
    """Returns the columns that are read together with one: other telephones, and what a city is in."""
    if ours == "phone":
        return list(table.all(known.COLUMNS["phone"]))
    state = table.find(known.STATES) if ours == "place" else None
    return [column] if state is None else [column, state]


def _types(table: Table, found: Suggestion) -> None:
    kinds = table.find(known.TYPES)
    if kinds is None or len(kinds.words) < 2 or any(kinds.name in theirs for theirs in found.columns.values()):
        return
    counted = ", ".join(f'"{word}" {count:,}' for word, count in kinds.words.most_common(8))
    found.notes.append(
        f"every row becomes a member, of whatever {kinds.name} ({counted}): export the distributors alone, or have the"
        " status of others mean inactive"
    )


def _aside(table: Table, found: Suggestion) -> None:
    used = {fold(name) for theirs in found.columns.values() for name in theirs}
    found.aside = list(dict.fromkeys(each.name for each in table.columns if each.name and fold(each.name) not in used))
