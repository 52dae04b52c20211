"""The outbox's rows on their way: leased to one worker, then sent, tried again later, or given up.

A row is promised in the transaction of what it tells of. A lease has an end, so that the mails of a worker that was
killed go to another. SMTP knows no exactly-once: a mail goes out at least once, always under the same Message-ID.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from capture.models import OutboxMail
from sitegen.errors import EspalierError, Fault

STATES = ("waiting", "leased", "sent", "dead", "held", "dropped")

WEBHOOK = "webhook"
"""The kind of a row that goes to a web address instead of a mailbox."""

LEASE = timedelta(minutes=5)
"""How long a worker may keep a row before another may take it."""

LONGEST_ERROR = 500
"""Characters of a server's answer that are kept."""


@dataclass(frozen=True, slots=True)
class Retry:
    """When a mail is tried again: after ``first`` seconds, then twice as long each time, up to ``longest``.

    Each wait is shortened by up to a half at random, so that what failed together does not come back together.
    The default gives up after about three days, which is what receivers expect of a sender (RFC 5321, 4.5.4.1).
    """

    first: float = 30.0
    longest: float = 4 * 3600.0
    most: int = 26

    def wait(self, attempts: int) -> timedelta | None:
        """The wait after so many attempts, or None where the mail is given up."""
        if attempts >= self.most:
            return None
        longest = min(self.longest, self.first * 2.0 ** (attempts - 1))
        return timedelta(seconds=longest * random.uniform(0.5, 1.0))


def lease(
    session: Session, owner: str, now: datetime, *, limit: int, without: Collection[str] = ()
) -> list[OutboxMail]:
    """Takes up to ``limit`` rows that are due, oldest first, for this worker alone. Commits nothing itself.

    ``without``: receiving domains that have had their share for now.
    """
    due = or_(
        and_(OutboxMail.state == "waiting", OutboxMail.next_attempt_at <= now),
        and_(OutboxMail.state == "leased", OutboxMail.leased_until < now),
    )
    query = select(OutboxMail).where(due).order_by(OutboxMail.id).limit(limit)
    if without:
        query = query.where(OutboxMail.domain.not_in(without))
    # On SQLite the transaction began as the only writer, and this clause is left out.
    rows = list(session.scalars(query.with_for_update(skip_locked=True)))
    for row in rows:
        row.state, row.lease_owner, row.leased_until = "leased", owner, now + LEASE
    session.flush()
    return rows


def held_by(session: Session, mail_id: int, owner: str, now: datetime) -> OutboxMail | None:
    """The row, while this worker's lease on it runs for long enough to send it; None otherwise."""
    row = session.get(OutboxMail, mail_id)
    if row is None or row.state != "leased" or row.lease_owner != owner or row.leased_until is None:
        return None
    return row if row.leased_until - now > LEASE / 2 else None


def sent(session: Session, mail_id: int, owner: str, now: datetime) -> None:
    """The receiving server has taken the mail."""
    _end(session, mail_id, owner, state="sent", sent_at=now, last_error=None, attempts=OutboxMail.attempts + 1)


def all_sent(session: Session, owner: str, now: datetime) -> None:
    """Everything that this worker still holds was taken, at one moment."""
    mine = update(OutboxMail).where(OutboxMail.state == "leased", OutboxMail.lease_owner == owner)
    values = {"state": "sent", "sent_at": now, "last_error": None, "attempts": OutboxMail.attempts + 1}
    ended = mine.values({"lease_owner": None, "leased_until": None, **values})
    session.execute(ended, execution_options={"synchronize_session": False})


def later(session: Session, mail_id: int, owner: str, now: datetime, error: str, retry: Retry) -> bool:
    """It was put off: tried again after a wait. False where it was tried often enough and is dead now."""
    attempts = (session.scalar(select(OutboxMail.attempts).where(OutboxMail.id == mail_id)) or 0) + 1
    wait = retry.wait(attempts)
    if wait is None:
        _end(session, mail_id, owner, state="dead", last_error=_short(f"given up: {error}"), attempts=attempts)
        return False
    values = {"next_attempt_at": now + wait, "last_error": _short(error), "attempts": attempts}
    _end(session, mail_id, owner, state="waiting", **values)
    return True


