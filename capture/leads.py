"""What can be done with leads, in plain arguments: nothing here knows of Flask, forms or commands.

Each function takes a session; the caller decides where the transaction begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload, selectinload

from capture import hosts, mail, posting
from capture.directory import EspalierError, Fault, Interest, PageSeen, did_you_mean
from capture.models import Consent, Lead, Member, Slug, Touch


@dataclass(frozen=True, slots=True)
class SignUp:
    """One checked sign-up. ``member_id`` is what the signed token said, None for the company's own pages."""

    email: str
    first_name: str | None
    interest: Interest
    member_id: str | None
    seen: PageSeen
    utm: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a sign-up. ``address``: the thank-you page to send the prospect to."""

    lead_id: int
    new: bool
    address: str


def accept(session: Session, signup: SignUp, now: datetime, letters: mail.Letters) -> Accepted:
    """Keeps a sign-up: lead, touch, consent and, the first time, the two mails. Commits nothing itself.

    The same person under the same member stays one lead: the touch and the consent are added, an interest widens
    (products and opportunity make both), a name fills a gap but never replaces one, and no further mail is made,
    so that nobody can be flooded by repeating a form.

    Raises NoSuchMember for a member who is unknown or inactive.
    """
    host = hosts.find(session, signup.member_id)
    lead, new = _find_or_add(session, signup, now)
    if not new:
        lead.interest = widen(Interest(lead.interest), signup.interest)
        lead.first_name = lead.first_name or signup.first_name
    touch = Touch(
        lead=lead,
        member_id=signup.member_id,
        page=signup.seen.page,
        locale=signup.seen.locale,
        build_id=signup.seen.build_id,
        interest=signup.interest,
        utm=dict(signup.utm),
        at=now,
    )
    session.add(touch)
    session.add(Consent(lead_id=lead.id, touch=touch, wording=signup.seen.wording, at=now))
    if new:
        page = hosts.page(session, host, signup.seen.page, signup.seen.locale)
        title = page.title if page else signup.seen.page
        for letter in (letters.thank_you(host, lead), letters.new_lead(host, lead, touch, title)):
            posting.post(session, host.company, letter, now, lead_id=lead.id)
    session.flush()
    return Accepted(lead.id, new, hosts.thanks_address(session, host, signup.seen.locale))


def widen(before: Interest, now: Interest) -> Interest:
    """What somebody is interested in who said first one thing and then another."""
    return before if before is now else Interest.BOTH


def listing(session: Session, member_slug: str | None = None) -> Iterator[Lead]:
    """Leads in the order they came, with member, touches and consents; a stream, not a list.

    ``member_slug``: only those of the member who has, or had, that address. Raises EspalierError for a slug that
    nobody ever had.
    """
    query = (
        select(Lead)
        .options(joinedload(Lead.member), selectinload(Lead.touches).joinedload(Touch.consent))
        .order_by(Lead.id)
        .execution_options(yield_per=500)
    )
    if member_slug is not None:
        query = query.where(Lead.member_id == _member_id(session, member_slug))
    yield from session.scalars(query)


def _member_id(session: Session, slug: str) -> str:
    found = session.get(Slug, slug)
    if found is None:
        near = session.scalars(select(Member.slug).where(Member.slug.startswith(slug[:2])).limit(1_000))
        raise EspalierError(Fault(f'nobody has the slug "{slug}"', hint=did_you_mean(slug, list(near))))
    return found.member_id


def _find_or_add(session: Session, signup: SignUp, now: datetime) -> tuple[Lead, bool]:
    values: dict[str, object] = {
        "member_id": signup.member_id,
        "email": signup.email,
        "first_name": signup.first_name,
        "interest": signup.interest.value,
        "locale": signup.seen.locale,
        "created_at": now,
    }
    # Two transactions may add the same person at once; the unique index lets one of them win.
    lead_id = session.execute(_insert_if_absent(session, values)).scalar()
    if lead_id is not None:
        return session.get_one(Lead, lead_id), True
    same = Lead.member_id.is_not_distinct_from(signup.member_id)
    return session.scalars(select(Lead).where(same, Lead.email == signup.email)).one(), False


def _insert_if_absent(session: Session, values: Mapping[str, object]) -> Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(Lead).values(dict(values)).on_conflict_do_nothing().returning(Lead.id)
    return sqlite.insert(Lead).values(dict(values)).on_conflict_do_nothing().returning(Lead.id)
