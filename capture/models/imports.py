"""Lists that were uploaded or imported, and the result of each of their rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import PROSPECT, Holds
from capture.models.tables import Base, Code, Id, Words


class Provenance(Base):
    """Where leads came from that did not sign up: a list, or one person whom a member met. What the people on a list
    agreed to must be known before any of them may be mailed."""

    __tablename__ = "provenance"
    holds = PROSPECT

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """list or met."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    """The member whose leads they are; None: the company's."""
    vendor: Mapped[str | None] = mapped_column(Words)
    obtained_on: Mapped[date | None]
    wording: Mapped[str | None] = mapped_column(Text)
    """What the people agreed to when they gave their address."""
    file: Mapped[str | None] = mapped_column(Words)
    digest: Mapped[str | None] = mapped_column(String(64), index=True)
    """SHA-256 of the file and of what its columns mean (``LeadList.meant``): by it an import that was cut off goes
    on."""
    rows: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Rows of the file that were processed."""
    campaign_id: Mapped[int | None] = mapped_column(Id)
    """The campaign that was given to those of its leads that are new."""
    at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def proven(self) -> bool:
        """True if vendor, day and wording are all known."""
        return bool(self.vendor and self.obtained_on and self.wording)


class ImportRow(Base):
    """The result of one row of a list. Of the person it holds only the lead's number."""

    __tablename__ = "ledger"
    holds = Holds.nothing("what became of a row; of the person only the lead's number")

    provenance_id: Mapped[int] = mapped_column(ForeignKey("provenance.id"), primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """The row's number in the file, the first below the header is 1."""
    outcome: Mapped[str] = mapped_column(String(16))
    """added, known, suppressed or refused."""
    reason: Mapped[str | None] = mapped_column(String(32))
    """Why it was refused."""
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))


class Upload(Base):
    """A list that was uploaded in the browser: what it is, what its columns mean, and how far its import has come."""

    __tablename__ = "upload"
    holds = PROSPECT
    __table_args__ = (
        CheckConstraint("state IN ('new', 'checking', 'checked', 'taking', 'done', 'gone')", name="state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    """Who uploaded it and whose leads they become; None: one of the staff, for the company."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    file: Mapped[str] = mapped_column(Words)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file, in hexadecimal."""
    rows: Mapped[int] = mapped_column(Integer)
    """Rows below the header."""
    content: Mapped[str | None] = mapped_column(Text, deferred=True)
    """The file's text; destroyed once it was imported, or after a day, and then None."""
    places: Mapped[dict[str, Any]]
    """The position of each field's column, counted from 0."""
    vendor: Mapped[str | None] = mapped_column(Words)
    obtained_on: Mapped[date | None]
    wording: Mapped[str | None] = mapped_column(Text)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    state: Mapped[str] = mapped_column(String(16), index=True)
    """new, checking (a dry run), checked, taking (the import), done; gone: given up before it was done."""
    done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Rows of the dry run, or of the import, that were processed."""
    outcomes: Mapped[dict[str, Any]]
    """The results of its rows, or what they would be; empty until the dry run has ended."""
    provenance_id: Mapped[int | None] = mapped_column(ForeignKey("provenance.id"))
    """The provenance of its leads; None before the import has begun."""
    leased_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(Code)
    at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
