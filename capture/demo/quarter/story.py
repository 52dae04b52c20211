"""Creates the demo's sample data, from the first day of an invented quarter to the present moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.db import Database
from capture.base.feature import Feature
from capture.base.tokens import Links
from capture.demo.quarter import visits, world
from capture.demo.quarter.agenda import Agenda
from capture.demo.quarter.campaigns import Campaigns
from capture.demo.quarter.care import Care
from capture.demo.quarter.cast import chance
from capture.demo.quarter.leaving import Leaving
from capture.demo.quarter.lists import Lists
from capture.demo.quarter.sign_ups import Occasion, SignUps
from capture.demo.quarter.world import DAYS, World
from capture.leads import pipeline
from capture.leads.pipeline import Stage
from capture.models import Lead, Member

_OF_COMPANY = 24
_OF_PARTS = {"member": 26, "sponsor": 20, "abroad": 14, "neighbour": 10}
_OF_OTHERS = (6, 1, 3, 2, 0)
"""The numbers of sign-ups without a campaign: on the company's site, on the site of each member with a part in the
demo, and on those of further members (repeated in this order)."""

_TODAY: tuple[tuple[str, int, float], ...] = (
    ("member", 250, 1), ("sponsor", 230, 1), ("member", 170, 0), ("", 145, 1), ("abroad", 120, 1), ("member", 95, 1),
    ("sponsor", 61, 0), ("", 44, 1), ("member", 32, 1), ("", 9, 0),
)  # fmt: skip
"""The sign-ups of today: the part of the member whose page it is ("": the company), how many minutes ago, and 1 if the
person confirms, else 0."""

_TODAY_TAKES = timedelta(minutes=300)
"""The time over which today's sign-ups are spread; if the demo starts sooner after midnight, they are closer
together."""

_DUE_TODAY = {"member": 4, "sponsor": 3}
"""How many follow-ups of these members are moved to today, in addition to those that ``care`` plans."""


def has_leads(database: Database) -> bool:
    """Returns True if the database contains any lead. Raises Unavailable if it cannot be used."""
    with database.read() as session:
        return session.scalars(select(Lead.id).limit(1)).first() is not None


def tell(
    database: Database, features: Sequence[Feature], links: Links, now: datetime, progress: Callable[[int], None]
) -> None:
    """Adds the invented quarter of leads, campaigns and visits to a database that was synced with a site folder.

    ``progress`` is called with the number of days done so far, of ``DAYS``. Raises Unavailable if the database cannot
    be used.
    """
    here = world.enter(database, features, links, now)
    agenda = Agenda()
    care, leaving = Care(here, agenda), Leaving(here, agenda)
    sign_ups = SignUps(here, agenda, care, leaving)
    campaigns = Campaigns(here, agenda, sign_ups)
    campaigns.plan()
    leaving.plan()
    lists = Lists(here, agenda, care, campaigns)
    lists.plan()
    _plan_own_pages(here, sign_ups)
    if here.parts.member is not None:
        agenda.at(here.midnight - timedelta(hours=5), lambda session, at: _set_due(here, session, at))
    # Follow-ups end at midnight, so that those due today are open.
    agenda.run(database, here.midnight, lambda moment: progress(DAYS - (now - moment).days))
    _tell_today(here, now)
    lists.waiting(now)
    visits.add(here, campaigns.visits)
    progress(DAYS)


def _plan_own_pages(here: World, sign_ups: SignUps) -> None:
    """Plans the sign-ups without a campaign, a little more of them each week."""
    for member, number in _own_pages(here):
        chosen = chance("own pages", member.id if member else "")
        for _ in range(number):
            sign_ups.plan(Occasion(member), here.moment(here.lately(chosen), chosen))


def _own_pages(here: World) -> Iterator[tuple[Member | None, int]]:
    yield None, _OF_COMPANY
    for part, number in _OF_PARTS.items():
        if (member := getattr(here.parts, part)) is not None:
            yield member, number
    for place, member in enumerate(here.parts.others):
        yield member, _OF_OTHERS[place % len(_OF_OTHERS)]


def _set_due(here: World, session: Session, at: datetime) -> None:
    """Moves the next follow-up of some leads that were contacted before to today."""
    for part, number in _DUE_TODAY.items():
        member = getattr(here.parts, part)
        if member is None:
            continue
        theirs = (Lead.assignee_id == member.id, Lead.stage == Stage.CONTACTED, Lead.withdrawn_at.is_(None))
        query = select(Lead).where(*theirs, Lead.due_on > here.today).order_by(Lead.id).limit(number)
        for lead in session.scalars(query):
            pipeline.set_follow_up(session, lead, here.person(member.id), here.today, at)


def _tell_today(here: World, now: datetime) -> None:
    """Creates the sign-ups of today, without any follow-up."""
    agenda = Agenda()
    sign_ups = SignUps(here, agenda, Care(here, Agenda()), Leaving(here, Agenda()))
    pace = min(1.0, (now - here.midnight) / _TODAY_TAKES)
    for part, minutes, answers in _TODAY:
        member = getattr(here.parts, part) if part else None
        if member is not None or not part:
            occasion = Occasion(member, answers=answers)
            sign_ups.plan(occasion, now - timedelta(minutes=minutes) * pace)
    agenda.run(here.database, now, lambda moment: None)
