"""Signing in without a password: a mailed link, valid once and for a short time, opens a session in a browser.

Members and the company's staff use the same form, whose response does not reveal whether an address is known. A session
is a row of the database, so it can be ended from any browser, with immediate effect.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from capture.accounts import ending, mails
from capture.base.identity import identity
from capture.base.prepared import Driver
from capture.base.tokens import LIFETIMES, Purpose
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
"""How long a browser stays signed in to the office."""

MOST_SHARING = 20
"""The most members with one e-mail address between whom a person can choose after signing in."""

_OTHERS = "+"
"""In the nonce of a token: separates the link's own from the number of a further person with the same address."""

_NOBODY = "nobody@unknown.invalid"

_ON_ITS_WAY = LIFETIMES[Purpose.SIGN_IN] or timedelta()


@dataclass(frozen=True, slots=True)
class Person:
    """The person who is signed in to the office: a member (then ``staff`` is None) or one of the staff (then ``member``
    is None). ``office_session``: the session of their browser."""

    member: Member | None
    staff: Staff | None
    office_session: OfficeSession

    @property
    def member_id(self) -> str | None:
        """The signed-in member's id; None for staff, whose campaigns and lists are the company's."""
        return self.member.id if self.member else None

    @property
    def locale(self) -> str | None:
        """The signed-in member's language; None for staff, who read the office in their browser's language."""
        return self.member.locale if self.member else None


def send_link(session: Session, letters: Letters, address: str, now: datetime, wanted: list[str]) -> bool:
    """Adds a mail with a sign-in link to the outbox, for the members and staff with this address. Sends nothing to an
    unknown address, or if links were asked for too recently or too often.

    ``wanted``: the browser's languages, for staff. Returns True if a mail was added; the response must not reveal it,
    so an unknown address takes the same work.
    """
    if not address.isprintable():
        return False
    address = identity(address)
    email_hashes = letters.links.email_hashes(address)
    people = _people_with(session, address)
    mine = (BudgetUse.scope == SCOPE, BudgetUse.subject.in_(email_hashes))
    latest = session.scalar(select(func.max(BudgetUse.at)).where(*mine))
    lately = session.scalar(select(func.count()).where(*mine, BudgetUse.at > now - timedelta(hours=1))) or 0
    if lately >= MOST_LINKS_AN_HOUR or (latest is not None and latest > now - BETWEEN_LINKS):
        return False
    driver, nonce = Driver.of(session), secrets.token_hex(16)
    budgets.use_budget(driver, SCOPE, email_hashes[0], now)
    first = people[0] if people else None
    host = Host(hosts.get_company(session), first if isinstance(first, Member) else None)
    signed = letters.links.sign(Purpose.SIGN_IN, nonce, now)
    letter = mails.sign_in(letters, host, address if people else _NOBODY, signed, wanted)
    tokens = [_token(nonce, number, person, now) for number, person in enumerate(people or [None])]
    session.add_all(tokens)
    if not people:
        posting.post_and_take_back(driver, host.company, letter, now)
        session.flush()
        session.delete(tokens[0])
        return False
    posting.post(driver, host.company, letter, now)
    return True


def _token(nonce: str, number: int, person: Member | Staff | None, now: datetime) -> SignInToken:
    """Returns the token of one of the people who may use a link. ``number``: their place among them, from 0."""
    token = SignInToken(nonce=f"{nonce}{_OTHERS}{number}" if number else nonce, until=now + _ON_ITS_WAY)
    token.member_id = person.id if isinstance(person, Member) else None
    token.staff_id = person.id if isinstance(person, Staff) else None
    return token


def _people_with(session: Session, address: str) -> list[Member | Staff]:
    """Returns who may sign in with an address. A person of the staff comes first, since staff see every lead."""
    # Locked against changes (PostgreSQL), so that no link goes to an address that a sync is changing at this moment.
    employed = select(Staff).where(Staff.email == address, Staff.removed_at.is_(None))
    known = select(Member).where(Member.email == address, Member.active).order_by(Member.id).limit(MOST_SHARING)
    staff = session.scalars(employed.with_for_update(read=True))
    return [*staff, *session.scalars(known.with_for_update(read=True))]


