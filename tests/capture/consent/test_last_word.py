"""Whatever happens in whatever order, under whichever spelling: nobody may be mailed against their own last word."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

import pytest
from sqlalchemy import select

from capture import features
from capture.base.identity import identity
from capture.company.generator import Interest, PageSeen
from capture.consent import confirming, erasing, my_data, unsubscribing
from capture.consent.spellings import leads_of_all
from capture.imports import importing
from capture.imports.importing import ListOrigin
from capture.imports.lists import LeadList
from capture.leads import caseload
from capture.mailing import suppression
from capture.mailing.suppression import Reason, Source
from capture.models import Lead
from capture.signup import accept

PEOPLE = 100
ORIGIN = ListOrigin("m-2", "Lists & Co", date(2026, 2, 1), "Yes, write to me")


@dataclass
class Person:
    """Somebody with three spellings; ``left``: when they last said no, None if their last word is yes or none."""

    spellings: tuple[str, str, str]
    left: datetime | None = None
    agreed: bool = False
    links: list[tuple[int, datetime]] = field(default_factory=list)


class World:
    """All people, and what can happen to them by the service's own use cases."""

    def __init__(self, app, database, clock, seed: int) -> None:
        self.service, self.database, self.clock, self.chance = app.extensions["espalier"], database, clock, Random(seed)
        self.links, self.letters = self.service.links, self.service.letters
        spelled = ((f"pat{n}@example.com", f"Pa.t{n}@example.com", f"pat{n}+tea@Example.com") for n in range(PEOPLE))
        self.people = [Person(each) for each in spelled]
        self.lists = 0

    def sign_up(self, session, who: Person, address: str) -> None:
        seen = PageSeen("home", "en", "b0b0b0b0b0b0", "0" * 16)
        member = self.chance.choice(["m-1", "m-2", None])
        desk = accept.SignUpBatch(session.connection(), shared=False)
        signed = accept.SignUp(address, None, Interest.BOTH, member, seen, {})
        accepted = accept.accept_sign_up(desk, signed, self.clock.now, self.letters)
        desk.close()
        who.links.append((accepted.lead_id, self.clock.now))

    def confirm(self, session, who: Person, address: str) -> None:
        if not who.links:
            return
        number, issued = self.chance.choice(who.links)
        lead = session.get_one(Lead, number)
        if lead.erased_at is not None or lead.confirmed:
            return
        result = confirming.confirm(session, lead, issued, self.clock.now, self.letters)
        assert result.stale or who.left is None or issued > who.left, "an old link undid a later no"
        if not result.stale:
            who.left, who.agreed = None, True
            assert not suppression.reasons(session, self.links.address_keys, lead.email, self.clock.now)

    def leave(self, session, who: Person, address: str) -> None:
        unsubscribing.unsubscribe(session, self.links.email_hash(address), self.clock.now)
        who.left = self.clock.now

    def withdraw(self, session, who: Person, address: str) -> None:
        my_data.withdraw(session, self.links, address, self.clock.now)
        who.left = self.clock.now

    def complain(self, session, who: Person, address: str) -> None:
        unsubscribing.leave(session, self.links, address, Reason.UNSUBSCRIBED, self.clock.now, source=Source.REPORT)
        who.left = self.clock.now

    def not_me(self, session, who: Person, address: str) -> None:
        found = leads_of_all(session, self.links, address)
        if found:
            confirming.disown(session, features.ALL, self.chance.choice(found), self.clock.now, self.letters)
            who.left = self.clock.now

    def erase(self, session, who: Person, address: str) -> None:
        if erasing.erase(session, features.ALL, self.links, identity(address), self.clock.now):
            who.left = self.clock.now

    def erase_all(self, session, who: Person, address: str) -> None:
        if erasing.erase_all_spellings(session, features.ALL, self.links, address, self.clock.now).leads:
            who.left = self.clock.now
        assert not leads_of_all(session, self.links, address)

    def bring_list(self) -> None:
        """A list that claims consent brings ten people, in spellings by chance."""
        self.lists += 1
        rows = [self.chance.choice(each.spellings) for each in self.chance.sample(self.people, 10)]
        text = "\n".join(["email", *rows, ""])
        importing.import_list(
            self.database,
            self.links,
            LeadList.of_text(f"{self.lists}.csv", f"{self.lists:064}", text),
            ORIGIN,
            self.clock,
        )

    def step(self) -> None:
        self.clock.forward(minutes=self.chance.choice([1, 90, 3000]))
        if self.chance.random() < 0.05:
            self.bring_list()
            return
        # A few people have most to do with us, so that long histories come about.
        who = self.people[int(PEOPLE * self.chance.random() ** 3)]
        acts = [self.sign_up, self.confirm, self.leave, self.withdraw, self.complain, self.not_me]
        act = self.chance.choices([*acts, self.erase, self.erase_all], [8, 8, 1, 1, 1, 1, 1, 1])[0]
        with self.database.write() as session:
            act(session, who, self.chance.choice(who.spellings))
        self.check([who])

    def check(self, people: list[Person]) -> None:
        keys = self.links.address_keys
        with self.database.read() as session:
            for who in people:
                if who.left is None:
                    continue
                for address in who.spellings:
                    assert suppression.reasons(session, keys, address, self.clock.now), address
                found = leads_of_all(session, self.links, who.spellings[0])
                assert caseload.why_unmailable(session, keys, found, self.clock.now).keys() == {it.id for it in found}
                assert not [lead.id for lead in found if lead.confirmed]


def live(world: World, steps: int) -> None:
    for _ in range(steps):
        world.step()
    world.check(world.people)
    assert any(each.left for each in world.people)
    assert any(each.agreed and each.left is None for each in world.people)
    with world.database.read() as session:
        assert session.scalars(select(Lead.id).limit(1)).first() is not None


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_is_mailable_against_their_last_word(app, database, clock, seed):
    live(World(app, database, clock, seed), 200)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 16))
def test_nobody_is_mailable_against_their_last_word_for_long(app, database, clock, seed):
    live(World(app, database, clock, seed), 2_000)


def test_a_link_from_before_a_no_said_again_is_too_old(app, database, clock):
    world = World(app, database, clock, 1)
    who = world.people[0]
    world.chance.choice = lambda choices: choices[0]  # always with the same member
    for act in (world.sign_up, world.leave, world.sign_up, world.leave):
        clock.forward(days=1)
        with database.write() as session:
            act(session, who, who.spellings[0])
    number, issued = who.links[-1]
    with database.write() as session:
        lead = session.get_one(Lead, number)
        assert confirming.confirm(session, lead, issued, clock.now, world.letters).stale
