"""The tables, as SQLAlchemy 2 classes. The migrations make them; a test compares the two.

Two halves: what ``capture sync`` copies from the site folder (company, members, pages, wordings), and what
prospects and members do (leads, touches, consents, the outbox). The first half can be loaded again at any time;
the second is the company's property and is only ever added to.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite has no time zones, so naive UTC is stored there; Python always sees UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into the database; a naive moment is refused, since nobody can tell when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Out of the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column whose type is exactly INTEGER."""

Code = String(64)
Words = String(200)
EmailAddress = String(254)
"""RFC 5321 leaves 254 characters for an address between its angle brackets."""


class Base(DeclarativeBase):
    """All tables; the naming convention gives every constraint a name that a migration can refer to."""

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


class Sealed(Base):
    """What rows of evidence have in common: a place in the chain (see ``evidence``)."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    seq: Mapped[int | None] = mapped_column(Id, unique=True, index=True)
    """The row's number in the one sequence of all evidence; None for rows that are older than the chain."""
    seal: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 over the seal before and this row's values."""


class Company(Base):
    """The company, in one row: what mails and answers say about it."""

    __tablename__ = "company"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Words)
    legal_name: Mapped[str] = mapped_column(Words)
    address: Mapped[list[str]]
    email: Mapped[str] = mapped_column(EmailAddress)
    phone: Mapped[str | None] = mapped_column(Words)
    home: Mapped[str] = mapped_column(Text)
    """The root of its site as an absolute address, ending in "/"."""
    service: Mapped[str] = mapped_column(Text)
    """The root of this service as an absolute address, ending in "/": mailed links begin with it."""
    layout: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(16))
    look: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """The theme's colours by name, and its ``scheme`` and ``corners``, for this service's own pages and mails."""
    touch_policy: Mapped[str] = mapped_column(String(8), default="first", server_default="first")
    """"first" or "last": which touch decides where there are those of several members."""
    window_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How long a touch counts."""
    correction_days: Mapped[int] = mapped_column(default=30, server_default="30")
    """How long after confirming a person may say that somebody else introduced them."""
    unconfirmed_days: Mapped[int] = mapped_column(default=30, server_default="30")
    """How long sign-ups are kept that nobody confirms."""
    withdrawn_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How long leads are kept whose owners left."""
    mails_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How long mails are kept that are done."""
    currency: Mapped[str] = mapped_column(String(3), default="EUR", server_default="EUR")
    """What spend is written down in (ISO 4217)."""


class Member(Base):
    """A member as the roster last told it. Rows are never deleted: leads name them for good."""

    __tablename__ = "member"

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    slug: Mapped[str] = mapped_column(Words, index=True)
    name: Mapped[str] = mapped_column(Words)
    first_name: Mapped[str] = mapped_column(Words)
    email: Mapped[str] = mapped_column(EmailAddress, index=True)
    phone: Mapped[str | None] = mapped_column(Words)
    locale: Mapped[str] = mapped_column(String(16))
    home: Mapped[str] = mapped_column(Text)
    """The root of their site as an absolute address, ending in "/"."""
    sponsor_id: Mapped[str | None] = mapped_column(
        ForeignKey("member.id", deferrable=True, initially="DEFERRED"), index=True
    )
    active: Mapped[bool]
    """False once the roster says so or no longer names them."""


class Slug(Base):
    """Every slug that was ever somebody's address. It is never given to another person."""

    __tablename__ = "slug"

    slug: Mapped[str] = mapped_column(Words, primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)


class Page(Base):
    """Where a page stands, below the root of a site with a certain own language."""

    __tablename__ = "page"

    replica: Mapped[bool] = mapped_column(primary_key=True)
    home_locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(Words, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)


class Wording(Base):
    """A consent wording with its placeholders. Old ones stay: consents refer to them."""

    __tablename__ = "wording"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The first 16 hexadecimal digits of the digest, as page tokens carry them."""
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    has_member: Mapped[bool] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 in hexadecimal."""
    text: Mapped[str] = mapped_column(Text)
    current: Mapped[bool]
    """True for the wording that pages carry now."""


