"""The tables of mails: the outbox, from which mails are sent, and the addresses that must not be mailed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import HASH, Holds, Whose
from capture.models.tables import Base, Code, EmailAddress, Id, Words


class OutboxMail(Base):
    """A mail that is to be sent, or was sent; or an event for another program. It is stored in the same transaction as
    the sign-up or change that it reports."""

    __tablename__ = "outbox"
    holds = Holds.data_of(Whose.PROSPECT, Whose.MEMBER, Whose.STAFF)
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'leased', 'sent', 'dead', 'held', 'dropped')", name="state"),
        Index("ix_outbox_state_next_attempt_at", "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    """The lead that the mail is about; None for mails that are not about one lead."""
    kind: Mapped[str] = mapped_column(String(32))
    """The name of the mail's kind (``capture.mailing.kinds``); ``webhook`` for an event to another program."""
    recipient: Mapped[str] = mapped_column(EmailAddress)
    domain: Mapped[str] = mapped_column(String(253))
    """The receiving domain, in lower case."""
    locale: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Words, unique=True)
    """The Message-ID without angle brackets; the same at every attempt, so that a receiver can recognise a
    duplicate."""
    list_id: Mapped[str | None] = mapped_column(Words)
    """The mailing list that a recipient can unsubscribe from (RFC 2919, without brackets); None if there is none."""
    state: Mapped[str] = mapped_column(String(16), default="waiting", server_default="waiting")
    """How far the mail has come: waiting, leased (a worker is sending it), sent, dead (refused for good), held (see
    ``held_because``), or dropped by the operator or because the address is suppressed."""
    held_because: Mapped[str | None] = mapped_column(String(16))
    """Why the mail is or was held: ``limit`` (too many sign-ups at once; the operator decides) or ``mailbox`` (its
    recipient got such a mail lately; it goes by itself when one may go again). None for mails that were not held."""
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    next_attempt_at: Mapped[datetime]
    """The mail is not sent before this moment; whether a held one may go is not looked at before it."""
    leased_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(Code)
    last_error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class MailTrouble(Base):
    """Why no mail can be sent at present, in a table of one row; without a row, mails are sent."""

    __tablename__ = "mail_trouble"
    holds = Holds.nothing("a mail server's refusal")
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]


class Suppression(Base):
    """A mark on an e-mail address, for which it must not be mailed: the address's keyed hash, and one reason."""

    __tablename__ = "suppression"
    holds = HASH

    email_hash: Mapped[str] = mapped_column("fingerprint", String(64), key="email_hash", primary_key=True)
    reason: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime]
    """When the mark was set, or last set again."""
    source: Mapped[str] = mapped_column(String(16), default="person", server_default="person")
    """Who said so (``capture.mailing.suppression.Source``)."""
    strong: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False for one report alone that the mailbox does not exist: it ends by itself, or by the person's own sign-up."""
    mail_id: Mapped[int | None] = mapped_column(Id)
    """The mail that came back; None if the reason is no bounce, or no mail of ours is known. No foreign key, since
    mails are purged."""
    note: Mapped[str | None] = mapped_column(Text)
    """Why staff or an operator set the mark, in their words; None for other sources."""
