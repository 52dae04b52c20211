"""Signing in without a password: a mailed link, good once and for a short time, makes a browser known.

Members and the company's staff come in by the same door; whoever asks learns nothing about who they are. A sitting
is a row of the database, so it can be ended from anywhere at once.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from capture.accounts import mails
from capture.base.identity import identity
from capture.base.prepared import Driver
from capture.base.tokens import LIFETIMES, Links, Purpose
from capture.company import hosts
from capture.company.hosts import Host
from capture.limits import budgets
from capture.mailing import posting
from capture.mailing.letters import Letters
from capture.models import BudgetUse, Member, OfficeSession, SignInToken, Staff
from sitegen.errors import EspalierError, Fault

SCOPE = "sign-in"
BETWEEN_LINKS = timedelta(minutes=1)
MOST_LINKS_AN_HOUR = 5

SESSION_LIFETIME = timedelta(days=30)
"""How long a browser stays signed in."""

_ON_ITS_WAY = LIFETIMES[Purpose.SIGN_IN] or timedelta()


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in: a member, or somebody of the staff. Exactly one of the two is there."""

    member: Member | None
    staff: Staff | None
    office_session: OfficeSession

    @property
    def member_id(self) -> str | None:
        """The member's id; None for staff, whose leads, campaigns and lists are the company's."""
        return self.member.id if self.member else None

    @property
    def locale(self) -> str | None:
        """A member's own language; None for staff, who read what their browser asks for."""
        return self.member.locale if self.member else None


def send_link(session: Session, letters: Letters, address: str, now: datetime, wanted: list[str]) -> bool:
    """Mails a link to whoever has this address; does nothing for an unknown one, or too often.

    ``wanted``: languages of the browser, for staff. Returns whether a mail was promised; nobody outside may learn it.
    """
    if not address.isprintable():
        return False
    address = identity(address)
    member = session.scalars(select(Member).where(Member.email == address, Member.active).order_by(Member.id)).first()
    staff = session.scalars(select(Staff).where(Staff.email == address, Staff.removed_at.is_(None))).first()
    email_hashes = letters.links.email_hashes(address)
    mine = (BudgetUse.scope == SCOPE, BudgetUse.subject.in_(email_hashes))
    latest = session.scalar(select(func.max(BudgetUse.at)).where(*mine))
    lately = session.scalar(select(func.count()).where(*mine, BudgetUse.at > now - timedelta(hours=1))) or 0
    if not (member or staff) or lately >= MOST_LINKS_AN_HOUR or (latest is not None and latest > now - BETWEEN_LINKS):
        return False
    nonce = secrets.token_hex(16)
    # Who is both comes in as staff: that room holds the other.
    whose = {"staff_id": staff.id} if staff else {"member_id": member.id if member else None}
    session.add(SignInToken(nonce=nonce, until=now + _ON_ITS_WAY, **whose))
    budgets.use_budget(Driver.of(session), SCOPE, email_hashes[0], now)
    host = Host(hosts.get_company(session), None if staff else member)
    letter = mails.sign_in(letters, host, address, letters.links.sign(Purpose.SIGN_IN, nonce, now), wanted)
    posting.post(Driver.of(session), host.company, letter, now)
    return True


def open_session(session: Session, links: Links, nonce: str, now: datetime) -> str | None:
    """Uses a ticket up and begins a sitting: the value of its cookie. None for a ticket that is spent or too old."""
    used = session.execute(
        update(SignInToken)
        .where(SignInToken.nonce == nonce, SignInToken.used_at.is_(None), SignInToken.until > now)
        .values(used_at=now)
        .returning(SignInToken.member_id, SignInToken.staff_id)
    ).first()
    if used is None:
        return None
    member_id, staff_id = used
    return begin(session, now, member_id=member_id, staff_id=staff_id)


def begin(session: Session, now: datetime, *, member_id: str | None = None, staff_id: int | None = None) -> str:
    """Signs a browser in as a member or as staff, whose identity the caller has checked. Returns its cookie's value."""
    secret = secrets.token_urlsafe(32)
    session.add(
        OfficeSession(
            digest=_digest(secret),
            member_id=member_id,
            staff_id=staff_id,
            csrf=secrets.token_hex(20),
            created_at=now,
            until=now + SESSION_LIFETIME,
        )
    )
    return secret


def person_of_cookie(session: Session, secret: str, now: datetime) -> Person | None:
    """Who sits at this browser; None where nobody does (any more): signed out, too old, left the company."""
    office_session = session.get(OfficeSession, _digest(secret)) if secret else None
    if office_session is None or office_session.ended_at is not None or office_session.until <= now:
        return None
    member = session.get(Member, office_session.member_id) if office_session.member_id else None
    staff = session.get(Staff, office_session.staff_id) if office_session.staff_id else None
    if (member is None or not member.active) and (staff is None or staff.removed_at is not None):
        return None
    return Person(None if staff else member, staff, office_session)


def close_session(session: Session, person: Person, now: datetime, *, everywhere: bool = False) -> None:
    """Ends this sitting, or all of this person's."""
    own = (
        OfficeSession.digest == person.office_session.digest
        if not everywhere
        else (OfficeSession.staff_id == person.staff.id)
        if person.staff
        else (OfficeSession.member_id == person.office_session.member_id)
    )
    session.execute(update(OfficeSession).where(own, OfficeSession.ended_at.is_(None)).values(ended_at=now))


def staff(session: Session) -> list[Staff]:
    """Everybody of the company who may come in, in the order of their addresses."""
    return list(session.scalars(select(Staff).where(Staff.removed_at.is_(None)).order_by(Staff.email)))


def add_staff(session: Session, address: str, now: datetime) -> None:
    """Lets somebody of the company in. Raises EspalierError where they are in already, or for what is no address."""
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise EspalierError(Fault(f'"{address}" is not an e-mail address', hint="such as desk@example.com")) from error
    found = session.scalars(select(Staff).where(Staff.email == identity(address))).first()
    if found is None:
        session.add(Staff(email=identity(address), added_at=now))
    elif found.removed_at is None:
        raise EspalierError(Fault(f"{address} is on the staff already"))
    else:
        found.removed_at = None


def remove_staff(session: Session, address: str, now: datetime) -> None:
    """Shuts somebody out at once, wherever they are signed in. Raises EspalierError for who is not on the staff."""
    found = session.scalars(select(Staff).where(Staff.email == identity(address), Staff.removed_at.is_(None))).first()
    if found is None:
        raise EspalierError(Fault(f"{address} is not on the staff", hint="`capture staff list` names who is"))
    found.removed_at = now
    session.execute(
        update(OfficeSession)
        .where(OfficeSession.staff_id == found.id, OfficeSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
