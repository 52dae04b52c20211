"""The tables of imports: lists of leads that were uploaded or imported, and the result of each of their rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import PROSPECT, Holds
from capture.models.tables import Base, Code, Id, Words


class Provenance(Base):
    """The origin of leads that did not sign up: a list, or one person whom a member met.

    The people on a list may be mailed only if it is known what they agreed to.
    """

    __tablename__ = "provenance"
    holds = PROSPECT

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """The kind of origin: "list" for a list of leads, "met" for one person whom a member met."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    """The member whose leads the people become; None: the company's."""
    vendor: Mapped[str | None] = mapped_column(Words)
    obtained_on: Mapped[date | None]
    wording: Mapped[str | None] = mapped_column(Text)
    """What the people agreed to when they gave their address."""
    file: Mapped[str | None] = mapped_column(Words)
    digest: Mapped[str | None] = mapped_column(String(64), index=True)
    """SHA-256 of the file and of what its columns mean (``LeadList.meant``), by which an import that was interrupted
    is recognised and continued."""
    rows: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How many rows of the file were processed."""
    campaign_id: Mapped[int | None] = mapped_column(Id)
    """The campaign that the import set on the leads that were new."""
    at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def proven(self) -> bool:
        """True if it is known who collected the addresses (vendor), on which day they were obtained, and what the
        people agreed to."""
        return bool(self.vendor and self.obtained_on and self.wording)


class ListProof(Base):
    """What a list says about one person's consent, as it stands in the list. An erasure destroys it."""

    __tablename__ = "list_proof"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), primary_key=True, autoincrement=False)
    provenance_id: Mapped[int] = mapped_column(ForeignKey("provenance.id"))
    """The list that says it."""
    row: Mapped[int] = mapped_column(Integer)
    """The row of the list, counted from 1 below the header."""
    opted_in_at: Mapped[str | None] = mapped_column(Words)
    """When the person opted in; a text, since lists write moments in any form and rarely name the time zone."""
    opted_in_from: Mapped[str | None] = mapped_column(Words)
    """The network address from which the person opted in."""
    confirmed_at: Mapped[str | None] = mapped_column(Words)
    confirmed_from: Mapped[str | None] = mapped_column(Words)
    legal_basis: Mapped[str | None] = mapped_column(Words)
    wording: Mapped[str | None] = mapped_column(Text)
    """What the person agreed to."""

    @property
    def said(self) -> dict[str, str | None]:
        """What the list says, by the names of the columns ``PROOFS``."""
        return {name: getattr(self, name) for name in PROOFS}


PROOFS = ("opted_in_at", "opted_in_from", "confirmed_at", "confirmed_from", "legal_basis", "wording")
"""The columns of ``ListProof`` that hold what the list says."""


class ImportRow(Base):
    """The result of importing one row of a list of leads. Of the person, only the lead's number is stored."""

    __tablename__ = "ledger"
    holds = Holds.nothing("what became of a row; of the person only the lead's number")

    provenance_id: Mapped[int] = mapped_column(ForeignKey("provenance.id"), primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """The row's number in the file; the first row below the header is 1."""
    outcome: Mapped[str] = mapped_column(String(16))
    """The row's result: added, known, left, suppressed or refused."""
    reason: Mapped[str | None] = mapped_column(String(32))
    """Why the row was refused; None for other outcomes."""
    told: Mapped[str | None] = mapped_column(String(16))
    """The outcome that the list's member is told (``imports.member_view``); None for lists of the company, and for
    rows from before this was stored."""
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))


class Upload(Base):
    """A list of leads that was uploaded in the browser: the file, what its columns mean, and how far its import has
    come."""

    __tablename__ = "upload"
    holds = PROSPECT
    __table_args__ = (
        CheckConstraint("state IN ('new', 'checking', 'checked', 'taking', 'done', 'gone')", name="state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    """The member who uploaded the list and whose leads the people become; None: one of the staff did, for the
    company."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    file: Mapped[str] = mapped_column(Words)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file, in hexadecimal."""
    rows: Mapped[int] = mapped_column(Integer)
    """The number of rows below the header."""
    content: Mapped[str | None] = mapped_column(Text, deferred=True)
    """The file's text; None once it was destroyed, after the import or after a day."""
    places: Mapped[dict[str, Any]]
    """The position of each field's column, counted from 0."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What the importing person says about unknown words: yes, left or skip, by "position:word" (``Question.key``)."""
    vendor: Mapped[str | None] = mapped_column(Words)
    obtained_on: Mapped[date | None]
    wording: Mapped[str | None] = mapped_column(Text)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    state: Mapped[str] = mapped_column(String(16), index=True)
    """How far the import has come: new, checking (a dry run), checked, taking (the import), done; gone: given up before
    it was done."""
    done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How many rows the dry run or the import has processed."""
    outcomes: Mapped[dict[str, Any]]
    """The results of the import's rows, or what the dry run expects of them; empty until the dry run has ended."""
    provenance_id: Mapped[int | None] = mapped_column(ForeignKey("provenance.id"))
    """The ``Provenance`` of the imported leads; None before the import has begun."""
    leased_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(Code)
    at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
