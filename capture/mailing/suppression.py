"""The suppression list: the addresses that must not be mailed. The company has one list, of keyed hashes instead of
addresses.

Each row is a mark: an address and one reason. What a person said about themselves ends only by their own confirmation.
That a mailbox does not exist is said by servers, which may be wrong: one report is a weak mark, which ends by itself,
or by the person's next own sign-up; reports about two mails, or one that leaves no other reading, make it strong. Staff
and operators can lift such a mark, and the marks that they set. An import lifts none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from capture.base.identity import hash_email, hash_email_by_all
from capture.base.prepared import Driver, Prepared, insert_into
from capture.models import Suppression

if TYPE_CHECKING:
    from capture.mailing.kinds import MailKind


class Reason(StrEnum):
    """Why an e-mail address is on the suppression list (the addresses that must not be mailed)."""

    UNSUBSCRIBED = "unsubscribed"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    NOT_ME = "not-me"
    BOUNCED = "bounced"
    REQUESTED = "requested"
    """The person asked the company in another way, as by letter or telephone; or another program's list says so."""


class Source(StrEnum):
    """Who said that an address must not be mailed."""

    PERSON = "person"
    SERVER = "server"
    """The mail server, when the mail was sent."""
    REPORT = "report"
    """A report of a mail server, in the mailbox for reports."""
    SERVICE = "service"
    """A mail service, by a signed web request."""
    LIST = "list"
    """A list of leads, or of addresses that must not be mailed."""
    OPERATOR = "operator"
    STAFF = "staff"


LIFTABLE = frozenset({Reason.BOUNCED, Reason.REQUESTED})
"""The reasons that staff and operators may lift. The others are the person's own word."""

WEAK = timedelta(days=14)
"""How long a weak mark stops mails."""

FORGOTTEN = timedelta(days=180)
"""How long a weak mark is remembered: until then, a report about another mail makes it strong."""

APART = timedelta(hours=1)
"""Two reports that name no mail of ours count as two only if they came so far apart: services repeat reports."""

_AT_ONCE = 1_000
"""How many addresses one query looks up."""

_SUPPRESS = insert_into(Suppression, unless_there=True)

_SAY_AGAIN = Prepared(
    lambda insert: (
        update(Suppression)
        .where(
            Suppression.email_hash == bindparam("of_hash"),
            Suppression.reason == bindparam("for_reason"),
            Suppression.at < bindparam("said"),
        )
        .values(at=bindparam("said"))
    )
)


def suppress(
    session: Session, keys: Sequence[bytes], address: str, reason: Reason, now: datetime,
    *, source: Source = Source.PERSON, note: str | None = None,
) -> None:  # fmt: skip
    """Puts an e-mail address on the suppression list. If it is there for the same reason, what the person
    said is dated anew.

    ``note``: why staff or an operator did it, in their words.
    """
    suppress_hash(session, hash_email(keys[0], address), reason, now, source=source, note=note)


def suppress_hash(
    session: Session, email_hash: str, reason: Reason, now: datetime,
    *, source: Source = Source.PERSON, note: str | None = None,
) -> None:  # fmt: skip
    """Puts an address of which only the keyed hash is known, as in an unsubscribe link, on the suppression list.

    What the person says again counts from then on, so that a link mailed in between does not undo it.
    """
    values = {"reason": reason.value, "at": now, "source": source.value, "strong": True, "note": note}
    _SUPPRESS(Driver.of(session), email_hash=email_hash, mail_id=None, **values)
    if reason is not Reason.BOUNCED and source is not Source.LIST:
        said = {"of_hash": email_hash, "for_reason": reason.value, "said": now}
        _SAY_AGAIN(Driver.of(session), **said)


def last_word(session: Session, keys: Sequence[bytes], address: str) -> datetime | None:
    """Returns when the person last said, under any spelling, that they want no mail; None if they never did.

    Marks about the mailbox are no word of the person.
    """
    said = [mark.at for mark in marks(session, keys, address) if mark.reason != Reason.BOUNCED]
    return max(said, default=None)


