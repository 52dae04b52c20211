"""Visits, and numbers that were counted ahead."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import MEMBER, Holds
from capture.models.tables import Base, Code, Words


class Visit(Base):
    """How often a page was shown on a day. Nothing tells by whom."""

    __tablename__ = "visit"
    holds = Holds.nothing("counts of views; nothing tells by whom")
    __table_args__ = (Index("ix_visit_host_day", "host", "day"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(Code, primary_key=True)
    """The member's id; ``_company`` for the company's own pages."""
    page: Mapped[str] = mapped_column(Words, primary_key=True)
    """As page tokens call it; a campaign's landing page is ``c/`` and its code."""
    count: Mapped[int] = mapped_column(BigInteger)


class WeeklyVisits(Base):
    """The visits of all hosts together by week, so that the company's numbers need not go through every day of every
    member. Made from ``Visit`` and can be made again."""

    __tablename__ = "visited_week"
    holds = Holds.nothing("counts of views by week")

    week: Mapped[date] = mapped_column(primary_key=True)
    """Its Monday."""
    page: Mapped[str] = mapped_column(Words, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class StoredResults(Base):
    """Results for the whole company, counted ahead: going through a million leads takes longer than a page may."""

    __tablename__ = "counted"
    holds = Holds.nothing("numbers of the whole company")

    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    """See ``results.Period``."""
    interest: Mapped[str] = mapped_column(String(16), primary_key=True)
    """See ``results.InterestFilter``."""
    figures: Mapped[dict[str, Any]]
    """A ``results.Results``."""
    at: Mapped[datetime]
    """When it was counted."""


class LeadCount(Base):
    """How many leads a member follows up, counted ahead for the numbers of teams (see ``teams``)."""

    __tablename__ = "lead_count"
    holds = MEMBER

    member_id: Mapped[str] = mapped_column(Code, primary_key=True)
    leads: Mapped[int] = mapped_column(Integer)
    this_month: Mapped[int] = mapped_column(Integer)
    month: Mapped[date]
    """The first day of the month that ``this_month`` is about."""
