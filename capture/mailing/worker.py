"""Sends the mails in the outbox: leases rows, checks once more whether each may be sent, and stores the result.

Several workers may run on PostgreSQL, one on SQLite. A worker that is killed loses nothing: its leases run out, and
another worker takes the mails. A mail can arrive twice only if the mail server accepted it but its answer did not
arrive; such mails are counted as ``uncertain``.
"""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from capture.base import metrics
from capture.base.db import Database
from capture.base.unavailable import Unavailable
from capture.mailing import outbox, owners
from capture.mailing import trouble as troubles
from capture.mailing.envelope import compose
from capture.mailing.kinds import UnknownKind
from capture.mailing.outbox import WEBHOOK, Retry
from capture.mailing.quota import Quota
from capture.mailing.refusals import About, Judgement, Strength
from capture.mailing.return_path import ReturnPath
from capture.mailing.sender_refusals import SenderRefusals
from capture.mailing.smtp import Mailer, NoServer, PutOff, Refused
from capture.mailing.suppression import Source
from capture.models import Company, OutboxMail

log = logging.getLogger("capture.worker")

BATCH = 20
"""Rows leased at once: few, so that another worker soon gets what a killed one held."""

IDLE = 1.0
"""Seconds between two looks at an empty outbox."""

LONGEST_PAUSE = 60.0
"""The most seconds between two attempts to reach a mail server that does not answer."""


class Gate(Protocol):
    """Answers the worker's questions about a row right before it is sent."""

    def blocks(self, session: Session, row: OutboxMail, now: datetime) -> bool:
        """Returns True if the row must not be sent any more. Raises UnknownKind."""

    def bounced(
        self, session: Session, address: str, now: datetime, *, source: Source, strong: bool, mail_id: int
    ) -> None:
        """Suppresses an address that does not exist; ``strong``: beyond doubt."""

    def unsubscribe(self, company: Company, row: OutboxMail) -> str | None:
        """Returns the address where one POST leaves the row's list; None if there is none."""


class Hooks(Protocol):
    """Delivers rows of the kind "webhook". Raises Refused or PutOff."""

    def send(self, row: OutboxMail, now: datetime) -> None:
        """Sends one event."""


