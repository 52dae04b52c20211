"""Ends the access that people already have to the office: their sessions in all browsers, and the sign-in links that
were mailed to them and not used yet.

Nothing revives what was ended: who may sign in again asks for a new link. Access ends when a person signs out
everywhere, when staff or an operator say so, when staff are removed, and when ``capture sync`` finds that a member's
address changed or that the member was deactivated or came back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, CursorResult, Select, func, select, true, update
from sqlalchemy.orm import Session

from capture.base.identity import identity
from capture.company.members import member_of
from capture.models import Member, OfficeSession, SessionsEnded, SignInToken, Staff
from sitegen.errors import EspalierError, Fault


def end_members(connection: Connection | Session, ids: Collection[str] | Select[tuple[str]], now: datetime) -> int:
    """Ends the access of the members with these ids; returns how many sessions were open.

    Changes of the members themselves must be written before, in the same transaction: a sign-in that runs at the same
    moment waits for that change (``signing_in.send_link``), or is seen here.
    """
    return _end(connection, SignInToken.member_id.in_(ids), OfficeSession.member_id.in_(ids), now)


def end_staff(connection: Connection | Session, staff_id: int, now: datetime) -> int:
    """Ends the access of one of the staff; returns how many sessions were open. See ``end_members``."""
    return _end(connection, SignInToken.staff_id == staff_id, OfficeSession.staff_id == staff_id, now)


def end_everyone(session: Session, now: datetime) -> int:
    """Ends the access of all members and staff; returns how many sessions were open. For a restored backup, which holds
    sessions that were ended after it was made."""
    return _end(session, true(), true(), now)


def end_by_hand(session: Session, person: Member | Staff, now: datetime, by: Staff | None) -> int:
    """Ends the access of a person because staff or an operator say so, and records who did. Returns how many sessions
    were open. ``by``: the staff member; None for the command line."""
    if isinstance(person, Member):
        ended = end_members(session, [person.id], now)
        record = SessionsEnded(member_id=person.id, sessions=ended, at=now)
    else:
        ended = end_staff(session, person.id, now)
        record = SessionsEnded(staff_id=person.id, sessions=ended, at=now)
    record.by_staff_id = by.id if by else None
    session.add(record)
    return ended


def find_member(session: Session, slug: str) -> Member:
    """Returns the member who has or had a slug. Raises EspalierError if nobody ever had it."""
    return session.get_one(Member, member_of(session, slug))


def find_staff(session: Session, address: str) -> Staff:
    """Returns the staff member with this address, also a former one. Raises EspalierError if there is none."""
    found = session.scalars(select(Staff).where(Staff.email == identity(address))).first()
    if found is None:
        raise EspalierError(Fault(f"{address} is not on the staff", hint="`capture staff list` names who is"))
    return found


def find(session: Session, text: str) -> list[Member | Staff]:
    """Returns the people whom staff mean by an e-mail address or a slug, as they typed it; an empty list if it is
    nobody's. Several members can share an address."""
    address = identity(text)
    people: list[Member | Staff] = [*session.scalars(select(Staff).where(Staff.email == address))]
    people += session.scalars(select(Member).where(Member.email == address).order_by(Member.id))
    return people or list(session.scalars(select(Member).where(Member.slug == text.strip().lower())))


def signed_in(session: Session, now: datetime, most: int) -> list[tuple[Member | Staff, int, datetime]]:
    """Returns the people with open sessions: how many each has, and when the newest began. Those who signed in last
    come first; at most ``most`` of them."""
    sessions, newest = func.count(), func.max(OfficeSession.created_at)
    query = (
        select(OfficeSession.member_id, OfficeSession.staff_id, sessions, newest)
        .where(OfficeSession.ended_at.is_(None), OfficeSession.until > now)
        .group_by(OfficeSession.member_id, OfficeSession.staff_id)
        .order_by(newest.desc(), OfficeSession.member_id, OfficeSession.staff_id)
        .limit(most)
    )
    found = session.execute(query).all()
    people: dict[str | int | None, Member | Staff] = {}
    people |= {
        each.id: each for each in session.scalars(select(Member).where(Member.id.in_([row[0] for row in found])))
    }
    people |= {each.id: each for each in session.scalars(select(Staff).where(Staff.id.in_([row[1] for row in found])))}
    return [(people[row[0] if row[1] is None else row[1]], row[2], row[3]) for row in found]


def _end(connection: Connection | Session, tokens: ColumnElement[bool], own: ColumnElement[bool], now: datetime) -> int:
    # The tokens first: one that is being used at this moment has its session stored before the next statement.
    connection.execute(update(SignInToken).where(tokens, SignInToken.used_at.is_(None)).values(used_at=now))
    is_open = (own, OfficeSession.ended_at.is_(None))
    ended = connection.execute(update(OfficeSession).where(*is_open).values(ended_at=now))
    assert isinstance(ended, CursorResult)
    return ended.rowcount