def people_of_link(session: Session, nonce: str, now: datetime) -> dict[str, Member | Staff]:
    """Returns who may sign in by a mailed link, by the nonce of each one's token; several if they share an address.
    Empty if the link was used before or has expired. ``nonce``: the link's random value."""
    query = (
        select(SignInToken.nonce, Member, Staff)
        .outerjoin(Member, Member.id == SignInToken.member_id)
        .outerjoin(Staff, Staff.id == SignInToken.staff_id)
        .where(_of_link(nonce), SignInToken.used_at.is_(None), SignInToken.until > now)
        .order_by(SignInToken.staff_id.is_(None), SignInToken.member_id)
    )
    return {own: member or staff for own, member, staff in session.execute(query)}


def open_session(session: Session, nonce: str, chosen: str, now: datetime) -> str | None:
    """Uses a sign-in link up and opens an office session for one of its people. Returns the value of the session's
    cookie; None if the link was used before or has expired. ``nonce``: the link's random value; ``chosen``: the nonce
    of the person's own token, a key of ``people_of_link``."""
    used = session.execute(
        update(SignInToken)
        .where(_of_link(nonce), SignInToken.used_at.is_(None), SignInToken.until > now)
        .values(used_at=now)
        .returning(SignInToken.nonce, SignInToken.member_id, SignInToken.staff_id)
    ).all()
    for own, member_id, staff_id in used:
        if own == chosen:
            return begin(session, now, member_id=member_id, staff_id=staff_id)
    return None


def _of_link(nonce: str) -> ColumnElement[bool]:
    return or_(SignInToken.nonce == nonce, SignInToken.nonce.startswith(nonce + _OTHERS, autoescape=True))


def begin(session: Session, now: datetime, *, member_id: str | None = None, staff_id: int | None = None) -> str:
    """Opens an office session for a member or for staff, whose identity the caller has checked. Returns the value of
    the session's cookie."""
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
    """Returns the person whose office session has this cookie (``secret``: its value). Returns None if the session was
    ended or has expired, if the member is inactive, or if the person was removed from the staff."""
    # Every page of the office asks this first: one query instead of two.
    query = (
        select(OfficeSession, Member, Staff)
        .outerjoin(Member, Member.id == OfficeSession.member_id)
        .outerjoin(Staff, Staff.id == OfficeSession.staff_id)
        .where(OfficeSession.digest == _digest(secret))
    )
    found = session.execute(query).first() if secret else None
    if found is None:
        return None
    office_session, member, staff = found
    if office_session.ended_at is not None or office_session.until <= now:
        return None
    if (member is None or not member.active) and (staff is None or staff.removed_at is not None):
        return None
    return Person(None if staff else member, staff, office_session)


def close_session(session: Session, person: Person, now: datetime, *, everywhere: bool = False) -> None:
    """Signs a person out: ends their present session or, with ``everywhere``, their sessions in all browsers and the
    links that are on their way to them."""
    if everywhere and person.staff:
        ending.end_staff(session, person.staff.id, now)
    elif everywhere and person.member:
        ending.end_members(session, [person.member.id], now)
    else:
        own = OfficeSession.digest == person.office_session.digest
        session.execute(update(OfficeSession).where(own, OfficeSession.ended_at.is_(None)).values(ended_at=now))


def staff(session: Session) -> list[Staff]:
    """Returns the company's staff who may sign in, in the order of their addresses."""
    return list(session.scalars(select(Staff).where(Staff.removed_at.is_(None)).order_by(Staff.email)))


def add_staff(session: Session, address: str, now: datetime) -> None:
    """Allows a person of the company to sign in to the office as staff. Raises EspalierError if they already may, or if
    ``address`` is no e-mail address."""
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
        # Removing ended these already, unless an older version of this program did it.
        ending.end_staff(session, found.id, now)


def remove_staff(session: Session, address: str, now: datetime) -> None:
    """Removes a person from the company's staff, so that they can no longer sign in to the office, and ends all their
    sessions and links for good. Raises EspalierError if they are not on the staff."""
    found = session.scalars(select(Staff).where(Staff.email == identity(address), Staff.removed_at.is_(None))).first()
    if found is None:
        raise EspalierError(Fault(f"{address} is not on the staff", hint="`capture staff list` names who is"))
    found.removed_at = now
    session.flush()
    ending.end_staff(session, found.id, now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
