"""Creates the follow-up of leads in the demo's sample data: from the first contact until the person is a customer, a
new distributor, or lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from capture.accounts.signing_in import Person
from capture.company.generator import Interest
from capture.demo.quarter.agenda import Agenda
from capture.demo.quarter.cast import chance
from capture.demo.quarter.world import World
from capture.leads import pipeline
from capture.leads.pipeline import LostReason, Stage
from capture.models import Lead

MOST_TRIES = 4
"""After how many attempts a lead that never answers is given up as lost."""

LATE_DAYS = 6
"""How many days ago the oldest missed follow-up of the sample data was due; older follow-ups are all done."""

QUIET_DAYS = 4
"""The longest time until a lead's first contact, in days, by which some recent leads are still new in the demo."""


@dataclass(slots=True)
class _Case:
    """A lead that is followed up in the sample data. ``warmth``: how willing the person is, relative to 1 for sign-ups
    without a campaign. ``tries``: attempts to win the person so far."""

    lead_id: int
    warmth: float
    chance: Random
    tries: int = 0


class Care:
    """Follows up on the leads of the sample data, as members and staff do.

    Each action sets the day of the lead's next follow-up, and plans the next action for this day.
    """

    def __init__(self, world: World, agenda: Agenda) -> None:
        self._world = world
        self._agenda = agenda

    def begin(self, lead: Lead, warmth: float, at: datetime) -> None:
        """Plans the first contact with a lead that was confirmed or imported; some leads are never contacted."""
        chosen = chance("care", lead.email)
        diligence = 0.94 if self._is_main(lead.assignee_id) else 0.72
        if chosen.random() < diligence:
            case = _Case(lead.id, warmth, chosen)
            days = chosen.choice((0, 1, 1, 2, 3, QUIET_DAYS))
            self._agenda.at(self._world.later(at, days, chosen), self._step(case, self._contact))

    def met(self, session: Session, lead: Lead, at: datetime) -> None:
        """Adds a note to a lead whom a member met in person, and plans the first contact."""
        person = self._world.person(lead.assignee_id)
        case = _Case(lead.id, 1.3, chance("met", lead.email))
        self._note(session, lead, person, case, "met", at)
        self.begin(lead, case.warmth, at)

    def _is_main(self, member_id: str | None) -> bool:
        parts = self._world.parts
        return member_id in {each.id for each in (parts.member, parts.sponsor) if each} or member_id is None

    def _step(
        self, case: _Case, act: Callable[[Session, Lead, Person, _Case, datetime], None]
    ) -> Callable[[Session, datetime], None]:
        """Returns the action for the agenda, which does ``act`` to the lead; it skips leads that are erased or have
        withdrawn by then."""

        def do(session: Session, at: datetime) -> None:
            lead = session.get_one(Lead, case.lead_id)
            person = self._world.person(lead.assignee_id)
            if lead.erased_at is None and lead.withdrawn_at is None:
                act(session, lead, person, case, at)
            elif lead.erased_at is None:
                pipeline.set_follow_up(session, lead, person, None, at)  # withdrawn: no more follow-ups

        return do

    def _contact(self, session: Session, lead: Lead, person: Person, case: _Case, at: datetime) -> None:
        if lead.stage == Stage.NEW:
            pipeline.set_stage(session, lead, person, Stage.CONTACTED, None, at)
        if case.chance.random() < 0.6:
            self._note(session, lead, person, case, "opportunity" if self._joins(lead) else "products", at)
        self._again(session, lead, person, case, (3, 14), self._decide, at)

    def _decide(self, session: Session, lead: Lead, person: Person, case: _Case, at: datetime) -> None:
        case.tries += 1
        drawn = case.chance.random()
        if drawn < 0.15 * case.warmth:
            pipeline.set_stage(session, lead, person, Stage.QUALIFIED, None, at)
            self._note(session, lead, person, case, "qualified-joining" if self._joins(lead) else "qualified", at)
            self._again(session, lead, person, case, (3, 10), self._close, at)
        elif drawn > 0.87 or case.tries >= MOST_TRIES:
            told = drawn > 0.87
            self._give_up(session, lead, person, case, LostReason.NOT_INTERESTED if told else LostReason.NO_ANSWER, at)
        else:
            self._note(session, lead, person, case, "again", at)
            self._again(session, lead, person, case, (6, 30), self._decide, at)

    def _close(self, session: Session, lead: Lead, person: Person, case: _Case, at: datetime) -> None:
        joins = self._joins(lead) or (lead.interest == Interest.BOTH and case.chance.random() < 0.25)
        if case.chance.random() < (0.6 if joins else 0.45):
            stage = Stage.RECRUIT if joins else Stage.CUSTOMER
            pipeline.set_stage(session, lead, person, stage, None, at)
            self._note(session, lead, person, case, str(stage), at)
            pipeline.set_follow_up(session, lead, person, None, at)
        elif case.chance.random() < 0.3:
            reason = case.chance.choice((LostReason.NOT_NOW, LostReason.NOT_SUITED, LostReason.OTHER))
            self._give_up(session, lead, person, case, reason, at)
        else:
            self._again(session, lead, person, case, (7, 16), self._close, at)

    def _give_up(
        self, session: Session, lead: Lead, person: Person, case: _Case, why: LostReason, at: datetime
    ) -> None:
        self._note(session, lead, person, case, f"lost-{why}", at)
        pipeline.set_stage(session, lead, person, Stage.LOST, why, at)

    def _again(
        self,
        session: Session,
        lead: Lead,
        person: Person,
        case: _Case,
        days: tuple[int, int],
        act: Callable[[Session, Lead, Person, _Case, datetime], None],
        at: datetime,
    ) -> None:
        """Sets the day of a lead's next follow-up and plans ``act`` for this day; a few recent follow-ups are not
        planned, so that the demo shows missed ones."""
        moment = self._world.later(at, case.chance.randint(*days), case.chance)
        pipeline.set_follow_up(session, lead, person, moment.date(), at)
        missed = case.chance.random() < 0.12
        if not (missed and (self._world.today - moment.date()).days <= LATE_DAYS):
            self._agenda.at(moment, self._step(case, act))

    def _note(self, session: Session, lead: Lead, person: Person, case: _Case, occasion: str, at: datetime) -> None:
        locale = person.locale or self._world.company.locale
        pipeline.add_note(session, lead, person, self._world.notes.pick(case.chance, locale, occasion), at)

    @staticmethod
    def _joins(lead: Lead) -> bool:
        return lead.interest == Interest.OPPORTUNITY
