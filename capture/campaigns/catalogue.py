"""Creates campaigns with their codes, lists them, records what was spent on them, and counts leads under them.

A campaign's landing page is made like every other page of a site; the page's signed token names it ``c/`` and the code.
So a sign-up there shows which campaign it came from, without a cookie or a script. The links on a landing page name the
code in their query, so that a sign-up on a later page shows it, too. That code is not signed: everyone can type one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from capture.accounts.scope import scope
from capture.accounts.signing_in import Person
from capture.base.prepared import Driver, Prepared
from capture.base.unavailable import Unavailable
from capture.campaigns.spoken_codes import code_from_speech, compact, readings
from capture.company.generator import CAMPAIGN_CODE, CAMPAIGN_PAGES, Channel, campaign_page
from capture.models import Campaign, Company, Lead, Member, Spending

PAGE = 50
"""The number of campaigns on one page of the list."""

MOST_OFFERED = 200
"""The most campaigns that a form offers to choose from; the newest are offered."""

WORDS: dict[Channel, str] = {
    Channel.WEB: "web",
    Channel.SOCIAL: "social",
    Channel.EMAIL: "mail",
    Channel.RADIO: "radio",
    Channel.NEWSPAPER: "paper",
    Channel.FLYER: "flyer",
    Channel.EVENT: "event",
    Channel.LIST: "list",
    Channel.REFERRAL: "friend",
}
"""The word with which the codes of each channel begin: short, and understood when heard, such as ``radio`` in
``radio7``."""

_LONGEST_NUMBER = 6
_HIGHEST = 10**_LONGEST_NUMBER - 1

_ATTEMPTS = 20
_MOST_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """A campaign in the list of campaigns.

    ``spent``: in minor units of the currency; None if none was recorded. ``leads``: how many of the campaign's leads
    can be followed up.
    """

    campaign: Campaign
    spent: int | None
    leads: int


def find_campaign(session: Session, person: Person, code: str) -> Campaign | None:
    """Returns the campaign with this code; None if it does not exist or this person may not see it."""
    if not CAMPAIGN_CODE.match(code):
        return None
    return session.scalars(select(Campaign).where(Campaign.code == code, scope(person).campaigns)).first()


def list_campaigns(
    session: Session, person: Person, after: int | None = None
) -> tuple[list[CampaignSummary], int | None]:
    """Returns one page of the campaigns that this person may see, the newest first; staff see all campaigns.

    The second value is the id to give as ``after`` for the next page; None on the last page.
    """
    query = select(Campaign).where(scope(person).campaigns).options(joinedload(Campaign.member))
    if after is not None:
        query = query.where(Campaign.id < after)
    found = session.scalars(query.order_by(Campaign.id.desc()).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    numbers = [each.id for each in shown]
    sums = select(Spending.campaign_id, func.sum(Spending.amount)).group_by(Spending.campaign_id)
    spent = dict(session.execute(sums.where(Spending.campaign_id.in_(numbers))).all())
    known = (Lead.campaign_id.in_(numbers), Lead.known_at.is_not(None))
    counts = select(Lead.campaign_id, func.count()).where(*known).group_by(Lead.campaign_id)
    leads = dict(session.execute(counts).all())
    lines = [
        CampaignSummary(each, None if each.id not in spent else int(spent[each.id]), leads.get(each.id, 0))
        for each in shown
    ]
    return lines, (shown[-1].id if len(found) > len(shown) else None)


def campaigns_to_choose(session: Session, person: Person) -> Sequence[Campaign]:
    """Returns the campaigns that forms offer this person, newest first: a member's own, or the company's for staff."""
    mine = Campaign.member_id.is_not_distinct_from(person.member_id)
    return session.scalars(select(Campaign).where(mine).order_by(Campaign.id.desc()).limit(MOST_OFFERED)).all()


def create_campaign(
    session: Session, person: Person, channel: Channel, name: str, starts: date | None, ends: date | None, now: datetime
) -> Campaign:
    """Creates a campaign of this member, or of the company for staff, with a code that no campaign ever had.

    Raises Unavailable if other requests keep using the chosen code first.
    """
    for _ in range(_ATTEMPTS):
        made = Campaign(code=_free_code(session, WORDS[channel]), channel=channel.value, name=name, created_at=now)
        made.member_id = person.member_id
        made.starts_on, made.ends_on = starts, ends
        # Another request may have taken the same number at this moment: try the next.
        with suppress(IntegrityError), session.begin_nested():
            session.add(made)
            session.flush()
            return made
    raise Unavailable("other requests used every new campaign code first")


def record_spend(session: Session, campaign: Campaign, on: date, amount: int, note: str | None, now: datetime) -> None:
    """Records that money was spent on a campaign. ``amount``: in minor units of the company's currency."""
    session.add(Spending(campaign_id=campaign.id, on=on, amount=amount, note=note, at=now))


