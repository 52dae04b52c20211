"""Counts in a checked roster what is no fault and should be known all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from sitegen.roster.names import Order
from sitegen.roster.roster import Roster

SHOWN = 5
"""How many groups of members who share an address are named."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Active members with one e-mail address: their ids, the first few, and how many they are."""

    ids: tuple[str, ...]
    members: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a roster holds besides faults.

    ``without_email``: how many active members have no address. ``shared``: the first addresses that several active
    members share. ``sharing``: how many such addresses there are. ``orders``: how many names, active or not, are
    written with the family's first, and on which line of the file the first of them is.
    """

    without_email: int
    shared: tuple[Shared, ...]
    sharing: int
    orders: Mapping[Order, tuple[int, int]]


def of_roster(roster: Roster) -> Survey:
    """Returns what a checked roster holds besides faults."""
    with closing(sqlite3.connect(f"{roster.index.resolve().as_uri()}?mode=ro", uri=True)) as index:
        (without,) = index.execute("select count(*) from member where email is null and status = 'active'").fetchone()
        groups = index.execute(_SHARED).fetchall()
        shared = tuple(Shared(tuple(_ids(index, address)), count) for address, count in groups[:SHOWN])
        meta = dict(index.execute("select key, value from meta"))
    orders = {order: (int(meta[order]), int(meta[f"{order}, first line"])) for order in Order if meta[order]}
    return Survey(int(without), shared, len(groups), orders)


_SHARED = (
    "select email, count(*) from member where email is not null and status = 'active'"
    " group by email having count(*) > 1 order by min(row)"
)


def _ids(index: sqlite3.Connection, address: str) -> Iterator[str]:
    query = "select id from member where email = ? and status = 'active' order by row limit 3"
    return (str(found) for (found,) in index.execute(query, (address,)))
