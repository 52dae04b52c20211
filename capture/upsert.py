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
