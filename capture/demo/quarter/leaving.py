"""Creates what prospects do after signing up in the demo's sample data: some withdraw, unsubscribe, are erased, or
correct who introduced them; some mails bounce. Also sends mails and purges old data, as the running service does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.retention import Policy
from capture.bounces import reports
from capture.bounces.consequences import Consequences
from capture.bounces.reports import BounceReport
from capture.consent import confirming, erasing, my_data, unsubscribing
from capture.demo.quarter.agenda import Act, Agenda
from capture.demo.quarter.cast import Prospect
from capture.demo.quarter.world import DAYS, World
from capture.mailing import kinds, outbox, suppression
from capture.mailing.gate import CompanyGate
from capture.models import Lead, OutboxMail

NO_MAILBOX, FULL_MAILBOX = "5.1.1", "4.2.2"
"""The enhanced status codes (RFC 3463) of mails that bounce since the mailbox does not exist, or is full."""

_WORKER = "demo"


class Leaving:
    """Plans which people of the sample data withdraw, unsubscribe, are erased and so on.

    The choice is made by each person's number, so that every kind occurs.
    """

    def __init__(self, world: World, agenda: Agenda) -> None:
        self._world = world
        self._agenda = agenda
        self._gate = CompanyGate(world.links, kinds.table(world.features))
        self._consequences = Consequences(world.links)

    def confirmed(self, who: Prospect, lead: Lead, at: datetime) -> None:
        """Plans what a person does after confirming a sign-up, such as withdrawing later; for most, nothing."""
        after = who.chance
        if who.number % 37 == 5:
            self._agenda.at(self._world.later(at, after.randint(4, 30), after), self._withdraw(who))
        elif who.number % 41 == 7:
            self._agenda.at(self._world.later(at, after.randint(2, 25), after), self._unsubscribe(who))
        elif who.number % 29 == 3:
            self._agenda.at(self._world.later(at, 2, after), self._bounce(lead.id, NO_MAILBOX))
        elif who.number % 71 == 11:
            self._agenda.at(self._world.later(at, 2, after), self._bounce(lead.id, FULL_MAILBOX))
        elif who.number % 43 == 9 and self._world.members:
            self._agenda.at(self._world.later(at, after.randint(1, 12), after), self._correct(who))
        elif who.number % 127 == 20:
            self._agenda.at(self._world.later(at, after.randint(10, 20), after), self._erase(who))

    def unconfirmed(self, who: Prospect, lead_id: int, at: datetime) -> None:
        """Plans, for some people who do not confirm a sign-up, that they press "this wasn't me" in the mail."""
        if who.number % 9 == 4:
            self._agenda.at(self._world.later(at, 1, who.chance), self._disown(lead_id))

    def plan(self) -> None:
        """Plans for the sample data what a running service does by itself: mails are sent every evening, and old data
        are purged once a week."""
        for back in range(DAYS, 0, -1):
            evening = self._world.midnight - timedelta(days=back - 1, seconds=1)
            self._agenda.at(evening, self.send)
            if self._world.day(back).weekday() == 0:
                self._agenda.at(evening, self._purge)

    def _withdraw(self, who: Prospect) -> Act:
        return lambda session, at: my_data.withdraw(session, self._world.links, who.email, at)

    def _unsubscribe(self, who: Prospect) -> Act:
        return lambda session, at: unsubscribing.unsubscribe(session, self._world.links.email_hash(who.email), at)

    def _erase(self, who: Prospect) -> Act:
        def do(session: Session, at: datetime) -> None:
            erasing.erase(session, self._world.features, self._world.links, who.email, at)

        return do

    def _correct(self, who: Prospect) -> Act:
        """Returns the action by which a person of the sample data names, on the page "My data", the member who
        introduced them."""
        named = who.chance.choice(self._world.speaking(who.locale))

        def do(session: Session, at: datetime) -> None:
            my_data.correct(session, self._world.letters, who.email, named.home, at)

        return do

    def _disown(self, lead_id: int) -> Act:
        def do(session: Session, at: datetime) -> None:
            lead = session.get_one(Lead, lead_id)
            if lead.erased_at is None:
                confirming.disown(session, self._world.features, lead, at, self._world.letters)

        return do

    def _bounce(self, lead_id: int, status: str) -> Act:
        thanks = select(OutboxMail.message_id).where(OutboxMail.lead_id == lead_id, OutboxMail.kind == "thank-you")

        def do(session: Session, at: datetime) -> None:
            for message_id in session.scalars(thanks).all():
                reports.record_bounce(session, BounceReport(message_id, status), self._consequences, at)

        return do

    def send(self, session: Session, at: datetime) -> None:
        """Marks the waiting mails in the outbox as sent, or as dropped if the address is suppressed. The mail worker
        does the same after sending; here no mail is sent."""
        rows = outbox.lease(session, _WORKER, at, limit=1_000)
        left = suppression.reasons_by_address(
            session, self._world.links.address_keys, {row.recipient for row in rows}, at
        )
        for row in rows:
            session.expunge(row)
            if row.recipient in left and self._gate.blocks(session, row, at):
                outbox.drop_unwanted(session, row.id, _WORKER, outbox.SUPPRESSED)
        if rows:
            outbox.all_sent(session, _WORKER, at)

    def _purge(self, session: Session, at: datetime) -> None:
        erasing.purge(session, self._world.features, Policy.of(self._world.company), at)
