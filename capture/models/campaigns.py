"""Campaigns and what was spent on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from capture.models.holds import MEMBER, Holds
from capture.models.tables import Base, Code, Id, Words

if TYPE_CHECKING:
    from capture.models.company import Member


class Campaign(Base):
    """One placement of one channel: a radio spot, a newspaper advertisement, a flyer, a list that was bought."""

    __tablename__ = "campaign"
    holds = MEMBER
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
    holds = Holds.nothing("sums of a campaign")

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    on: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    """In minor units of the company's currency."""
    note: Mapped[str | None] = mapped_column(Words)
    at: Mapped[datetime]
