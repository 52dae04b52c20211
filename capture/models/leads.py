"""Leads, and what members and staff did about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from capture.models.details import detail
from capture.models.holds import PROSPECT
from capture.models.tables import Base, Code, EmailAddress, Id, Words

if TYPE_CHECKING:
    from capture.models.campaigns import Campaign
    from capture.models.company import Member
    from capture.models.evidence import Touch
    from capture.models.imports import Provenance


class Lead(Base):
    """One person under one member, or in the company's pool if ``member_id`` is None.

    ``detail`` declares for each column which exports contain it and whether an erasure clears it. The CSV has the
    columns in this order.
    """

    __tablename__ = "lead"
    holds = PROSPECT
    __table_args__ = (
        # Two NULLs are never equal, so the company's pool needs an index of its own.
        Index("uq_lead_member_id_email", "member_id", "email", unique=True),
        # PostgreSQL answers "begins with" only from an index by character.
        Index("ix_lead_email", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index("ix_lead_mark", "email_hash"),
        Index("ix_lead_servicer_id_known_at", "assignee_id", "known_at", "id"),
        Index("ix_lead_servicer_id_due_on", "assignee_id", "due_on", "id"),
        Index("ix_lead_campaign_id_known_at", "campaign_id", "known_at", "id"),
        Index("ix_lead_known_at", "known_at", "id"),
        Index("ix_lead_due_on", "due_on", "id"),
        Index("ix_lead_stage_known_at", "stage", "known_at", "id"),
        Index(
            "uq_lead_pool_email",
            "email",
            unique=True,
            sqlite_where=text("member_id IS NULL"),
            postgresql_where=text("member_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, info=detail(export="number", csv="id"))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    email: Mapped[str] = mapped_column(EmailAddress, info=detail(export="address", csv="email"))
    """As typed, with the domain in lower case; it identifies the person (see ``capture.base.identity``)."""
    first_name: Mapped[str | None] = mapped_column(
        Words, info=detail(export="first_name", csv="first_name", forgotten=True)
    )
    phone: Mapped[str | None] = mapped_column(
        String(32), info=detail(export="phone", csv="phone", forgotten=True, shown=True)
    )
    """In E.164. Sign-up forms do not ask for it; members and lists bring it."""
    interest: Mapped[str] = mapped_column(String(16), info=detail(export="interest", csv="interest"))
    campaign_id: Mapped[int | None] = mapped_column(Id, info=detail(csv="campaign"))
    """The campaign that brought it: that of its first sign-up, or of the list that it was on. It never changes."""
    stage: Mapped[str] = mapped_column(
        String(16), default="new", server_default="new", info=detail(export="stage", csv="stage")
    )
    """Its stage in the pipeline (see ``capture.leads.pipeline``)."""
    lost_because: Mapped[str | None] = mapped_column(
        String(16), info=detail(export="given_up_because", csv="lost_because")
    )
    """Why it was given up; None in every stage but ``lost``."""
    due_on: Mapped[date | None] = mapped_column(info=detail(export="next_follow_up", csv="due_on", forgotten=True))
    """The day of the next follow-up."""
    locale: Mapped[str] = mapped_column(String(16), info=detail(export="language"))
    """The language in which the person first signed up; mails to them are written in it."""
    handle: Mapped[str] = mapped_column(String(32), unique=True, index=True, default=lambda: uuid4().hex)
    """The lead's name in mailed links: random, and, unlike its number, never given to another lead."""
    email_hash: Mapped[str] = mapped_column("mark", String(64), key="email_hash", default="")
    """The keyed hash of the folded address, by which suppression and limits find it."""
    owner_id: Mapped[str | None] = mapped_column(Code)
    """The member who is credited, by the newest decision; None before the first one, and for the company's pool."""
    assignee_id: Mapped[str | None] = mapped_column("servicer_id", Code, key="assignee_id")
    """The member who follows up now; None: the company."""
    provenance_id: Mapped[int | None] = mapped_column(Id)
    """Where it came from, if not from a sign-up."""
    created_at: Mapped[datetime] = mapped_column(info=detail(export="signed_up"))
    known_at: Mapped[datetime | None] = mapped_column(info=detail(csv="known_at", forgotten=True))
    """Since when its assignee can see it: since the owner of the address confirmed it, or since a member or an import
    entered it. None before, and once it was erased."""
    confirmed_at: Mapped[datetime | None] = mapped_column(info=detail(export="confirmed", csv="confirmed_at"))
    """When the owner of the address confirmed the sign-up from their mailbox; before, no member is notified of it."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(info=detail(export="withdrawn"))
    """When the person withdrew; a later confirmation clears it."""
    erased_at: Mapped[datetime | None]
    """When everything that identified the person was destroyed: address, name, e-mail hash. The rest is only
    counted."""

    member: Mapped[Member | None] = relationship()
    campaign: Mapped[Campaign | None] = relationship(
        primaryjoin="foreign(Lead.campaign_id) == Campaign.id", viewonly=True
    )
    provenance: Mapped[Provenance | None] = relationship(
        primaryjoin="foreign(Lead.provenance_id) == Provenance.id", viewonly=True
    )
    touches: Mapped[list[Touch]] = relationship(order_by="Touch.id", back_populates="lead")

    @property
    def quarantined(self) -> bool:
        """True if it came from a list without proof of what the people agreed to, and the person has not confirmed."""
        came = self.provenance
        return came is not None and came.kind == "list" and not came.proven and self.confirmed_at is None

    @property
    def confirmed(self) -> bool:
        """True while the person agrees to be mailed, and has said so from their mailbox."""
        return self.confirmed_at is not None and self.withdrawn_at is None and self.erased_at is None


class LeadActivity(Base):
    """What a member or the staff did about a lead: another stage, a note, another day for the follow-up."""

    __tablename__ = "step"
    holds = PROSPECT

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """stage, note or follow-up."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    """The lead's fields that it changed, before and after."""
    note: Mapped[str | None] = mapped_column(Text)
    """A member's words about a person; an erasure removes them."""
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
