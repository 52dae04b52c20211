"""The table by which the service tries whether it can store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import Holds
from capture.models.tables import Base


class Readiness(Base):
    """When ``/readyz`` last stored something, in a table of one row that is written again and again."""

    __tablename__ = "readiness"
    holds = Holds.nothing("a moment, and random bytes")
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    room: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Random bytes, on SQLite, so that storing them needs as much room on the disk as a sign-up."""
