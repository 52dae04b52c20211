"""The tables of reports: visits to pages, and figures that are computed ahead, since counting them takes too long."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from capture.models.holds import MEMBER, Holds
from capture.models.tables import Base, Code, Words


class Visit(Base):
    """How often a page of a site was shown on one day. Nothing about the visitors is stored."""

    __tablename__ = "visit"
    holds = Holds.nothing("counts of views; nothing tells by whom")
    __table_args__ = (Index("ix_visit_host_day", "host", "day"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    """The day that it was then for the member, or for the company on its own pages."""
    host: Mapped[str] = mapped_column(Code, primary_key=True)
    """The member's id; ``_company`` for the company's own pages."""
    page: Mapped[str] = mapped_column(Words, primary_key=True)
    """The page's name in page tokens; for a campaign's landing page ``c/`` and the campaign's code."""
    count: Mapped[int] = mapped_column(BigInteger)


class WeeklyVisits(Base):
    """How often a page was shown in one week, on the sites of all members and the company together.

    The rows are sums of ``Visit`` rows and can be computed again. They spare the company's reports from reading every
    day of every member.
    """

    __tablename__ = "visited_week"
    holds = Holds.nothing("counts of views by week")

    week: Mapped[date] = mapped_column(primary_key=True)
    """The Monday of the week."""
    page: Mapped[str] = mapped_column(Words, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class StoredResults(Base):
    """The figures of a report on the whole company, computed ahead: reading a million leads takes too long for a
    page."""

    __tablename__ = "counted"
    holds = Holds.nothing("numbers of the whole company")

    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    """The period of the report (see ``capture.reports.results.Period``)."""
    interest: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The interest of the leads that the report counts (see ``capture.reports.results.InterestFilter``)."""
    figures: Mapped[dict[str, Any]]
    """The report's figures, a ``capture.reports.results.Results``, as JSON."""
    at: Mapped[datetime]
    """When the figures were computed."""


class LeadCount(Base):
    """How many leads a member follows up, counted ahead for the team pages of the members above (see
    ``capture.teams``)."""

    __tablename__ = "lead_count"
    holds = MEMBER

    member_id: Mapped[str] = mapped_column(Code, primary_key=True)
    leads: Mapped[int] = mapped_column(Integer)
    this_month: Mapped[int] = mapped_column(Integer)
    month: Mapped[date]
    """The first day of the month that ``this_month`` is about: a month of the company's time zone."""
