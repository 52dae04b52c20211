"""The table by which the service tries whether it can store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import Holds
from capture.models.tables import Base


class Readiness(Base):
    """When ``/readyz`` last stored something, in a table of one row that is written again and again."""

    __tablename__ = "readiness"
    holds = Holds.nothing("a moment")
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
