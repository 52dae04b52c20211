"""Creates the imported lists of the demo's sample data, as one imports them in the office, and the people whom members
met."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.accounts.signing_in import Person
from capture.company.generator import Interest
from capture.demo.quarter.agenda import Act, Agenda
from capture.demo.quarter.campaigns import Campaigns
from capture.demo.quarter.care import Care
from capture.demo.quarter.cast import Prospect, chance
from capture.demo.quarter.world import World
from capture.imports import importing, lists, uploads
from capture.imports.lists import LeadList
from capture.imports.uploads import ListMeaning
from capture.imports.worker import ImportWorker
from capture.models import Lead, Member, Suppression

BOUGHT, BROUGHT, WAITING = "kettle-post-readers.csv", "address-book-2019.csv", "fair-visitors-hall-2.csv"

WORDING = "Yes, the Kettle Post may give my address to makers of tea and tableware, who may write to me about them."
VENDOR = "The Kettle Post, reader service"

_COLD = 0.3
"""How willing people on a bought list are to become customers, relative to 1 for people who sign up themselves."""

_MET = {"member": 9, "sponsor": 7, "abroad": 4, "neighbour": 3}
"""How many people each member with a part in the demo met; every third further member met one."""


class Lists:
    """Plans the lists of the sample data: a bought list whose origin is known, an old address book whose origin is not,
    and a list that waits for staff to import or delete it."""

    def __init__(self, world: World, agenda: Agenda, care: Care, campaigns: Campaigns) -> None:
        self._world = world
        self._agenda = agenda
        self._care = care
        self._campaigns = campaigns

    def plan(self) -> None:
        """Plans the imports of the bought list and of the address book, and the people whom members met."""
        chosen = chance("lists")
        self._agenda.alone(self._world.moment(41, chosen, (9, 11)), self._bought)
        if self._world.parts.member:
            self._agenda.alone(self._world.moment(26, chosen, (9, 11)), self._brought)
        for member, number in self._meetings():
            for _ in range(number):
                who = self._world.cast.person(member.locale)
                self._agenda.at(self._world.moment(chosen.randint(1, 88), who.chance), self._met(member, who))

    def waiting(self, at: datetime) -> None:
        """Uploads a list for staff at the moment ``at`` and runs its dry run; the list then waits to be imported or
        deleted by the people who try the demo."""
        rows = [f"{who.name};{who.email};{who.phone}" for who in self._people(24)]
        rows[11:11] = ["Stand 14, no address wanted;;", "Percy;percy at the cheese stall;", rows[3]]
        text = _csv("Visitor;E-mail;Mobile", rows)
        meaning = {"email": 1, "first_name": 0, "phone": 2}
        self._keep(self._world.person(None), WAITING, text, ListMeaning(meaning, "Good Kitchen fair, hall 2"), at)

    def _bought(self, at: datetime) -> None:
        rows = [f"{who.name},{who.email},{who.phone},products" for who in self._people(52)]
        with self._world.database.read() as session:
            known = session.scalars(select(Lead.email).where(Lead.known_at.is_not(None)).order_by(Lead.id).limit(4))
            left = session.scalars(
                select(Lead.email)
                .join(Suppression, Suppression.email_hash == Lead.email_hash)
                .order_by(Lead.id)
                .limit(3)
            )
            rows[7:7] = [f",{address},,products" for address in (*known, *left)]
        rows[20:20] = ["Old Mr Catchpole,no computer,,products", "Thea,,+447700900999,products"]
        rows[33:33] = ["Una,una.at.example.com,,both"]
        text = _csv("name,email,phone,interest", rows)
        meaning = ListMeaning(
            {"email": 1, "first_name": 0, "phone": 2, "interest": 3},
            VENDOR,
            at.date() - timedelta(days=9),
            WORDING,
            self._campaigns.of_list,
        )
        self._take(self._world.person(None), BOUGHT, text, meaning, at, called=18)

    def _brought(self, at: datetime) -> None:
        member = self._world.parts.member
        assert member is not None
        text = _csv("Name,Mail", [f"{who.name},{who.email}" for who in self._people(9)])
        self._take(self._world.person(member.id), BROUGHT, text, ListMeaning({"email": 1, "first_name": 0}), at)

    def _people(self, number: int) -> list[Prospect]:
        return [self._world.cast.person(self._world.company.locale) for _ in range(number)]

    def _keep(self, person: Person, name: str, text: str, meaning: ListMeaning, at: datetime) -> int:
        """Uploads a list, sets the meaning of its columns and its origin, and runs its dry run. Returns the upload's
        id."""
        content, digest = lists.decoded(text.encode(), name)
        found = LeadList.of_text(name, digest, content)
        with self._world.database.write() as session:
            upload = uploads.store_upload(session, person, found, content, found.count(), at)
            assert upload is not None, "too many lists wait already"
            uploads.set_columns(session, upload, meaning)
            number = upload.id
        ImportWorker(self._world.database, self._world.links, lambda: at).run()
        return number

    def _take(self, person: Person, name: str, text: str, meaning: ListMeaning, at: datetime, called: int = 0) -> None:
        """Uploads and imports a list. ``called``: how many of the new leads are followed up."""
        number = self._keep(person, name, text, meaning, at)
        later = at + timedelta(minutes=6)
        with self._world.database.write() as session:
            upload = uploads.find_upload(session, person, number)
            assert upload is not None
            uploads.start_import(session, upload)
        ImportWorker(self._world.database, self._world.links, lambda: later).run()
        with self._world.database.read() as session:
            upload = uploads.find_upload(session, person, number)
            assert upload is not None
            mine = select(Lead).where(Lead.provenance_id == upload.provenance_id).order_by(Lead.id).limit(called)
            for lead in session.scalars(mine) if called else ():
                self._care.begin(lead, _COLD, later + timedelta(days=lead.id % 11))

    def _meetings(self) -> Iterator[tuple[Member, int]]:
        for part, number in _MET.items():
            if (member := getattr(self._world.parts, part)) is not None:
                yield member, number
        yield from ((each, 1) for each in self._world.parts.others[::3][:12])

    def _met(self, member: Member, who: Prospect) -> Act:
        def do(session: Session, at: datetime) -> None:
            interest = Interest.OPPORTUNITY if who.number % 4 == 0 else Interest.PRODUCTS
            phone = who.phone if who.number % 3 else None
            lead = importing.add_met(session, self._world.links, member.id, who.email, who.name, phone, interest, at)
            if lead is not None:
                self._care.met(session, lead, at)

        return do


def _csv(header: str, rows: list[str]) -> str:
    return "\n".join((header, *rows, ""))