class Lead(Base):
    """One person under one member, or in the company's pool where ``member_id`` is None."""

    __tablename__ = "lead"
    __table_args__ = (
        # Two NULLs are never equal, so the company's pool needs an index of its own.
        Index("uq_lead_member_id_email", "member_id", "email", unique=True),
        # PostgreSQL answers "begins with" only from an index by character.
        Index("ix_lead_email", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index("ix_lead_servicer_id_known_at", "servicer_id", "known_at", "id"),
        Index("ix_lead_servicer_id_due_on", "servicer_id", "due_on", "id"),
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

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    email: Mapped[str] = mapped_column(EmailAddress)
    """As typed, with the domain in lower case: that is who the person is."""
    first_name: Mapped[str | None] = mapped_column(Words)
    interest: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(16))
    """The language they first signed up in: mails to them are written in it."""
    handle: Mapped[str] = mapped_column(String(32), unique=True, index=True, default=lambda: uuid4().hex)
    """What mailed links call the lead: random, and unlike its number never given to another."""
    mark: Mapped[str] = mapped_column(String(64), index=True, default="")
    """The keyed hash of the canonical address, as suppression and limits know it."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When its owner said from their mailbox that it was they who signed up; before, nobody is told of the lead."""
    withdrawn_at: Mapped[datetime | None]
    """When its owner left; a later confirmation clears it."""
    owner_id: Mapped[str | None] = mapped_column(Code)
    """Who is credited, as the newest decision says; None before the first one, and for the company's pool."""
    servicer_id: Mapped[str | None] = mapped_column(Code)
    """Who follows up now; None: the company."""
    erased_at: Mapped[datetime | None]
    """When what made it a person was destroyed: address, name, mark. What remains counts, and tells of nobody."""
    known_at: Mapped[datetime | None]
    """Since when whoever follows up knows of it: confirmed by its owner, or entered by a member or from a list. None
    before, and once it was erased."""
    provenance_id: Mapped[int | None] = mapped_column(Id)
    """Where it came from, where that was not a sign-up."""
    phone: Mapped[str | None] = mapped_column(String(32))
    """E.164, where somebody met the person and wrote it down."""
    stage: Mapped[str] = mapped_column(String(16), default="new", server_default="new")
    """How far it has come (see ``pipeline``)."""
    lost_because: Mapped[str | None] = mapped_column(String(16))
    """Why it was given up; None in every stage but ``lost``."""
    due_on: Mapped[date | None]
    """The day of the next follow-up."""
    campaign_id: Mapped[int | None] = mapped_column(Id)
    """What brought it: the campaign by which its first sign-up came, or that of the list it stood on. Nothing that
    comes later changes it."""

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
        """True while it stands there because of a list of which nobody knows what the people agreed to."""
        came = self.provenance
        return came is not None and came.kind == "list" and not came.proven and self.confirmed_at is None

    @property
    def confirmed(self) -> bool:
        """True while its owner wants to hear from us, and said so from their mailbox."""
        return self.confirmed_at is not None and self.withdrawn_at is None and self.erased_at is None


class Campaign(Base):
    """One placement of one channel: a radio spot, a newspaper advertisement, a flyer, a list that was bought."""

    __tablename__ = "campaign"
    __table_args__ = (Index("ix_campaign_member_id_created_at", "member_id", "created_at", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Code, unique=True)
    """What people say and type, and what its landing address ends in; never given to another campaign."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    """Whose it is; None: the company's."""
    channel: Mapped[str] = mapped_column(String(16))
    """web, social, email, radio, newspaper, flyer, event, list or referral."""
    name: Mapped[str] = mapped_column(Words)
    """For those who work with it; nothing that is public shows it."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    """Its last day. The landing page stays: what was printed goes on being read."""
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    """When a sync told the site of it; before, its landing page cannot be there."""

    member: Mapped[Member | None] = relationship()


class Spending(Base):
    """Money that was spent on a campaign. One without any has no cost recorded, which is not the same as none."""

    __tablename__ = "spending"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    on: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    """In minor units of the company's currency."""
    note: Mapped[str | None] = mapped_column(Words)
    at: Mapped[datetime]


class Visit(Base):
    """How often a page was shown on a day. Nothing tells by whom."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_host_day", "host", "day"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(Code, primary_key=True)
    """The member's id; ``_company`` for the company's own pages."""
    page: Mapped[str] = mapped_column(Words, primary_key=True)
    """As page tokens call it; a campaign's landing page is ``c/`` and its code."""
    count: Mapped[int] = mapped_column(BigInteger)


class VisitedWeek(Base):
    """The visits of all hosts together by week, so that the company's numbers need not go through every day of every
    member. Made from ``Visit`` and can be made again."""

    __tablename__ = "visited_week"

    week: Mapped[date] = mapped_column(primary_key=True)
    """Its Monday."""
    page: Mapped[str] = mapped_column(Words, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class Counted(Base):
    """What works for the whole company, counted ahead: going through a million leads takes longer than a page may."""

    __tablename__ = "counted"

    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    """See ``results.Period``."""
    interest: Mapped[str] = mapped_column(String(16), primary_key=True)
    """See ``results.About``."""
    figures: Mapped[dict[str, Any]]
    """A ``results.Results``."""
    at: Mapped[datetime]
    """When it was counted."""


class LeadCount(Base):
    """How many leads a member follows up, counted ahead for the numbers of teams (see ``teams``)."""

    __tablename__ = "lead_count"

    member_id: Mapped[str] = mapped_column(Code, primary_key=True)
    leads: Mapped[int] = mapped_column(Integer)
    this_month: Mapped[int] = mapped_column(Integer)
    month: Mapped[date]
    """The first day of the month that ``this_month`` is about."""


class Touch(Sealed):
    """One sign-up as it came in. Only ever added."""

    __tablename__ = "touch"

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
    particular: Mapped[Particular | None] = relationship(back_populates="touch", lazy="joined")

    @property
    def utm(self) -> dict[str, Any]:
        """What the campaign parameters said; nothing once the person was erased."""
        return self.particular.utm if self.particular else {}

    @property
    def introducer(self) -> str | None:
        """Who introduced them, in their own words; None where they did not say, or were erased."""
        return self.particular.introducer if self.particular else None


class Particular(Base):
    """What a touch told about a person: the only part of the evidence that an erasure destroys."""

    __tablename__ = "particular"

    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    email: Mapped[str] = mapped_column(EmailAddress)
    first_name: Mapped[str | None] = mapped_column(Words)
    utm: Mapped[dict[str, Any]]
    """The campaign parameters: source, medium, campaign, term, content; only those present."""
    introducer: Mapped[str | None] = mapped_column(Words)
    """What they answered to "Who introduced you?", as typed; who that is, the decisions say."""

    touch: Mapped[Touch] = relationship(back_populates="particular")


class Consent(Sealed):
    """What a person agreed to, and when. Only ever added."""

    __tablename__ = "consent"

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), unique=True)
    wording: Mapped[str] = mapped_column(String(16))
    """The ``Wording.id`` that the page carried. No foreign key: a site can be published before it is synced."""
    at: Mapped[datetime]

    touch: Mapped[Touch] = relationship(back_populates="consent")


class Act(Sealed):
    """What a person did about a lead of theirs, from their mailbox. Only ever added."""

    __tablename__ = "act"

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """confirmed, unsubscribed, withdrawn, disowned, corrected or erased; purged: done by the company's policy."""
    at: Mapped[datetime]


class Decision(Sealed):
    """Who was credited with a lead, by which rule, and what the rule saw. Only ever added; the newest holds."""

    __tablename__ = "decision"

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    servicer_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    rule: Mapped[str] = mapped_column(String(16))
    saw: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Chain(Base):
    """The end of the chain of evidence, in one row: whoever adds to it holds this row."""

    __tablename__ = "chain"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Id)
    seal: Mapped[str] = mapped_column(String(64))


