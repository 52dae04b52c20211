"""The tables of leads (people who signed up or were imported), and of what members and staff did about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from capture.models.details import detail
from capture.models.holds import PROSPECT
from capture.models.searching import search_text
from capture.models.tables import Base, Code, EmailAddress, Id, SearchText, Words

if TYPE_CHECKING:
    from capture.models.campaigns import Campaign
    from capture.models.company import Member
    from capture.models.evidence import Touch
    from capture.models.imports import Provenance


class Lead(Base):
    """A lead: one interested person under one member, or under the company alone if ``member_id`` is None.

    ``detail`` declares for each column which exports contain it and whether an erasure clears it. The office's CSV file
    has the columns in the order of this class.
    """

    __tablename__ = "lead"
    holds = PROSPECT
    __table_args__ = (
        # Two NULLs are never equal, so the company's pool needs an index of its own.
        Index("uq_lead_member_id_email", "member_id", "email", unique=True),
        # PostgreSQL answers "begins with" only from an index by character.
        Index("ix_lead_email", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index("ix_lead_mark", "email_hash"),
        Index("ix_lead_search", "search"),
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
    """The e-mail address as typed, with the domain in lower case; it identifies the person (see
    ``capture.base.identity``)."""
    first_name: Mapped[str | None] = mapped_column(
        Words, info=detail(export="first_name", csv="first_name", forgotten=True)
    )
    phone: Mapped[str | None] = mapped_column(
        String(32), info=detail(export="phone", csv="phone", forgotten=True, shown=True)
    )
    """The telephone number in E.164. Sign-up forms do not ask for one; members type it in, or lists contain it."""
    interest: Mapped[str] = mapped_column(String(16), info=detail(export="interest", csv="interest"))
    campaign_id: Mapped[int | None] = mapped_column(Id, info=detail(csv="campaign"))
    """The campaign that brought the lead: the one of the first sign-up, or of the imported list. It never changes."""
    stage: Mapped[str] = mapped_column(
        String(16), default="new", server_default="new", info=detail(export="stage", csv="stage")
    )
    """The lead's stage in the pipeline, such as new or contacted (see ``capture.leads.pipeline``)."""
    lost_because: Mapped[str | None] = mapped_column(
        String(16), info=detail(export="given_up_because", csv="lost_because")
    )
    """Why the lead was given up; None in every stage but ``lost``."""
    due_on: Mapped[date | None] = mapped_column(info=detail(export="next_follow_up", csv="due_on", forgotten=True))
    """The day of the next follow-up."""
    locale: Mapped[str] = mapped_column(String(16), info=detail(export="language"))
    """The language in which the person first signed up; mails to them are written in it."""
    handle: Mapped[str] = mapped_column(String(32), unique=True, index=True, default=lambda: uuid4().hex)
    """The lead's name in mailed links: random, and, unlike its number, never given to another lead."""
    email_hash: Mapped[str] = mapped_column("mark", String(64), key="email_hash", default="")
    """The keyed hash of the address (case and spelling made uniform), by which suppression and limits find the lead."""
    search: Mapped[str] = mapped_column(SearchText, server_default="")
    """Address and name as the office searches them (see ``capture.models.searching``); empty once the lead was
    erased."""
    owner_id: Mapped[str | None] = mapped_column(Code)
    """The member who is credited by the newest decision; None before the first decision, and for the company's pool."""
    assignee_id: Mapped[str | None] = mapped_column("servicer_id", Code, key="assignee_id")
    """The member who follows up on the lead now; None: the company."""
    provenance_id: Mapped[int | None] = mapped_column(Id)
    """The ``Provenance`` of a lead that did not sign up: the list or the meeting that it came from."""
    created_at: Mapped[datetime] = mapped_column(info=detail(export="signed_up"))
    known_at: Mapped[datetime | None] = mapped_column(info=detail(csv="known_at", forgotten=True))
    """Since when the member who follows up can see the lead: since its owner confirmed the address, or since a member
    or an import entered it. None before that, and once the lead was erased."""
    confirmed_at: Mapped[datetime | None] = mapped_column(info=detail(export="confirmed", csv="confirmed_at"))
    """When the owner of the address confirmed the sign-up from their mailbox. No member is notified before that."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(info=detail(export="withdrawn"))
    """When the person withdrew their consent; a later confirmation sets this to None again."""
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

    @validates("email", "first_name")
    def _fold(self, name: str, value: str | None) -> str | None:
        changed = {"email": self.email, "first_name": self.first_name, name: value}
        self.search = search_text(changed["email"] or "", changed["first_name"])
        return value

    @property
    def quarantined(self) -> bool:
        """True if the lead came from a list without proof of what the people agreed to, and the person has not
        confirmed since; then it must not be mailed."""
        came = self.provenance
        return came is not None and came.kind == "list" and not came.proven and self.confirmed_at is None

    @property
    def confirmed(self) -> bool:
        """True if the person confirmed from their mailbox that they want to be mailed, and has neither withdrawn nor
        been erased since."""
        return self.confirmed_at is not None and self.withdrawn_at is None and self.erased_at is None


class LeadActivity(Base):
    """Something that a member or one of the staff did about a lead: set a stage, wrote a note, or set the day of the
    next follow-up."""

    __tablename__ = "step"
    holds = PROSPECT

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """What was done: stage, note or follow-up."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    """The fields of the lead that were changed, with their values ``before`` and ``after``."""
    note: Mapped[str | None] = mapped_column(Text)
    """A member's note about the person; an erasure removes it."""
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
