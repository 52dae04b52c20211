"""The host of a page: the member or the company that a prospect deals with, and the addresses that follow from it.

Everything here is read from the synced tables, never from a form.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import JSON, bindparam, select
from sqlalchemy.orm import Session

from capture.base.prepared import Driver, Prepared
from capture.base.unavailable import Unavailable
from capture.company.calendar import Calendar, named
from capture.company.generator import THANKS, fill_wording
from capture.models import Company, Lead, Member, Page, Wording


class NoSuchMember(Exception):
    """Raised if a token names a member who is not on the roster, or not active."""


@dataclass(frozen=True, slots=True)
class Host:
    """The host of a page: the member whose page it is, and the company. ``member`` is None on the company's own
    pages."""

    company: Company
    member: Member | None

    @property
    def name(self) -> str:
        """The name of the host: the member's or, on the company's own pages, the company's."""
        return self.member.name if self.member else self.company.name

    @property
    def home(self) -> str:
        """The root of the host's site as an absolute address, ending in "/"."""
        return self.member.home if self.member else self.company.home

    @property
    def home_locale(self) -> str:
        """The language of the page at the root of the host's site."""
        return self.member.locale if self.member else self.company.locale

    @property
    def calendar(self) -> Calendar:
        """The days of the host: those of the member's time zone or, on the company's own pages, of the company's."""
        return named((self.member and self.member.timezone) or self.company.timezone)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of the company's and members' sites, to which a sign-up may redirect, as sources of a
        Content-Security-Policy."""
        parts = urlsplit(self.company.home)
        own = f"{parts.scheme}://{parts.netloc}"
        return (own, f"{parts.scheme}://*.{parts.netloc}") if self.company.layout == "subdomain" else (own,)


def get_company(session: Session) -> Company:
    """Returns the company's row. Raises Unavailable before the first ``capture sync``, which loads the company."""
    return _synced(session.get(Company, 1))


def _synced(found: Company | None) -> Company:
    if found is None or not found.service:
        raise Unavailable("nothing was synced yet, or by an older version: run `capture sync`")
    return found


def find_host(session: Session, member_id: str | None) -> Host:
    """Returns the host of a sign-up: the member with this id, or (None) the company. Raises NoSuchMember if the member
    is unknown or not active, and Unavailable before the first ``capture sync``."""
    found = get_company(session)
    if member_id is None:
        return Host(found, None)
    member = session.get(Member, member_id)
    if member is None or not member.active:
        raise NoSuchMember(member_id)
    return Host(found, member)


def active_host(session: Session, member_id: str | None) -> Host:
    """Returns who follows up on a member's leads: the member if active and reached by mail, else the nearest such
    upline (the member's sponsor, the sponsor's sponsor and so on), else the company."""
    found = get_company(session)
    seen: set[str] = set()
    while member_id is not None and member_id not in seen:
        seen.add(member_id)
        member = session.get(Member, member_id)
        if member is None or member.follows_up:
            return Host(found, member)
        member_id = member.sponsor_id
    return Host(found, None)


def assignee_of(session: Session, lead: Lead) -> Host:
    """Returns who follows up on a lead now: the assignee of the newest decision about the lead or, if that member is
    not active or has no e-mail address, the nearest upline who is and has, else the company.

    Before there is a decision, the member whose page the lead came from counts as the assignee.
    """
    decided = lead.owner_id is not None or lead.assignee_id is not None
    return active_host(session, lead.assignee_id if decided else lead.member_id)


def find_page(session: Session, host: Host, key: str, locale: str) -> Page | None:
    """Returns a page of the host's site in ``locale``, else in the site's own language; None if the site has no such
    page."""
    found = session.scalars(
        select(Page).where(
            Page.replica == (host.member is not None),
            Page.home_locale == host.home_locale,
            Page.key == key,
            Page.locale.in_({locale, host.home_locale}),
        )
    ).all()
    return min(found, key=lambda each: each.locale != locale, default=None)