class Suppression(Base):
    """An address that must not be mailed, as a keyed hash."""

    __tablename__ = "suppression"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime]


class Spent(Base):
    """One unit of a budget that was used: a confirmation mail to a recipient, a sign-up from a network, …"""

    __tablename__ = "spent"
    __table_args__ = (Index("ix_spent_scope_subject_at", "scope", "subject", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    scope: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    """Whose budget: a keyed hash for people and networks."""
    at: Mapped[datetime] = mapped_column(index=True)


class Tally(Base):
    """How many sign-ups a network, a token, a receiving domain or everybody sent within one hour."""

    __tablename__ = "tally"

    scope: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


class Used(Base):
    """A proof of work that has served; until its time is over it must not serve again."""

    __tablename__ = "used"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)


class OutboxMail(Base):
    """A mail that was promised in the same transaction as what it tells of."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'leased', 'sent', 'dead', 'held', 'dropped')", name="state"),
        Index("ix_outbox_state_next_attempt_at", "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    """The lead it tells of; None for a mail about everything held of a person."""
    kind: Mapped[str] = mapped_column(String(32))
    """The name of the mail's folder of templates."""
    recipient: Mapped[str] = mapped_column(EmailAddress)
    domain: Mapped[str] = mapped_column(String(253))
    """The receiving domain, in lower case."""
    locale: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Words, unique=True)
    """Without its angle brackets; the same at every attempt, so that a receiver can tell a double."""
    list_id: Mapped[str | None] = mapped_column(Words)
    """The list that an unsubscription leaves (RFC 2919, without brackets); None for mails that have none."""
    state: Mapped[str] = mapped_column(String(16), default="waiting", server_default="waiting")
    """waiting, leased, sent, dead (refused for good), held until the operator decides, or dropped by a decision or
    a suppression."""
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    next_attempt_at: Mapped[datetime]
    """Not before this moment."""
    leased_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(Code)
    last_error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Staff(Base):
    """Somebody of the company who may see all leads."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(EmailAddress, unique=True)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Ticket(Base):
    """A mailed link that signs one person in, once."""

    __tablename__ = "ticket"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    until: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Sitting(Base):
    """A browser that is signed in. Its cookie holds a secret of which only the digest is kept."""

    __tablename__ = "sitting"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the cookie's value, in hexadecimal."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    """What forms of this sitting must carry, so that no other site can send them."""
    created_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    """When it was signed out; it is never good again."""


class Viewing(Base):
    """That somebody of the staff looked at personal data. Only ever added."""

    __tablename__ = "viewing"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    what: Mapped[str] = mapped_column(String(32))
    """The page that was looked at, by the name of its view."""
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    """The lead on it; None for a list."""
    rows: Mapped[int] = mapped_column(Integer)
    """How many people were on it."""
    at: Mapped[datetime] = mapped_column(index=True)


class Step(Base):
    """What a member or the staff did about a lead: another stage, a note, another day for the follow-up."""

    __tablename__ = "step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """stage, note or follow-up."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    """The lead's fields that it changed, as they were and as they became."""
    note: Mapped[str | None] = mapped_column(Text)
    """Words of the member's about a person: an erasure takes them away."""
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Provenance(Base):
    """Where leads came from that did not sign up: a list that was bought or brought along, or one person whom a
    member met. What a list was gathered with must be known before anybody on it may be mailed."""

    __tablename__ = "provenance"

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
    """Of the file and what its columns mean (``List.meant``): the same list goes on where it was cut off."""
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


class Ledger(Base):
    """What became of one row of a list. Holds nothing of the person but the lead's number."""

    __tablename__ = "ledger"

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
