"""What the database's tables have in common: moments in UTC, row numbers, the names of constraints, and the columns of
rows of evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from capture.models.holds import Holds
from capture.models.searching import LONGEST


class UtcTime(TypeDecorator[datetime]):
    """The column type of a moment. In Python it is always a datetime in UTC. SQLite has no time zones and stores the
    same time without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Returns a moment as the database stores it. Raises ValueError if it has no time zone, since it could then
        mean any."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Returns a moment from the database as a datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
"""The column type of row numbers. SQLite numbers rows itself only in a column whose type is exactly INTEGER."""

Code = String(64)
Words = String(200)
TimeZone = String(64)
EmailAddress = String(254)
"""The column type of e-mail addresses: RFC 5321 leaves 254 characters for an address between its angle brackets."""

SearchText = String(LONGEST).with_variant(String(LONGEST, collation="C"), "postgresql")
"""The column type of folded text: compared character by character on both databases, so that an index finds what begins
with a text."""


class Base(DeclarativeBase):
    """The base class of all table classes. Its naming convention gives every constraint a name that a migration can
    refer to."""

    holds: ClassVar[Holds]
    """The declaration of whose personal data the table contains; every table class has one."""

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
    """The base class of tables whose rows are evidence: each row has a number and a seal, by which a later change of
    any row is detected (see ``capture.credit.evidence``)."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    seq: Mapped[int | None] = mapped_column(Id, unique=True, index=True)
    """The row's number in the one sequence of all evidence; None for rows that are older than the chain."""
    seal: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 over the previous seal and this row's values, in hexadecimal."""
