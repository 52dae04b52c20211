"""The life of outbox rows: leased to one worker, then sent, tried again later, or given up.

A row is added in the transaction of what it is about. A lease has an end, so that another worker takes the mails of one
that was killed. SMTP cannot deliver exactly once: a mail is sent at least once, always under the same Message-ID.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from capture.models import OutboxMail
from sitegen.errors import EspalierError, Fault

STATES = ("waiting", "leased", "sent", "dead", "held", "dropped")

WEBHOOK = "webhook"
"""The kind of a row that goes to a web address instead of a mailbox."""

SUPPRESSED = "the address is suppressed"
"""The reason of a mail that was dropped because its recipient is on the suppression list."""

LEASE = timedelta(minutes=5)
"""How long a worker may keep a row before another worker may take it."""

LONGEST_ERROR = 500
"""Characters of a server's answer that are stored."""


@dataclass(frozen=True, slots=True)
class Retry:
    """When a mail is tried again: after ``first`` seconds, then twice as long each time, up to ``longest``. It is given
    up after ``most`` attempts.

    Each wait is shortened by up to a half at random, so that mails that failed together are not all tried again
    together. The default gives up after about three days (see RFC 5321, 4.5.4.1).
    """

    first: float = 30.0
    longest: float = 4 * 3600.0
    most: int = 26

    @property
    def shortest(self) -> timedelta:
        """The wait after the first attempt, not shortened."""
        return timedelta(seconds=self.first)

    def wait(self, attempts: int) -> timedelta | None:
        """Returns the wait after so many attempts; None if the mail is given up."""
        if attempts >= self.most:
            return None
        longest = min(self.longest, self.first * 2.0 ** (attempts - 1))
        return timedelta(seconds=longest * random.uniform(0.5, 1.0))


def lease(
    session: Session, owner: str, now: datetime, *, limit: int, without: Collection[str] = ()
) -> list[OutboxMail]:
    """Leases up to ``limit`` rows that are due, oldest first, to this worker alone. Commits nothing itself.

    ``without``: receiving domains whose quota is used up for now.
    """
    due = or_(
        and_(OutboxMail.state == "waiting", OutboxMail.next_attempt_at <= now),
        and_(OutboxMail.state == "leased", OutboxMail.leased_until < now),
    )
    query = select(OutboxMail).where(due).order_by(OutboxMail.id).limit(limit)
    if without:
        query = query.where(OutboxMail.domain.not_in(without))
    # SQLite leaves this clause out: the transaction is the only writer there.
    rows = list(session.scalars(query.with_for_update(skip_locked=True)))
    for row in rows:
        row.state, row.lease_owner, row.leased_until = "leased", owner, now + LEASE
    session.flush()
    return rows


def owners(session: Session) -> list[str]:
    """Returns the names of the workers that hold mails."""
    query = select(OutboxMail.lease_owner).where(OutboxMail.state == "leased").distinct()
    return [each for each in session.scalars(query) if each is not None]


def free(session: Session, ended: Iterable[str]) -> None:
    """Lets all mails wait again that workers held whose processes have ended. A mail that was being sent then may
    arrive twice, under the same Message-ID."""
    for owner in ended:
        give_back(session, owner)


def held_by(session: Session, mail_id: int, owner: str, now: datetime) -> OutboxMail | None:
    """Returns the row if this worker's lease on it lasts long enough to send it; None otherwise."""
    row = session.get(OutboxMail, mail_id)
    if row is None or row.state != "leased" or row.lease_owner != owner or row.leased_until is None:
        return None
    return row if row.leased_until - now > LEASE / 2 else None


def sent(session: Session, mail_id: int, owner: str, now: datetime) -> None:
    """Sets a mail to sent: the receiving server has accepted it."""
    _end(session, mail_id, owner, state="sent", sent_at=now, last_error=None, attempts=OutboxMail.attempts + 1)


def all_sent(session: Session, owner: str, now: datetime) -> None:
    """Records at once that every mail this worker still holds was accepted by the receiving server."""
    mine = update(OutboxMail).where(OutboxMail.state == "leased", OutboxMail.lease_owner == owner)
    values = {"state": "sent", "sent_at": now, "last_error": None, "attempts": OutboxMail.attempts + 1}
    ended = mine.values({"lease_owner": None, "leased_until": None, **values})
    session.execute(ended, execution_options={"synchronize_session": False})


def put_off(session: Session, mail_id: int, owner: str, now: datetime, error: str, retry: Retry) -> bool:
    """Lets a mail wait for another attempt. Returns False if it has had all its attempts and is dead now."""
    attempts = (session.scalar(select(OutboxMail.attempts).where(OutboxMail.id == mail_id)) or 0) + 1
    wait = retry.wait(attempts)
    if wait is None:
        _end(session, mail_id, owner, state="dead", last_error=_short(f"given up: {error}"), attempts=attempts)
        return False
    values = {"next_attempt_at": now + wait, "last_error": _short(error), "attempts": attempts}
    _end(session, mail_id, owner, state="waiting", **values)
    return True


def dead(session: Session, mail_id: int, owner: str, error: str) -> None:
    """Gives a mail up for good; ``error`` says why to an operator."""
    _end(session, mail_id, owner, state="dead", last_error=_short(error), attempts=OutboxMail.attempts + 1)


def hold(session: Session, mail_id: int, owner: str, why: str) -> None:
    """Keeps a mail that the company's own mail server cannot send, until the operator releases or drops it."""
    _end(session, mail_id, owner, state="held", last_error=_short(why))