def spend_of(session: Session, campaign: Campaign) -> Sequence[Spending]:
    """Returns the entries of what was spent on a campaign, the newest first."""
    mine = Spending.campaign_id == campaign.id
    return session.scalars(select(Spending).where(mine).order_by(Spending.on.desc(), Spending.id.desc())).all()


def remove_spend(session: Session, campaign: Campaign, number: int) -> None:
    """Deletes the entry of spend with the id ``number``; does nothing if the entry is not this campaign's."""
    found = session.get(Spending, number)
    if found is not None and found.campaign_id == campaign.id:
        session.delete(found)


def landing_address(company: Company, member: Member | None, code: str) -> str:
    """Returns the absolute address of a campaign's landing page."""
    return f"{member.home if member else company.home}{campaign_page(code)}/"


def spoken(code: str) -> str:
    """Returns a campaign's code as people say it: ``radio 7`` for ``radio7``."""
    return re.sub(r"(?<=[a-z])(?=[0-9])", " ", code)


def campaign_by_code(session: Session, typed: str) -> Campaign | None:
    """Returns the campaign whose code a visitor typed; None if there is none, or its member is not active.

    If nobody has the code as it stands, it may be the one code that exists of all that may have been meant.
    """
    code = code_from_speech(typed)
    found = session.scalars(select(Campaign).where(Campaign.code == code)).first() if code else None
    if found is not None:
        return found if found.member is None or found.member.active else None
    meant = session.scalars(select(Campaign).where(Campaign.code.in_(readings(typed))).limit(2)).all()
    only = meant[0] if len(meant) == 1 else None
    return None if only is None or (only.member is not None and not only.member.active) else only


def near_codes(session: Session, typed: str, *addresses: str) -> list[str]:
    """Returns up to three codes that are most like what was typed, of those with a page: the company's, and those of
    the members whose sites the addresses are on."""
    members = [found.id for each in addresses if (found := _member_at(session, each)) is not None]
    theirs = or_(Campaign.member_id.is_(None), Campaign.member_id.in_(members))
    public = Campaign.published_at.is_not(None)
    newest = select(Campaign.code).where(theirs, public).order_by(Campaign.id.desc()).limit(_MOST_COMPARED)
    codes = session.scalars(newest).all()
    meant = sorted(readings(typed).intersection(codes))
    return [*meant, *(each for each in get_close_matches(compact(typed), codes, cutoff=0.7) if each not in meant)][:3]


def _member_at(session: Session, address: str) -> Member | None:
    """Returns the active member on whose site an address is."""
    address = address.strip() if "://" in address else f"https://{address.strip()}"
    try:
        parts = urlsplit(address)
        slugs = {parts.path.lstrip("/").partition("/")[0], (parts.hostname or "").partition(".")[0]}
    except ValueError:
        return None
    found = session.scalars(select(Member).where(Member.slug.in_(slugs), Member.active)).all()
    return next((each for each in found if f"{address}/".startswith(each.home)), None)


def _brought(*campaigns: ColumnElement[bool]) -> Prepared:
    by_code = select(Campaign.id).where(Campaign.code == bindparam("code"), or_(*campaigns)).scalar_subquery()
    mine = (Lead.id == bindparam("lead_id"), Lead.campaign_id.is_(None))
    return Prepared(lambda insert: update(Lead).where(*mine).values(campaign_id=by_code))


_OF_HOST = Campaign.member_id.is_not_distinct_from(bindparam("whose"))
_BY_PAGE, _BY_LINK = _brought(_OF_HOST), _brought(_OF_HOST, Campaign.member_id.is_(None))


def credit_campaign(driver: Driver, lead_id: int, page: str, member_id: str | None, claimed: str | None) -> None:
    """Counts a lead under a campaign if ``page`` is the landing page of one of this member's campaigns, or if the
    page's address named one of this member's or the company's (``claimed``: the code there, or None).

    If the database does not know the campaign yet, the sync that adds the campaign does this later.
    """
    if page.startswith(CAMPAIGN_PAGES):
        _BY_PAGE(driver, lead_id=lead_id, code=page.removeprefix(CAMPAIGN_PAGES), whose=member_id)
    elif claimed is not None:
        _BY_LINK(driver, lead_id=lead_id, code=claimed, whose=member_id)


def _free_code(session: Session, word: str) -> str:
    """Returns a new campaign code: the word with the next number, or with the lowest unused one once 999999 is used."""
    longest = func.length(Campaign.code)
    like = (Campaign.code.startswith(word), longest <= len(word) + _LONGEST_NUMBER)
    codes = session.scalars(select(Campaign.code).where(*like).order_by(longest.desc(), Campaign.code.desc()))
    taken = [int(each[len(word) :]) for each in codes if each[len(word) :].isdigit()]
    if not taken or taken[0] < _HIGHEST:
        return f"{word}{max(taken, default=0) + 1}"
    gaps = set(range(1, _HIGHEST + 1)) - set(taken)
    return f"{word}{min(gaps)}"
