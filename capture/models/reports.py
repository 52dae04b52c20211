"""Visits, and numbers that are computed ahead."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import MEMBER, Holds
from capture.models.tables import Base, Code, Words


class Visit(Base):
    """How often a page was shown on a day. Nothing says to whom."""

    __tablename__ = "visit"
    holds = Holds.nothing("counts of views; nothing tells by whom")
    __table_args__ = (Index("ix_visit_host_day", "host", "day"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(Code, primary_key=True)
    """The member's id; ``_company`` for the company's own pages."""
    page: Mapped[str] = mapped_column(Words, primary_key=True)
    """The page's name in page tokens; for a campaign's landing page ``c/`` and the campaign's code."""
    count: Mapped[int] = mapped_column(BigInteger)


class WeeklyVisits(Base):
    """The visits of all hosts together by week, so that the company's numbers need not read every day of every member.
    Computed from ``Visit``, and can be computed again."""

    __tablename__ = "visited_week"
    holds = Holds.nothing("counts of views by week")

    week: Mapped[date] = mapped_column(primary_key=True)
    """The Monday of the week."""
    page: Mapped[str] = mapped_column(Words, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class StoredResults(Base):
    """Results for the whole company, computed ahead: reading a million leads takes longer than a page may."""

    __tablename__ = "counted"
    holds = Holds.nothing("numbers of the whole company")

    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    """See ``results.Period``."""
    interest: Mapped[str] = mapped_column(String(16), primary_key=True)
    """See ``results.InterestFilter``."""
    figures: Mapped[dict[str, Any]]
    """A ``results.Results`` as JSON."""
    at: Mapped[datetime]
    """When they were computed."""


class LeadCount(Base):
    """How many leads a member follows up, computed ahead for the numbers of teams (see ``capture.teams``)."""

    __tablename__ = "lead_count"
    holds = MEMBER

    member_id: Mapped[str] = mapped_column(Code, primary_key=True)
    leads: Mapped[int] = mapped_column(Integer)
    this_month: Mapped[int] = mapped_column(Integer)
    month: Mapped[date]
    """The first day of the month that ``this_month`` is about."""
