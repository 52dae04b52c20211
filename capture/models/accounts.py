"""The tables of sign-in: the company's staff, sign-in tokens, browser sessions, and the log of what staff looked at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import MEMBER_OR_STAFF, STAFF
from capture.models.tables import Base, EmailAddress, Id


class Staff(Base):
    """A table row for a person who works at the company and may see all leads in the office."""

    __tablename__ = "staff"
    holds = STAFF

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(EmailAddress, unique=True)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class SignInToken(Base):
    """The token in a mailed link by which a member or one of the staff signs in to the office, once."""

    __tablename__ = "ticket"
    holds = MEMBER_OR_STAFF

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    until: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class OfficeSession(Base):
    """A browser's session in the office, where a member or one of the staff is signed in.

    The browser's cookie contains a secret, of which only the digest is stored.
    """

    __tablename__ = "sitting"
    holds = MEMBER_OR_STAFF

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the cookie's value, in hexadecimal."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    """The value that the forms of this session must contain, so that no other site can send them."""
    created_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    """When the session was ended before its time, as by signing out; an ended session never becomes valid again."""


class SessionsEnded(Base):
    """A record that staff or an operator ended the sessions and sign-in links of a member or of one of the staff. Rows
    are only ever added."""

    __tablename__ = "sessions_ended"
    holds = MEMBER_OR_STAFF

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    by_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The staff member who ended them in the office; None for the command line."""
    sessions: Mapped[int] = mapped_column(Integer)
    """How many sessions were open."""
    at: Mapped[datetime]


class AccessLogEntry(Base):
    """An entry of the access log: one of the staff was shown a page with personal data, or a member brought people whom
    others may know. Rows are only ever added."""

    __tablename__ = "viewing"
    holds = MEMBER_OR_STAFF

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    what: Mapped[str] = mapped_column(String(32))
    """The page's name in the access log (``capture.web.access.Access.log``)."""
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    """The lead on the page; None for a list."""
    rows: Mapped[int] = mapped_column(Integer)
    """How many people the page showed."""
    at: Mapped[datetime] = mapped_column(index=True)
