"""What all tables share: moments in UTC, row numbers, the naming of constraints, and rows of the evidence chain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from capture.models.holds import Holds


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite has no time zones, so naive UTC is stored there; Python always sees UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Converts a moment for the database. Raises ValueError for a naive one, which could mean any time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Converts a moment from the database to one in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows itself only in a column whose type is exactly INTEGER."""

Code = String(64)
Words = String(200)
EmailAddress = String(254)
"""RFC 5321 leaves 254 characters for an address between its angle brackets."""


class Base(DeclarativeBase):
    """All tables. The naming convention gives every constraint a name that a migration can refer to."""

    holds: ClassVar[Holds]
    """Whose personal data the table holds; every class declares it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class ChainedRow(Base):
    """What rows of evidence share: their position in the chain (see ``capture.credit.evidence``)."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    seq: Mapped[int | None] = mapped_column(Id, unique=True, index=True)
    """The row's number in the one sequence of all evidence; None for rows that are older than the chain."""
    seal: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 over the previous seal and this row's values, in hexadecimal."""
