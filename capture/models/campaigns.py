"""The tables of advertising campaigns and of the money spent on them."""

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
    """An advertising campaign, in one place of one channel: a radio spot, a newspaper advertisement, a flyer, a list of
    addresses that was bought."""

    __tablename__ = "campaign"
    holds = MEMBER
    __table_args__ = (Index("ix_campaign_member_id_created_at", "member_id", "created_at", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Code, unique=True)
    """The code that people hear or read and type in, and in which the landing page's address ends; never given to
    another campaign."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    """The member whose campaign it is; None: the company's."""
    channel: Mapped[str] = mapped_column(String(16))
    """The kind of advertising: web, social, email, radio, newspaper, flyer, event, list or referral."""
    name: Mapped[str] = mapped_column(Words)
    """The campaign's name, shown only to people who work with the campaign, never in public."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    """The campaign's last day. The landing page stays, since printed addresses are used long after."""
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    """When a sync first passed the campaign on to the site; before, there cannot be a landing page for it."""

    member: Mapped[Member | None] = relationship()


class Spending(Base):
    """Money that was spent on a campaign. A campaign without a row has an unknown cost, which is not a cost of zero."""

    __tablename__ = "spending"
    holds = Holds.nothing("sums of a campaign")

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    on: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    """The sum in minor units (such as cents) of the company's currency."""
    note: Mapped[str | None] = mapped_column(Words)
    at: Mapped[datetime]