def thanks_address(session: Session, host: Host, locale: str) -> str:
    """Returns the absolute address of the host's thank-you page, or of the site's root if there is no such page."""
    found = find_page(session, host, THANKS, locale)
    return host.home + (found.path if found else "")


_COMPANY = Prepared(lambda insert: select(Company.__table__).where(Company.id == 1))
_MEMBER = Prepared(lambda insert: select(Member.__table__).where(Member.id == bindparam("id")))
_PATHS = Prepared(
    lambda insert: select(Page.locale, Page.path).where(
        Page.replica == bindparam("replica"),
        Page.home_locale == bindparam("home_locale"),
        Page.key == THANKS,
        Page.locale.in_([bindparam("locale"), bindparam("home_locale")]),
    )
)


class HostCache:
    """Finds the hosts (members or the company) of many sign-ups in one transaction, and looks each up only once.

    As long as its rows do not change, a host is the same object in later transactions, too, so that values derived from
    a host can be cached. A changed row, by a sync or otherwise, gives another object.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._hosts: dict[str | None, Host] = {}
        self._paths: dict[tuple[bool, str, str], str] = {}

    def find(self, member_id: str | None) -> Host:
        """Returns the host of a sign-up: the member with this id, or (None) the company. Raises NoSuchMember if the
        member is unknown or not active, and Unavailable before the first ``capture sync``."""
        if None not in self._hosts:
            rows = _COMPANY(self._driver)
            self._hosts[None] = _host(_synced(_company(_hashable(rows[0])) if rows else None), None)
        if member_id not in self._hosts:
            rows = _MEMBER(self._driver, id=member_id)
            if not rows:
                raise NoSuchMember(member_id)
            self._hosts[member_id] = _host(self._hosts[None].company, _member(rows[0]))
        found = self._hosts[member_id]
        if found.member is not None and not found.member.active:
            raise NoSuchMember(member_id)
        return found

    def thanks_address(self, host: Host, locale: str) -> str:
        """Returns the absolute address of the host's thank-you page, or of the site's root if there is no such page."""
        key = (host.member is not None, host.home_locale, locale)
        if key not in self._paths:
            replica, home_locale, wanted = key
            paths = dict(_PATHS(self._driver, replica=replica, home_locale=home_locale, locale=wanted))
            self._paths[key] = paths[wanted] if wanted in paths else paths.get(home_locale, "")
        return host.home + self._paths[key]


@lru_cache(maxsize=4)
def _company(row: tuple[Any, ...]) -> Company:
    columns = Company.__table__.columns
    values = {
        column.key: json.loads(value) if isinstance(column.type, JSON) else value
        for column, value in zip(columns, row, strict=True)
    }
    return Company(**values)


@lru_cache(maxsize=2_000)
def _member(row: tuple[Any, ...]) -> Member:
    return Member(**dict(zip(Member.__table__.columns.keys(), row, strict=True)))


@lru_cache(maxsize=2_000)
def _host(company: Company, member: Member | None) -> Host:
    return Host(company, member)


def _hashable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Returns a database row with lists and dictionaries as JSON text, which is how SQLite returns them anyway."""
    return tuple(json.dumps(value) if isinstance(value, list | dict) else value for value in row)


@dataclass(frozen=True, slots=True)
class ShownWording:
    """A consent wording with the names filled in, as a form shows it."""

    id: str
    sentence: str


def wording_for(session: Session, host: Host, locale: str, seen_id: str | None) -> ShownWording:
    """Returns the consent wording that a form must show: the one with the id ``seen_id``, which the person saw before,
    if it is known, else the current one. Raises Unavailable before the first ``capture sync``."""
    has_member = host.member is not None
    rows = session.scalars(
        select(Wording).where(Wording.has_member == has_member, (Wording.id == (seen_id or "")) | Wording.current)
    ).all()
    wanted = [(row.id != seen_id, row.locale != locale, row.locale != host.home_locale) for row in rows]
    if not rows:
        raise Unavailable("no consent wording was synced yet")
    best = rows[wanted.index(min(wanted))]
    member_name = host.member.name if host.member else None
    return ShownWording(best.id, fill_wording(best.text, host.company.name, member_name))
