"""The tables that ``capture sync`` copies from the site folder and can load again at any time: company, members, pages
and consent wordings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import MEMBER, Holds
from capture.models.tables import Base, Code, EmailAddress, TimeZone, Words


class Company(Base):
    """The company, in a table of one row: its name and address for mails and pages, its colours, and its policies."""

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
    """The root of the company's site as an absolute address, ending in "/"."""
    service: Mapped[str] = mapped_column(Text)
    """The root of this service as an absolute address, ending in "/": mailed links begin with it."""
    layout: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(16))
    look: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """The theme's colours by name, and its ``scheme`` and ``corners``, for this service's own pages and mails."""
    touch_policy: Mapped[str] = mapped_column(String(8), default="first", server_default="first")
    """Which sign-up decides on the credit if a person signed up on several members' pages: "first" or "last" (see
    ``capture.credit.attribution.Rules``)."""
    window_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How many days a sign-up counts in the decision on who is credited."""
    correction_days: Mapped[int] = mapped_column(default=30, server_default="30")
    """How many days after confirming a person may correct who introduced them."""
    unconfirmed_days: Mapped[int] = mapped_column(default=30, server_default="30")
    """How many days sign-ups are kept that are not confirmed."""
    withdrawn_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How many days leads are kept after the person withdrew."""
    mails_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How many days mails are kept that were sent, dropped or given up."""
    currency: Mapped[str] = mapped_column(String(3), default="EUR", server_default="EUR")
    """The currency in which spending is entered (ISO 4217)."""
    timezone: Mapped[str | None] = mapped_column(TimeZone)
    """The time zone by which the company and its staff count days, by its name in the tz database; None: UTC."""


class Member(Base):
    """A member (distributor) of the company, as of the last sync of the roster. Rows are never deleted, since leads
    refer to them."""

    __tablename__ = "member"
    holds = MEMBER

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    slug: Mapped[str] = mapped_column(Words, index=True)
    name: Mapped[str] = mapped_column(Words)
    first_name: Mapped[str] = mapped_column(Words)
    email: Mapped[str | None] = mapped_column(EmailAddress, index=True)
    """None for a member without an address: nobody can sign in for them, and no mail reaches them."""
    folded_email: Mapped[str] = mapped_column(EmailAddress, default="", server_default="", index=True)
    """The folded form of ``email`` (see ``capture.base.identity``), by which staff see that a lead is a member."""
    phone: Mapped[str | None] = mapped_column(Words)
    locale: Mapped[str] = mapped_column(String(16))
    home: Mapped[str] = mapped_column(Text)
    """The root of the member's site as an absolute address, ending in "/"."""
    sponsor_id: Mapped[str | None] = mapped_column(
        ForeignKey("member.id", deferrable=True, initially="DEFERRED"), index=True
    )
    active: Mapped[bool]
    """False if the roster says that the member is not active, or no longer contains the member."""
    timezone: Mapped[str | None] = mapped_column(TimeZone)
    """The time zone by which the member counts days, by its name in the tz database; None: the company's."""

    @property
    def follows_up(self) -> bool:
        """True if leads can be left to the member: they are active, and have an address for mails and the office."""
        return self.active and self.email is not None


class Slug(Base):
    """A slug (the part of a site's address that names the member) that a member has or once had. A slug is never given
    to another person."""

    __tablename__ = "slug"
    holds = MEMBER

    slug: Mapped[str] = mapped_column(Words, primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)


class Page(Base):
    """A page of the sites, with its path below a site's root. ``replica``: True for members' sites, False for the
    company's own; ``home_locale``: the site's own language; ``locale``: the page's language."""

    __tablename__ = "page"
    holds = Holds.nothing("addresses of pages")

    replica: Mapped[bool] = mapped_column(primary_key=True)
    home_locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(Words, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)


class Wording(Base):
    """The sentence that people agree to when they sign up, with its placeholders. Old wordings stay, since consents
    refer to them."""

    __tablename__ = "wording"
    holds = Holds.nothing("sentences that everybody reads")

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The first 16 hexadecimal digits of the wording's digest, as the tokens in pages contain them."""
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    has_member: Mapped[bool] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """The wording's SHA-256 in hexadecimal."""
    text: Mapped[str] = mapped_column(Text)
    current: Mapped[bool]
    """True for the wording that pages have now."""
