"""The tables of evidence: sign-ups, consents, confirmations and decisions on credit. Their rows form a chain, so that a
later change of one is detected (see ``capture.credit.evidence``)."""

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
    """One sign-up as it came in: on whose page, which page, when ("touch" is the trade's word). Rows are only ever
    added."""

    __tablename__ = "touch"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    """The member on whose page the person signed up; None for the company's own page."""
    page: Mapped[str] = mapped_column(Words)
    locale: Mapped[str] = mapped_column(String(16))
    build_id: Mapped[str] = mapped_column(Code)
    interest: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    """The salted digest of the sign-up's personal data."""
    at: Mapped[datetime]

    lead: Mapped[Lead] = relationship(back_populates="touches")
    consent: Mapped[Consent] = relationship(back_populates="touch")
    personal_data: Mapped[PersonalData | None] = relationship(back_populates="touch", lazy="joined")

    @property
    def utm(self) -> dict[str, Any]:
        """The campaign parameters of the sign-up's address (source, medium and so on); empty if the person was
        erased."""
        return self.personal_data.utm if self.personal_data else {}

    @property
    def introducer(self) -> str | None:
        """The person's own answer to "Who introduced you?"; None if they gave none, or were erased."""
        return self.personal_data.introducer if self.personal_data else None

    @property
    def campaign(self) -> str | None:
        """The campaign's code in the address of the page with the form, as the visitor claimed it; None if there was
        none, or the person was erased."""
        return self.personal_data.campaign if self.personal_data else None


class PersonalData(Base):
    """What a person typed into a sign-up form: address, name, who introduced them. Of all the evidence of a sign-up,
    an erasure destroys only this."""

    __tablename__ = "particular"
    holds = PROSPECT

    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    email: Mapped[str] = mapped_column(EmailAddress)
    first_name: Mapped[str | None] = mapped_column(Words)
    utm: Mapped[dict[str, Any]]
    """The campaign parameters: source, medium, campaign, term, content; only those present."""
    introducer: Mapped[str | None] = mapped_column(Words)
    """The answer to "Who introduced you?", as typed. The decisions on credit name the member who is meant."""
    campaign: Mapped[str | None] = mapped_column(Code)
    """The campaign's code in the address of the page with the form (``?c=radio7``); None without one, and on landing
    pages, which name their campaign themselves. The visitor's claim: there may be no such campaign."""

    touch: Mapped[Touch] = relationship(back_populates="personal_data")


class Consent(ChainedRow):
    """A person's consent: the wording that they agreed to, in which sign-up, and when. Rows are only ever added."""

    __tablename__ = "consent"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), unique=True)
    wording: Mapped[str] = mapped_column(String(16))
    """The id of the consent wording on the page (``SiteWording.id``); no foreign key, since a site can be published
    before it is synced."""
    at: Mapped[datetime]

    touch: Mapped[Touch] = relationship(back_populates="consent")


class ProspectActivity(ChainedRow):
    """What a prospect did by a link in a mail, such as confirming a sign-up or unsubscribing. Rows are only ever
    added."""

    __tablename__ = "act"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """What the person did: confirmed, unsubscribed, withdrawn, disowned, corrected or erased; requested: asked the
    company not to be mailed, which staff noted; reinstated: staff took such a note back; purged: removed by the
    company's retention policy."""
    at: Mapped[datetime]


class Decision(ChainedRow):
    """A decision on which member is credited with a lead, by which rule, and what the rule looked at.

    Rows are only ever added; a lead's newest decision is the valid one.
    """

    __tablename__ = "decision"
    holds = PROSPECT

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    assignee_id: Mapped[str | None] = mapped_column("servicer_id", ForeignKey("member.id"), key="assignee_id")
    """The member who follows up from this decision on; None: the company."""
    rule: Mapped[str] = mapped_column(String(16))
    saw: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Chain(Base):
    """The number and seal of the newest row of evidence, in one table row, which a transaction locks before it adds to
    the chain of evidence."""

    __tablename__ = "chain"
    holds = Holds.nothing("the end of the chain")
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Id)
    seal: Mapped[str] = mapped_column(String(64))
