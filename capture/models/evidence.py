"""Rows that prove what happened, chained so that a later change shows (see ``capture.credit.evidence``)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from capture.models.holds import PROSPECT, Holds
from capture.models.tables import Base, ChainedRow, Code, EmailAddress, Id, Words

if TYPE_CHECKING:
    from capture.models.leads import Lead


class Touch(ChainedRow):
    """One sign-up as it came in. Only ever added."""

    __tablename__ = "touch"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    """Whom the page named; None on the company's own."""
    page: Mapped[str] = mapped_column(Words)
    locale: Mapped[str] = mapped_column(String(16))
    build_id: Mapped[str] = mapped_column(Code)
    interest: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    """The salted digest of what it told about the person."""
    at: Mapped[datetime]

    lead: Mapped[Lead] = relationship(back_populates="touches")
    consent: Mapped[Consent] = relationship(back_populates="touch")
    personal_data: Mapped[PersonalData | None] = relationship(back_populates="touch", lazy="joined")

    @property
    def utm(self) -> dict[str, Any]:
        """What the campaign parameters said; nothing once the person was erased."""
        return self.personal_data.utm if self.personal_data else {}

    @property
    def introducer(self) -> str | None:
        """Who introduced them, in their own words; None where they did not say, or were erased."""
        return self.personal_data.introducer if self.personal_data else None


class PersonalData(Base):
    """What a touch told about a person: the only part of the evidence that an erasure destroys."""

    __tablename__ = "particular"
    holds = PROSPECT

    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    email: Mapped[str] = mapped_column(EmailAddress)
    first_name: Mapped[str | None] = mapped_column(Words)
    utm: Mapped[dict[str, Any]]
    """The campaign parameters: source, medium, campaign, term, content; only those present."""
    introducer: Mapped[str | None] = mapped_column(Words)
    """What they answered to "Who introduced you?", as typed; who that is, the decisions say."""

    touch: Mapped[Touch] = relationship(back_populates="personal_data")


class Consent(ChainedRow):
    """What a person agreed to, and when. Only ever added."""

    __tablename__ = "consent"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), unique=True)
    wording: Mapped[str] = mapped_column(String(16))
    """The ``SiteWording.id`` that the page carried. No foreign key: a site can be published before it is synced."""
    at: Mapped[datetime]

    touch: Mapped[Touch] = relationship(back_populates="consent")


class ProspectActivity(ChainedRow):
    """What a person did about a lead of theirs, from their mailbox. Only ever added."""

    __tablename__ = "act"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """confirmed, unsubscribed, withdrawn, disowned, corrected or erased; purged: done by the company's policy."""
    at: Mapped[datetime]


class Decision(ChainedRow):
    """Who was credited with a lead, by which rule, and what the rule saw. Only ever added; the newest holds."""

    __tablename__ = "decision"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    assignee_id: Mapped[str | None] = mapped_column("servicer_id", ForeignKey("member.id"), key="assignee_id")
    """Who follows up from this decision on; None: the company."""
    rule: Mapped[str] = mapped_column(String(16))
    saw: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Chain(Base):
    """The end of the chain of evidence, in one row: whoever adds to it holds this row."""

    __tablename__ = "chain"
    holds = Holds.nothing("the end of the chain")
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Id)
    seal: Mapped[str] = mapped_column(String(64))
