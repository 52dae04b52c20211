"""Lists that were brought, and what became of each of their rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import PROSPECT, Holds
from capture.models.tables import Base, Code, Id, Words


class Provenance(Base):
    """Where leads came from that did not sign up: a list that was bought or brought along, or one person whom a
    member met. What a list was gathered with must be known before anybody on it may be mailed."""

    __tablename__ = "provenance"
    holds = PROSPECT

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """list or met."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    """Whose leads they are; None: the company's."""
    vendor: Mapped[str | None] = mapped_column(Words)
    obtained_on: Mapped[date | None]
    wording: Mapped[str | None] = mapped_column(Text)
    """What the people agreed to when they gave their address."""
    file: Mapped[str | None] = mapped_column(Words)
    digest: Mapped[str | None] = mapped_column(String(64), index=True)
    """Of the file and what its columns mean (``LeadList.meant``): the same list goes on where it was cut off."""
    rows: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Rows of the file that are done."""
    campaign_id: Mapped[int | None] = mapped_column(Id)
    """The campaign that those of its leads were given that are new."""
    at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def proven(self) -> bool:
        """Whether vendor, day and wording are all known."""
        return bool(self.vendor and self.obtained_on and self.wording)


class ImportRow(Base):
    """What became of one row of a list. Holds nothing of the person but the lead's number."""

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
    """A list that was brought in the browser: what it is, what its columns mean, and how far it has come."""

    __tablename__ = "upload"
    holds = PROSPECT
    __table_args__ = (
        CheckConstraint("state IN ('new', 'checking', 'checked', 'taking', 'done', 'gone')", name="state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    """Who brought it and whose leads they become; None: somebody of the staff, for the company."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    file: Mapped[str] = mapped_column(Words)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file, in hexadecimal."""
    rows: Mapped[int] = mapped_column(Integer)
    """Below its header."""
    content: Mapped[str | None] = mapped_column(Text, deferred=True)
    """The file's text; None once it was taken in, or after a day: it is destroyed then."""
    places: Mapped[dict[str, Any]]
    """Field to column, counted from 0."""
    vendor: Mapped[str | None] = mapped_column(Words)
    obtained_on: Mapped[date | None]
    wording: Mapped[str | None] = mapped_column(Text)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    state: Mapped[str] = mapped_column(String(16), index=True)
    """new, checking (a dry run), checked, taking, done; gone: given up before it was done."""
    done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Rows of the dry run, or of the taking in, that are done."""
    outcomes: Mapped[dict[str, Any]]
    """What became of its rows, or would; empty before the dry run has ended."""
    provenance_id: Mapped[int | None] = mapped_column(ForeignKey("provenance.id"))
    """Where its leads and its ledger are; None before anything was taken in."""
    leased_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(Code)
    at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
