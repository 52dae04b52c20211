"""Gives the code that creates the demo's sample data what it shares: the database, the synced company, the members with
a part in the demo, and the dates of the invented quarter."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from capture.accounts import signing_in
from capture.accounts.signing_in import Person
from capture.base.db import Database
from capture.base.feature import Feature
from capture.base.tokens import Links
from capture.company import hosts
from capture.company.generator import CAMPAIGN, CODE, THANKS, PageSeen
from capture.demo import parts
from capture.demo.parts import Parts
from capture.demo.quarter.cast import SEED, Cast, Notes
from capture.mailing.letters import Letters
from capture.models import Company, Member, OfficeSession, Page, Staff, Wording

DAYS = 91
"""How many days before today the sample data begin."""

_GROWTH = 0.35
"""The share of events that are moved towards the end of the quarter, from 0 (none) to 1 (all)."""

_NEVER_FIRST = {CAMPAIGN, CODE, THANKS, "404", "privacy"}
"""The keys of pages on which the sample data have no sign-ups."""


@dataclass(frozen=True, slots=True)
class World:
    """What all code that creates the demo's sample data shares: the database, the company, the members with a part in
    the demo, one of the staff, and random people and notes.

    ``today``: the day of the demo's start in UTC, from which days are counted back.
    """

    database: Database
    links: Links
    letters: Letters
    today: date
    company: Company
    parts: Parts
    staff_id: int
    staff_address: str
    pages: Sequence[str]
    """The keys of the pages on which people sign up."""
    features: Sequence[Feature]
    """All features of the service, which the functions that erase and purge need."""
    wordings: dict[tuple[str, bool], str]
    """The ids of the current consent wordings, by language and by whether the wording names a member."""
    cast: Cast = field(default_factory=Cast)
    notes: Notes = field(default_factory=Notes)

    @property
    def midnight(self) -> datetime:
        """The beginning of today, in UTC. The sample data have no follow-up after it, so that people who try the demo
        find some to do."""
        return datetime.combine(self.today, time(), UTC)

    def day(self, back: int) -> date:
        """Returns the day that is ``back`` days before today."""
        return self.today - timedelta(days=back)

    def moment(self, back: int, chance: Random, hours: tuple[int, int] = (8, 21)) -> datetime:
        """Returns a random moment of the day that is ``back`` days before today, between two hours in UTC. ``chance``:
        the random generator."""
        seconds = chance.randrange(hours[0] * 3600, hours[1] * 3600)
        return datetime.combine(self.day(back), time(), UTC) + timedelta(seconds=seconds)

    def later(self, after: datetime, days: int, chance: Random) -> datetime:
        """Returns a random moment ``days`` days after ``after``, between 8 and 19 h in UTC; with 0 days a moment within
        the next two hours."""
        if days <= 0:
            return after + timedelta(seconds=chance.randrange(600, 7200))
        return self.moment((self.today - after.date()).days - days, chance, (8, 19))

    def person(self, member_id: str | None) -> Person:
        """Returns a member as a person who is signed in to the office; for None, the sample data's staff member."""
        if member_id is None:
            staff = Staff(id=self.staff_id, email=self.staff_address)
            return Person(None, staff, OfficeSession())
        return Person(next(each for each in self.members if each.id == member_id), None, OfficeSession())

    @property
    def members(self) -> list[Member]:
        """All active members who have a part in the demo: the main member, her sponsor and so on, then the others."""
        found = (self.parts.member, self.parts.sponsor, self.parts.abroad, self.parts.neighbour, *self.parts.others)
        return [each for each in found if each is not None]

    def speaking(self, locale: str) -> list[Member]:
        """Returns the members with a part in the demo whose language is ``locale``; all of them if fewer than two have
        this language."""
        found = [each for each in self.members if each.locale == locale]
        return found if len(found) > 1 else self.members

    def lately(self, chance: Random) -> int:
        """Returns how many days ago an event of the sample data happens: a random number from 1 to 90, small ones more
        often (see ``_GROWTH``)."""
        days = chance.randrange(1, DAYS)
        return min(days, chance.randrange(1, DAYS)) if chance.random() < _GROWTH else days

    def seen(self, page: str, locale: str, has_member: bool, at: datetime) -> PageSeen:
        """Returns what a sign-up form says about its page (page, language, build, consent wording), as if the site had
        been built every Monday. ``at``: when the form was sent."""
        monday = at.date() - timedelta(days=at.weekday())
        build = hashlib.sha256(f"{SEED} {self.today - monday}".encode()).hexdigest()[:12]
        return PageSeen(page, locale, build, self.wordings[locale, has_member])


def enter(database: Database, features: Sequence[Feature], links: Links, now: datetime) -> World:
    """Returns the World for the sample data, read from a synced database. Adds a first staff member if there is none.

    Raises Unavailable if the database cannot be used.
    """
    with database.write() as session:
        company = hosts.get_company(session)
        parts.ensure_staff(session, company, now - timedelta(days=DAYS))
    with database.read() as session:
        staff = signing_in.staff(session)[0]
        company = hosts.get_company(session)
        keys = session.scalars(select(Page.key).where(Page.replica).distinct()).all()
        current = session.scalars(select(Wording).where(Wording.current)).all()
        return World(
            database,
            links,
            Letters(links),
            now.date(),
            company,
            parts.cast(session, company),
            staff.id,
            staff.email,
            sorted(set(keys) - _NEVER_FIRST),
            features,
            {(each.locale, each.has_member): each.id for each in current},
        )