def dead(session: Session, mail_id: int, owner: str, error: str) -> None:
    """It will never be taken; an operator can see why."""
    _end(session, mail_id, owner, state="dead", last_error=_short(error), attempts=OutboxMail.attempts + 1)


def unwanted(session: Session, mail_id: int, owner: str, why: str) -> None:
    """It must not be sent: its recipient has left, or nobody asked for such events."""
    _end(session, mail_id, owner, state="dropped", last_error=why)


def postpone(session: Session, mail_id: int, owner: str, until: datetime) -> None:
    """It has to wait for its domain's turn; that counts as no attempt."""
    _end(session, mail_id, owner, state="waiting", next_attempt_at=until)


def give_back(session: Session, owner: str, error: str | None = None, *, but: int | None = None) -> None:
    """Everything this worker still holds waits again; nothing counts as an attempt. ``but``: a mail on its way."""
    values: dict[str, object] = {"state": "waiting", "lease_owner": None, "leased_until": None}
    if error is not None:
        values["last_error"] = _short(error)
    mine = update(OutboxMail).where(OutboxMail.state == "leased", OutboxMail.lease_owner == owner)
    session.execute((mine if but is None else mine.where(OutboxMail.id != but)).values(values))


@dataclass(frozen=True, slots=True)
class Depth:
    """How full the outbox is: rows by state, and the age in seconds of the oldest that should have gone by now."""

    rows: dict[str, int]
    oldest: float


def depth(session: Session, now: datetime) -> Depth:
    """Counts the outbox."""
    counted = session.execute(select(OutboxMail.state, func.count()).group_by(OutboxMail.state))
    rows = dict.fromkeys(STATES, 0) | {state: number for state, number in counted}  # noqa: C416  rows are no pairs
    oldest = session.scalar(
        select(func.min(OutboxMail.next_attempt_at)).where(OutboxMail.state.in_(("waiting", "leased")))
    )
    return Depth(rows, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)


def listing(session: Session, state: str) -> Iterator[OutboxMail]:
    """The rows in one state, oldest first; a stream."""
    query = select(OutboxMail).where(OutboxMail.state == state).order_by(OutboxMail.id)
    yield from session.scalars(query.execution_options(yield_per=500))


def try_again(session: Session, mail_ids: Collection[int], now: datetime) -> int:
    """Dead rows wait again, with a clean slate; all of them where no ids are given. Returns how many.

    Raises EspalierError for a number that is not a dead mail's.
    """
    return _change(session, mail_ids, ("dead",), state="waiting", attempts=0, next_attempt_at=now)


def drop(session: Session, mail_ids: Collection[int]) -> int:
    """The operator gives up mails that were not sent. Returns how many. Raises EspalierError as above."""
    return _change(session, mail_ids, ("dead", "waiting"), state="dropped", last_error="dropped by the operator")


def _change(session: Session, mail_ids: Collection[int], states: tuple[str, ...], **values: object) -> int:
    these: ColumnElement[bool] = OutboxMail.state.in_(states)
    if mail_ids:
        mine = OutboxMail.id.in_(mail_ids)
        unknown = set(mail_ids) - set(session.scalars(select(OutboxMail.id).where(these, mine)))
        if unknown:
            kind = " or ".join(states)
            raise EspalierError(*(Fault(f"there is no {kind} mail {each}") for each in sorted(unknown)))
        these = and_(these, mine)
    return len(session.execute(update(OutboxMail).where(these).values(values).returning(OutboxMail.id)).all())


def _end(session: Session, mail_id: int, owner: str, **values: object) -> None:
    """Ends a lease; a lease that was lost to another worker is none of ours any more."""
    mine = update(OutboxMail).where(
        OutboxMail.id == mail_id, OutboxMail.lease_owner == owner, OutboxMail.state == "leased"
    )
    session.execute(mine.values({"lease_owner": None, "leased_until": None, **values}))


def _short(error: str) -> str:
    return " ".join(error.split())[:LONGEST_ERROR]
