"""The tables that limit sign-ups and mails: used budgets, counts by the hour, and used proofs of work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import HASH, Holds
from capture.models.tables import Base, Id


class BudgetUse(Base):
    """One mail of a kind that a mailbox may get only so often (to confirm a sign-up, to sign in, or to see one's data),
    or one use of a member's budget for bringing people."""

    __tablename__ = "spent"
    holds = HASH
    __table_args__ = (Index("ix_spent_scope_subject_at", "scope", "subject", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    scope: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    """The keyed hash of the e-mail address that got the mail, or of the member's id."""
    at: Mapped[datetime] = mapped_column(index=True)


class HourlyCount(Base):
    """How many sign-ups came within one hour from a network, from one member's pages, for a receiving domain or in
    total; and how many mails went to a receiving domain within one minute. ``hour``: when the hour or minute began."""

    __tablename__ = "tally"
    holds = HASH

    scope: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


class UsedProof(Base):
    """Something that may be used once, and was: a proof of work (a solved puzzle that tells people from machines) by a
    sign-up, or a mailed link, of which a digest is kept.

    It must not be used again before ``until``; afterwards it has expired anyway.
    """

    __tablename__ = "used"
    holds = Holds.nothing("random numbers of proofs, and digests of links, until they expire")

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