class Worker:
    """One worker, in a thread or a process of its own. ``sender``: the address that mails come from; ``return_path``:
    the address that mail servers report to, if it is another."""

    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        gate: Gate,
        sender: str,
        clock: Callable[[], datetime],
        quota: Quota,
        *,
        return_path: ReturnPath | None = None,
        hooks: Hooks | None = None,
        retry: Retry | None = None,
        idle: float = IDLE,
    ) -> None:
        self.owner = owners.new()
        self._database = database
        self._mailer = mailer
        self._gate = gate
        self._sender = sender
        self._return_path = return_path
        self._clock = clock
        self._hooks = hooks
        self._retry = retry or Retry()
        self._quota = quota
        self._idle = idle
        self._stop = threading.Event()
        self._sending: int | None = None
        self._begun = False
        self._refusals = SenderRefusals()
        self._trouble: str | None = None
        self._of_server = False
        self._noted = False  # an earlier worker may have left a note

    def stop(self) -> None:
        """Asks the worker to end after the mail that it is sending; may be called from a signal handler."""
        self._stop.set()

    def release(self) -> None:
        """Gives back what the worker holds besides the mail that it is sending, if its process cannot wait for that
        mail any longer. Whether that one arrives is not known, so its lease has to run out. Raises Unavailable."""
        self.stop()
        with self._database.write() as session:
            outbox.give_back(session, self.owner, but=self._sending)

    def run(self) -> None:
        """Sends mails until the worker is stopped; no error ends it. Begins with what workers on this machine held that
        were killed."""
        pause = 0.0
        try:
            while not self._stop.is_set():
                try:
                    busy = self.step()
                    pause = 0.0
                    if not self._of_server and self._trouble is not None:
                        self._tell(None)
                except (NoServer, Unavailable) as error:
                    pause = min(LONGEST_PAUSE, max(1.0, pause * 2))
                    self._tell(str(error), of_server=isinstance(error, NoServer))
                    self._stop.wait(pause * random.uniform(0.5, 1.0))
                except Exception:  # a bug with one batch must not end all mail
                    log.exception("a bug in the mail worker")
                    self._stop.wait(5.0)
                else:
                    if not busy:
                        self._mailer.close()
                        self._stop.wait(self._idle)
        finally:
            self._mailer.close()

    def _tell(self, trouble: str | None, *, of_server: bool = False) -> None:
        """Says once that nothing can be sent, and once that it can again, instead of at every attempt: in the log, and
        in the database for the pages that show it. ``of_server``: only an answer of the mail server ends the trouble.
        """
        self._of_server = of_server
        if trouble != self._trouble:
            if trouble is not None:
                log.warning("nothing can be sent; trying again every %.0f s at the latest: %s", LONGEST_PAUSE, trouble)
            else:
                log.info("the mail worker works again")
            self._trouble, self._noted = trouble, False
        if not self._noted:
            with contextlib.suppress(Unavailable), self._database.write() as session:
                troubles.note(session, trouble, self._clock())
                self._noted = True

    def run_once(self) -> None:
        """Sends what is due, and returns. Raises NoServer, Unavailable."""
        try:
            while not self._stop.is_set() and self.step():
                pass
        except NoServer as error:
            self._tell(str(error), of_server=True)
            raise
        finally:
            self._mailer.close()

    def step(self) -> int:
        """Leases some rows and sends them; returns how many there were. Raises NoServer, Unavailable."""
        now = self._clock()
        with self._database.write() as session:
            if not self._begun:
                outbox.free(session, filter(owners.has_ended, outbox.owners(session)))
            ids = [row.id for row in outbox.lease(session, self.owner, now, limit=BATCH, without=self._quota.full(now))]
        self._begun = True
        try:
            for mail_id in ids:
                if self._stop.is_set():
                    break
                self._sending = mail_id
                try:
                    self._deal_with(mail_id)
                except UnknownKind as error:
                    self._unknown(mail_id, str(error))
        except NoServer as error:
            reason = str(error)
            self._note(lambda session: outbox.give_back(session, self.owner, reason))
            raise
        if self._stop.is_set():
            self._note(lambda session: outbox.give_back(session, self.owner))
        return len(ids)

    def _deal_with(self, mail_id: int) -> None:
        now = self._clock()
        until = None
        with self._database.write() as session:
            row = outbox.held_by(session, mail_id, self.owner, now)
            if row is None:
                return  # the lease is about to end: the next worker sends it
            company = session.get_one(Company, 1)
            blocked = row.kind != WEBHOOK and self._gate.blocks(session, row, now)
            unsubscribe = self._gate.unsubscribe(company, row) if row.list_id else None
            if row.kind != WEBHOOK and not blocked and (until := self._quota.take(session, row.domain, now)):
                outbox.postpone(session, mail_id, self.owner, until)
            session.expunge_all()
        if until is not None:
            return
        if row.kind == WEBHOOK and self._hooks is None:
            self._note(
                lambda session: outbox.drop_unwanted(session, mail_id, self.owner, "no ESPALIER_WEBHOOK_URL is set")
            )
            return
        if blocked:
            self._note(lambda session: outbox.drop_unwanted(session, mail_id, self.owner, outbox.SUPPRESSED))
            self._count("suppressed", mail_id)
            return
        try:
            if row.kind == WEBHOOK and self._hooks is not None:
                self._hooks.send(row, now)
            else:
                self._mailer.send(compose(row, self._sender, company.name, unsubscribe, self._return_path))
        except Refused as error:
            self._refused(row, error)
        except PutOff as error:
            self._put_off(row, error)
        except (UnicodeError, ValueError) as error:
            # A mail that cannot be composed would fail again at every attempt.
            self._refused(row, Refused(f"the mail cannot be composed: {type(error).__name__}"))
        else:
            self._note(lambda session: outbox.sent(session, mail_id, self.owner, self._clock()))
            self._count("sent", mail_id)
            if row.kind != WEBHOOK:
                self._taken()

    def _unknown(self, mail_id: int, reason: str) -> None:
        """Gives up a mail of an unknown kind: an operator sees why, and can send it with a version that knows the
        kind."""
        log.error("mail %d is not sent: %s", mail_id, reason)
        self._note(lambda session: outbox.dead(session, mail_id, self.owner, reason))
        self._count("unknown_kind", mail_id)

    def _refused(self, row: OutboxMail, error: Refused) -> None:
        if error.unable:
            log.warning("mail %d is held until an operator decides: %s", row.id, error)
            self._note(lambda session: outbox.hold(session, row.id, self.owner, str(error)))
            self._count("held", row.id)
            return

        def note(session: Session) -> None:
            outbox.dead(session, row.id, self.owner, str(error))
            if error.hard:
                strong = error.judgement is not None and error.judgement.strength is Strength.STRONG
                self._gate.bounced(
                    session, row.recipient, self._clock(), source=Source.SERVER, strong=strong, mail_id=row.id
                )

        self._note(note)
        self._count("bounced" if error.hard else "refused", row.id)
        self._mind(row, error.judgement)

    def _put_off(self, row: OutboxMail, error: PutOff) -> None:
        alive = True

        def note(session: Session) -> None:
            nonlocal alive
            alive = outbox.put_off(session, row.id, self.owner, self._clock(), str(error), self._retry)

        self._note(note)
        if error.uncertain:
            self._count("uncertain", row.id)
        self._count("put_off" if alive else "given_up", row.id)
        self._mind(row, error.judgement)

    def _mind(self, row: OutboxMail, judgement: Judgement | None) -> None:
        """Raises NoServer when the server refuses all mail from this sender. No mail is given up for that."""
        if judgement is None:
            return  # no server refused the mail
        self._refusals.add(row.id, row.domain, judgement)
        if self._refusals.of_all:
            again = self._clock() + self._retry.shortest
            self._note(lambda session: outbox.put_back(session, self._refusals.mails, again, states=("dead",)))
            raise NoServer(f"the mail server refuses mail from this sender, to any domain ({judgement.what})")
        if judgement.about in (About.RECIPIENT, About.NOW):
            self._tell(None)  # the server talks to us

    def _taken(self) -> None:
        """The server takes mail. If it did not before, what it refused is tried again at once."""
        if self._refusals.of_all:
            mails, now = self._refusals.mails, self._clock()
            self._note(lambda session: outbox.put_back(session, mails, now, states=("waiting", "dead")))
            log.info(
                "the mail server accepts the company's mail again: %d mails that it had refused are tried again",
                len(mails),
            )
        self._refusals.clear()
        self._tell(None)

    def _note(self, change: Callable[[Session], None]) -> None:
        """Stores the result of a mail. The mail cannot be unsent, so storing is retried for a while before it is given
        up."""
        until = time.monotonic() + outbox.LEASE.total_seconds() / 2
        while True:
            try:
                with self._database.write() as session:
                    change(session)
                return
            except Unavailable:
                if time.monotonic() > until or self._stop.is_set():
                    raise
                time.sleep(0.2)

    def _count(self, result: str, mail_id: int) -> None:
        metrics.MAILS.labels(result).inc()
        log.info("mail %d: %s", mail_id, result)
