"""INSERT that lets somebody else win, in the words of either database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from capture.models import Base


def insert_if_absent(session: Session, table: type[Base], values: Mapping[str, object], *returning: Any) -> Insert:
    """Inserts a row unless a unique index has one like it; ``returning`` columns come back only when it did."""
    if session.get_bind().dialect.name == "postgresql":
        statement = postgresql.insert(table).values(dict(values)).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(table).values(dict(values)).on_conflict_do_nothing()  # type: ignore[assignment]
    return statement.returning(*returning) if returning else statement


def count_up(session: Session, table: type[Base], key: Mapping[str, object], column: str) -> int:
    """Adds one to the counter of a row, which is made with 1 where there is none; returns the new value."""
    values = {**key, column: 1}
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = kind.insert(table).values(values)
    counter = table.__table__.c[column]
    statement = statement.on_conflict_do_update(index_elements=list(key), set_={column: counter + 1})
    return int(session.execute(statement.returning(counter)).scalar_one())
