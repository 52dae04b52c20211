"""Creates the sign-ups of the demo's sample data, on members' and the company's pages and on landing pages; most are
confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from capture.company.generator import Interest
from capture.consent import confirming
from capture.demo.quarter.agenda import Act, Agenda
from capture.demo.quarter.care import Care
from capture.demo.quarter.cast import Prospect
from capture.demo.quarter.leaving import Leaving
from capture.demo.quarter.world import World
from capture.models import Lead, Member
from capture.signup import accept
from capture.signup.accept import Accepted, SignUp, SignUpBatch

CONFIRMS = 0.84
"""The share of invented people who confirm their sign-up."""

SPEAKS_ANOTHER = 0.07
"""The share of invented people who read a member's pages in another language than the member's own."""

LIKED: Mapping[str, float] = {"home": 6, "signup": 4, "products": 3, "opportunity": 3, "story": 1.5, "faq": 1}
"""The weight of each page in the choice of where people sign up; other pages weigh 0.5."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where an invented sign-up is made, and by what kind of person. ``member``: the member whose site it is; None: the
    company's. ``page``: None for a random page of the site.

    ``warmth``: how willing the person is, relative to 1. ``utm``: the campaign parameters; ``weight``: for how many
    sign-ups this one counts in the limits.
    """

    member: Member | None
    page: str | None = None
    warmth: float = 1.0
    utm: Mapping[str, str] = field(default_factory=dict)
    network: str | None = None
    """The network from which several people sign up; None: a network of the person's own."""
    weight: int = 1
    answers: float | None = None
    """1 if the person confirms within minutes, 0 if not at all; None: by chance (see CONFIRMS)."""


class SignUps:
    """Plans the sign-ups of the sample data, and what follows from each: confirmation, follow-up, leaving."""

    def __init__(self, world: World, agenda: Agenda, care: Care, leaving: Leaving) -> None:
        self._world = world
        self._agenda = agenda
        self._care = care
        self._leaving = leaving

    def plan(self, occasion: Occasion, moment: datetime) -> None:
        """Plans one sign-up, at this moment, by a newly invented person."""
        who = self._world.cast.person(self._locale(occasion.member))
        self._agenda.at(moment, self._sign_up(who, occasion))

    def _locale(self, member: Member | None) -> str:
        own = member.locale if member else self._world.company.locale
        others = sorted({locale for locale, _ in self._world.wordings} - {own})
        chosen = self._world.cast.chance
        return chosen.choice(others) if others and chosen.random() < SPEAKS_ANOTHER else own

    def _sign_up(self, who: Prospect, occasion: Occasion, *, again: bool = False) -> Act:
        def do(session: Session, at: datetime) -> None:
            chosen = who.chance
            page = occasion.page or self._page(chosen)
            accepted = self._accept(session, who, occasion, page, at)
            answers = CONFIRMS if occasion.answers is None else occasion.answers
            if chosen.random() < answers:
                self._agenda.at(
                    self._delay(occasion, at, chosen), self._confirm(who, accepted.lead_id, occasion.warmth, at)
                )
                if who.number % 31 == 8 and not again:
                    self._come_back(who, occasion, at)
            else:
                self._leaving.unconfirmed(who, accepted.lead_id, at)

        return do

    def _accept(self, session: Session, who: Prospect, occasion: Occasion, page: str, at: datetime) -> Accepted:
        member = occasion.member
        sign_up = SignUp(
            email=who.email,
            first_name=who.name if who.number % 5 else None,
            interest=_interest(who, page),
            member_id=member.id if member else None,
            seen=self._world.seen(page, who.locale, member is not None, at),
            utm=occasion.utm,
            introducer=None if occasion.page else self._introducer(who),
            network=occasion.network or f"network {who.number}",
            weight=occasion.weight,
        )
        session.flush()
        desk = SignUpBatch(session.connection(), shared=False)
        accepted = accept.accept_sign_up(desk, sign_up, at, self._world.letters)
        desk.close()
        if not accepted.new:
            session.expire_all()  # the statements may have widened the lead's interest
        return accepted

    def _page(self, chosen: Random) -> str:
        pages = self._world.pages
        return chosen.choices(pages, [LIKED.get(each, 0.5) for each in pages])[0]

    def _introducer(self, who: Prospect) -> str | None:
        """Returns an invented person's answer to "Who introduced you?": a member's slug, other words, or None."""
        parts = self._world.parts
        if who.number % 53 == 12 and parts.left:
            return parts.left.slug
        members = self._world.speaking(who.locale)
        if who.number % 19 == 6 and members:
            return who.chance.choice(members).slug
        return who.chance.choice(self._world.cast.answers) if who.number % 23 == 2 else None

    def _delay(self, occasion: Occasion, at: datetime, chosen: Random) -> datetime:
        if occasion.answers is not None:
            return at + timedelta(seconds=chosen.randint(40, 400))
        kind = chosen.random()
        if kind < 0.65:
            return at + timedelta(minutes=chosen.randint(1, 40))
        return at + timedelta(hours=chosen.randint(1, 20) if kind < 0.9 else chosen.randint(20, 70))

    def _confirm(self, who: Prospect, lead_id: int, warmth: float, asked: datetime) -> Act:
        def do(session: Session, at: datetime) -> None:
            lead = session.get_one(Lead, lead_id)
            if lead.erased_at is not None or lead.confirmed:
                return
            self._leaving.send(session, at)  # the confirmation mail must be sent before it is answered
            confirming.confirm(session, lead, asked.replace(microsecond=0), at, self._world.letters)
            self._care.begin(lead, warmth, at)
            self._leaving.confirmed(who, lead, at)

        return do

    def _come_back(self, who: Prospect, occasion: Occasion, at: datetime) -> None:
        """Plans another sign-up of a person, on another member's page, which does not change whose lead the person
        is."""
        others = [each for each in self._world.speaking(who.locale) if each is not occasion.member]
        if others:
            again = Occasion(who.chance.choice(others))
            moment = self._world.later(at, who.chance.randint(3, 20), who.chance)
            self._agenda.at(moment, self._sign_up(who, again, again=True))


def _interest(who: Prospect, page: str) -> Interest:
    drawn = who.chance.random()
    if page == "opportunity":
        return Interest.OPPORTUNITY if drawn < 0.7 else Interest.BOTH
    return Interest.PRODUCTS if drawn < 0.74 else Interest.BOTH if drawn < 0.88 else Interest.OPPORTUNITY