def drop_unwanted(session: Session, mail_id: int, owner: str, why: str) -> None:
    """Drops a mail that must not be sent, since its recipient has left, or an event that no program receives."""
    _end(session, mail_id, owner, state="dropped", last_error=why)


def postpone(session: Session, mail_id: int, owner: str, until: datetime) -> None:
    """Lets a mail wait until its domain has quota again; that counts as no attempt."""
    _end(session, mail_id, owner, state="waiting", next_attempt_at=until)


def give_back(session: Session, owner: str, error: str | None = None, *, but: int | None = None) -> None:
    """Lets everything that this worker holds wait again; that counts as no attempt. ``but``: a mail that is being
    sent."""
    values: dict[str, object] = {"state": "waiting", "lease_owner": None, "leased_until": None}
    if error is not None:
        values["last_error"] = _short(error)
    mine = update(OutboxMail).where(OutboxMail.state == "leased", OutboxMail.lease_owner == owner)
    session.execute((mine if but is None else mine.where(OutboxMail.id != but)).values(values))


@dataclass(frozen=True, slots=True)
class UnsentReason:
    """Why a number of mails was not sent. ``state``: waiting or dead; ``reason``: the last error of each."""

    state: str
    reason: str
    mails: int


MOST_REASONS = 5
"""How many reasons are shown."""


@dataclass(frozen=True, slots=True)
class OutboxDepth:
    """How full the outbox is. ``rows``: their number by state; ``oldest``: for how many seconds the oldest mail is
    due."""

    rows: dict[str, int]
    oldest: float


def outbox_depth(session: Session, now: datetime) -> OutboxDepth:
    """Returns how full the outbox is."""
    counted = session.execute(select(OutboxMail.state, func.count()).group_by(OutboxMail.state))
    rows = dict.fromkeys(STATES, 0) | {state: number for state, number in counted}  # noqa: C416  rows are no pairs
    oldest = session.scalar(
        select(func.min(OutboxMail.next_attempt_at)).where(OutboxMail.state.in_(("waiting", "leased")))
    )
    return OutboxDepth(rows, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)


def reasons(session: Session) -> list[UnsentReason]:
    """Returns why mails wait or are dead, the reasons of most mails first."""
    columns, mails = (OutboxMail.state, OutboxMail.last_error), func.count().label("mails")
    unsent = and_(OutboxMail.state.in_(("waiting", "dead")), OutboxMail.last_error.is_not(None))
    query = select(*columns, mails).where(unsent).group_by(*columns).order_by(mails.desc(), *columns)
    found = session.execute(query.limit(MOST_REASONS))
    return [UnsentReason(state, reason or "", number) for state, reason, number in found]


def put_back(session: Session, mail_ids: Collection[int], at: datetime, *, states: Collection[str]) -> None:
    """Lets these mails be tried at a time, where they are in one of these states; their attempts stay counted."""
    these = update(OutboxMail).where(OutboxMail.id.in_(mail_ids), OutboxMail.state.in_(states))
    session.execute(these.values(state="waiting", next_attempt_at=at))


def list_mails(session: Session, state: str) -> Iterator[OutboxMail]:
    """Yields the rows in one state, oldest first, without loading all of them at once."""
    query = select(OutboxMail).where(OutboxMail.state == state).order_by(OutboxMail.id)
    yield from session.scalars(query.execution_options(yield_per=500))


def try_again(session: Session, mail_ids: Collection[int], now: datetime) -> int:
    """Lets mails be tried again at once, with all their attempts: dead ones, and those that wait for another attempt;
    all of them if no ids are given. Returns how many.

    Raises EspalierError for a number that is not such a mail's.
    """
    tried = or_(OutboxMail.state == "dead", OutboxMail.attempts > 0)
    states = ("dead", "waiting")
    return _change(session, mail_ids, states, tried, state="waiting", attempts=0, next_attempt_at=now)


def drop_mails(session: Session, mail_ids: Collection[int]) -> int:
    """Drops mails that were not sent, dead or waiting; all of them if no ids are given. Returns how many.

    Raises EspalierError for a number that is not such a mail's.
    """
    return _change(session, mail_ids, ("dead", "waiting"), state="dropped", last_error="dropped by the operator")


def _change(
    session: Session, mail_ids: Collection[int], states: tuple[str, ...], also: ColumnElement[bool] | None = None,
    **values: object,
) -> int:  # fmt: skip
    these: ColumnElement[bool] = OutboxMail.state.in_(states)
    if also is not None:
        these = and_(these, also)
    if mail_ids:
        mine = OutboxMail.id.in_(mail_ids)
        unknown = set(mail_ids) - set(session.scalars(select(OutboxMail.id).where(these, mine)))
        if unknown:
            kind = " or ".join(states)
            raise EspalierError(*(Fault(f"there is no {kind} mail {each}") for each in sorted(unknown)))
        these = and_(these, mine)
    return len(session.execute(update(OutboxMail).where(these).values(values).returning(OutboxMail.id)).all())


def _end(session: Session, mail_id: int, owner: str, **values: object) -> None:
    """Ends a lease; does nothing if the worker lost it to another."""
    mine = update(OutboxMail).where(
        OutboxMail.id == mail_id, OutboxMail.lease_owner == owner, OutboxMail.state == "leased"
    )
    session.execute(mine.values({"lease_owner": None, "leased_until": None, **values}))


def _short(error: str) -> str:
    return " ".join(error.split())[:LONGEST_ERROR]
