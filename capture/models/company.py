"""What ``capture sync`` copies from the site folder; it can be loaded again at any time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import MEMBER, Holds
from capture.models.tables import Base, Code, EmailAddress, Words


class Company(Base):
    """The company, in one row: what mails and answers say about it."""

    __tablename__ = "company"
    holds = Holds.nothing("the company is no person")
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
    """Which touch decides if several members have some: "first" or "last" (see ``attribution.Rules``)."""
    window_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How long a touch counts."""
    correction_days: Mapped[int] = mapped_column(default=30, server_default="30")
    """How long after confirming a person may correct who introduced them."""
    unconfirmed_days: Mapped[int] = mapped_column(default=30, server_default="30")
    """How long sign-ups are kept that are not confirmed."""
    withdrawn_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How long leads are kept after the person withdrew."""
    mails_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How long mails are kept that were sent, dropped or given up."""
    currency: Mapped[str] = mapped_column(String(3), default="EUR", server_default="EUR")
    """The currency in which spending is entered (ISO 4217)."""


class Member(Base):
    """A member, as of the last sync of the roster. Rows are never deleted, since leads refer to them."""

    __tablename__ = "member"
    holds = MEMBER

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
    """False if the roster says so, or no longer contains the member."""


class Slug(Base):
    """A slug that is or once was a member's address. It is never given to another person."""

    __tablename__ = "slug"
    holds = MEMBER

    slug: Mapped[str] = mapped_column(Words, primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)


class Page(Base):
    """A page's path below the root of a site. ``replica``: whether the site is a member's or the company's own;
    ``home_locale``: the site's own language."""

    __tablename__ = "page"
    holds = Holds.nothing("addresses of pages")

    replica: Mapped[bool] = mapped_column(primary_key=True)
    home_locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(Words, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)


class Wording(Base):
    """A consent wording with its placeholders. Old ones stay, since consents refer to them."""

    __tablename__ = "wording"
    holds = Holds.nothing("sentences that everybody reads")

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The first 16 hexadecimal digits of the digest, as page tokens carry them."""
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    has_member: Mapped[bool] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 in hexadecimal."""
    text: Mapped[str] = mapped_column(Text)
    current: Mapped[bool]
    """True for the wording that pages carry now."""
