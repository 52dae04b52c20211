"""What can be done with leads, in plain arguments: nothing here knows of Flask, forms or commands.

Each function takes a session; the caller decides where the transaction begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from capture import budgets, confirming, evidence, hosts, mail
from capture.budgets import Limits
from capture.directory import EspalierError, Fault, Interest, PageSeen, did_you_mean
from capture.models import Consent, Lead, Member, Slug, Touch
from capture.networks import UNKNOWN
from capture.tokens import Links
from capture.upsert import insert_if_absent

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SignUp:
    """One checked sign-up. ``member_id`` is what the signed token said, None for the company's own pages."""

    email: str
    first_name: str | None
    interest: Interest
    member_id: str | None
    seen: PageSeen
    utm: Mapping[str, str]
    introducer: str | None = None
    """What they answered to "Who introduced you?", as typed. Nothing is looked up by it before they confirm."""
    network: str = UNKNOWN
    """Where it was sent from, as far as limits care; never stored in clear."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a sign-up. ``address``: the thank-you page to send the prospect to."""

    lead_id: int
    new: bool
    address: str


def accept(
    session: Session, signup: SignUp, now: datetime, letters: mail.Letters, limits: Limits = DEFAULT_LIMITS
) -> Accepted:
    """Keeps a sign-up: lead, touch, consent and the mail that asks for confirmation. Commits nothing itself.

    The same person under the same member stays one lead: the touch and the consent are added, an interest widens
    (products and opportunity make both), and a name fills a gap but never replaces one. Until the person confirms,
    the member hears nothing; a mail to somebody who has confirmed would say nothing new, so none is made.

    Raises NoSuchMember for a member who is unknown or inactive.
    """
    host = hosts.find(session, signup.member_id)
    lead, new = _find_or_add(session, signup, now, letters.links)
    if not new:
        lead.interest = widen(Interest(lead.interest), signup.interest)
        lead.first_name = lead.first_name or signup.first_name
    about = evidence.particular(signup.email, signup.first_name, signup.utm, signup.introducer)
    touch = Touch(
        lead_id=lead.id,
        member_id=signup.member_id,
        page=signup.seen.page,
        locale=signup.seen.locale,
        build_id=signup.seen.build_id,
        interest=signup.interest,
        digest=evidence.digest(about),
        at=now,
    )
    evidence.append(session, touch)
    about.touch_id = touch.id
    session.add(about)
    evidence.append(session, Consent(lead_id=lead.id, touch_id=touch.id, wording=signup.seen.wording, at=now))
    over = budgets.exceeded(
        session,
        letters.links,
        limits,
        member_id=signup.member_id,
        network=signup.network,
        address=signup.email,
        now=now,
    )
    if not lead.confirmed:
        confirming.ask(session, host, lead, now, letters, hold=bool(over))
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
    touches = selectinload(Lead.touches).options(joinedload(Touch.consent), joinedload(Touch.particular))
    query = (
        select(Lead)
        .options(joinedload(Lead.member), touches)
        .where(Lead.erased_at.is_(None))
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


def _find_or_add(session: Session, signup: SignUp, now: datetime, links: Links) -> tuple[Lead, bool]:
    mark = links.fingerprint(signup.email)
    values: dict[str, object] = {
        "member_id": signup.member_id,
        "email": signup.email,
        "first_name": signup.first_name,
        "interest": signup.interest.value,
        "locale": signup.seen.locale,
        "handle": uuid4().hex,
        "mark": mark,
        "created_at": now,
    }
    # Two transactions may add the same person at once; the unique index lets one of them win.
    lead_id = session.execute(insert_if_absent(session, Lead, values, Lead.id)).scalar()
    if lead_id is not None:
        return session.get_one(Lead, lead_id), True
    same = Lead.member_id.is_not_distinct_from(signup.member_id)
    lead = session.scalars(select(Lead).where(same, Lead.email == signup.email).with_for_update(of=Lead)).one()
    lead.mark = mark  # the key may have changed
    return lead, False