def suppress_bounced(
    session: Session, keys: Sequence[bytes], address: str, now: datetime,
    *, source: Source, strong: bool = False, mail_id: int | None = None,
) -> None:  # fmt: skip
    """Marks an e-mail address because a mail came back from it: its mailbox does not exist.

    ``strong``: the report leaves no other reading. A second report, about another mail, makes a weak mark strong.
    ``mail_id``: the mail in the outbox; None if no mail of ours is known.
    """
    email_hashes = hash_email_by_all(keys, address)
    query = select(Suppression).where(Suppression.email_hash.in_(email_hashes), Suppression.reason == Reason.BOUNCED)
    mark = session.scalars(query.with_for_update()).first()
    values = {"at": now, "source": source.value, "strong": strong, "mail_id": mail_id, "note": None}
    if mark is None:
        _SUPPRESS(Driver.of(session), email_hash=email_hashes[0], reason=Reason.BOUNCED.value, **values)
    elif not mark.strong:
        known = (mail_id, mark.mail_id) != (None, None)
        second = mail_id != mark.mail_id if known else now - mark.at >= APART
        mark.strong = strong or second
        if second:
            mark.at, mark.source, mark.mail_id = now, source.value, mail_id


def marks(session: Session, keys: Sequence[bytes], address: str) -> list[Suppression]:
    """Returns all marks of an e-mail address, the oldest first, weak ones that have ended included."""
    mine = Suppression.email_hash.in_(hash_email_by_all(keys, address))
    return list(session.scalars(select(Suppression).where(mine).order_by(Suppression.at, Suppression.reason)))


def counts(mark: Suppression, now: datetime) -> bool:
    """Returns True if a mark stops mails at this moment."""
    return mark.strong or mark.at > now - WEAK


def reasons(session: Session, keys: Sequence[bytes], address: str, now: datetime) -> set[Reason]:
    """Returns why an e-mail address is on the suppression list; an empty set if it is not."""
    return {Reason(mark.reason) for mark in marks(session, keys, address) if counts(mark, now)}


def blocks(
    session: Session,
    keys: Sequence[bytes],
    address: str,
    kind: MailKind,
    now: datetime,
    *,
    written: datetime | None = None,
) -> bool:
    """Returns True if the suppression list forbids a mail of this kind to this address. To be asked right before each
    mail is sent.

    ``written``: when the mail was put into the outbox; None: now. A mail that the recipient just asked for goes out in
    spite of a weak mark that is older.
    """
    return any(
        Reason(mark.reason) in kind.stopped_by
        and counts(mark, now)
        and (mark.strong or not kind.just_asked_for or mark.at >= (written or now))
        for mark in marks(session, keys, address)
    )


def reasons_by_address(
    session: Session, keys: Sequence[bytes], addresses: Iterable[str], now: datetime
) -> dict[str, set[Reason]]:
    """Returns, for each of these addresses that is on the suppression list, the reasons. Looks up many in one query.

    All spellings of one mailbox have the same reasons.
    """
    found: dict[str, set[Reason]] = {}
    waiting = iter(addresses)
    while part := list(islice(waiting, _AT_ONCE)):
        spellings: defaultdict[str, set[str]] = defaultdict(set)
        for address in part:
            for email_hash in hash_email_by_all(keys, address):
                spellings[email_hash].add(address)
        query = select(Suppression.email_hash, Suppression.reason)
        for email_hash, reason in session.execute(query.where(Suppression.email_hash.in_(spellings), _counting(now))):
            for address in spellings[email_hash]:
                found.setdefault(address, set()).add(Reason(reason))
    return found


def lift(session: Session, keys: Sequence[bytes], address: str, only: Collection[Reason] = tuple(Reason)) -> int:
    """Removes an address from the suppression list; returns the number of marks.

    With all reasons: after its owner has confirmed from their mailbox that they want mails. ``only``: the reasons to
    lift.
    """
    these = (Suppression.email_hash.in_(hash_email_by_all(keys, address)), Suppression.reason.in_(only))
    return len(session.execute(delete(Suppression).where(*these).returning(Suppression.reason)).all())


def purge(session: Session, now: datetime) -> None:
    """Removes weak marks that are too old to be remembered."""
    old = and_(Suppression.strong.is_(False), Suppression.at <= now - FORGOTTEN)
    session.execute(delete(Suppression).where(old), execution_options={"synchronize_session": False})


def _counting(now: datetime) -> ColumnElement[bool]:
    return or_(Suppression.strong.is_(True), Suppression.at > now - WEAK)
