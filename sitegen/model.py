"""Members, campaigns, the company and its languages, as plain frozen data. Imports no other module of the generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """Whether a member's site is public. An inactive member has no site and is shown nowhere."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class Interest(StrEnum):
    """What a prospect asks about: the goods (a retail lead), the opportunity (a recruit), or both."""

    PRODUCTS = "products"
    OPPORTUNITY = "opportunity"
    BOTH = "both"


class Channel(StrEnum):
    """The medium by which a campaign reaches people, such as radio or a flyer.

    At an event, by a list or by a referral, people are met in person or known by name.
    """

    WEB = "web"
    SOCIAL = "social"
    EMAIL = "email"
    RADIO = "radio"
    NEWSPAPER = "newspaper"
    FLYER = "flyer"
    EVENT = "event"
    LIST = "list"
    REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One piece of advertising in one channel, such as a radio spot or a flyer, with a landing page of its own.

    ``code`` is unique in the company and easily spoken (``radio7``). ``member`` is the id of the member whose campaign
    this is; None if it is the company's own. ``name`` and the days ``starts`` and ``ends`` are never shown in public;
    the landing page stays after the last day, because printed addresses must go on working.
    """

    code: str
    member: str | None
    channel: Channel
    name: str = ""
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link to one of a member's own pages on other sites, e.g. ``Link("Instagram", "https://…")``. Always https."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member (distributor), with the values from the company's roster.

    ``id`` never changes; tokens and leads name the member by it. ``slug`` is the member's part of the address,
    lower-case ASCII.
    ``email`` is None for a member without an address, who has a site and no office.
    ``phone`` is in E.164 (``+34600111222``). ``photo`` is a path relative to the site folder's ``photos/``.
    ``sponsor_id`` is the id of the member who recruited this one, None at the top of a tree.
    ``place``, ``tagline`` and ``story`` are the member's own words, as typed (``story`` is Markdown).
    ``timezone`` is a name of the tz database; None if the roster gives none.
    """

    id: str
    slug: str
    name: str
    first_name: str
    email: str | None
    locale: str
    status: Status = Status.ACTIVE
    phone: str | None = None
    photo: str | None = None
    place: str | None = None
    tagline: str | None = None
    story: str | None = None
    links: tuple[Link, ...] = ()
    sponsor_id: str | None = None
    market: str | None = None
    joined: date | None = None
    timezone: str | None = None

    @property
    def active(self) -> bool:
        """True while the member's site is public."""
        return self.status is Status.ACTIVE

    def is_self_canonical(self, least_words: int | None) -> bool:
        """Returns whether search engines are given the member's own pages as canonical, instead of the company's.

        This is so if the member's story has ``least_words`` words or more; never if ``least_words`` is None.
        """
        return least_words is not None and len((self.story or "").split()) >= least_words


@dataclass(frozen=True)
class RosterMapping:
    """How a roster that another program exports is read: ``[site.roster]`` in ``site.toml``.

    ``columns``: by the name of our column, the names of the file's. The cells of several make up a name or a place; of
    others the first counts that is not empty.
    ``ignored``: columns of the file to leave aside; with ``ignores_rest``, all that are neither ours nor mapped.
    ``status``, ``countries`` and ``languages``: by the file's word, ours. ``empty``: what stands for an empty cell.
    ``dates``: the order of day, month and year, such as ``month-day-year``; None: only ``2024-12-31`` is a date.
    ``separator``: what stands between cells; None: it is found out.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    ignores_rest: bool = False
    status: Mapping[str, Status] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    dates: str | None = None
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """The network-marketing company whose members have the sites. ``timezone``: the time zone by which it counts days,
    by its name in the tz database; None if the site's settings tell none."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    email: str
    phone: str | None = None
    founded: int | None = None
    currency: str = "EUR"
    country: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Locale:
    """A language of the site. ``name`` is what its speakers call it (``Español``); ``direction`` is ltr or rtl."""

    code: str
    name: str
    direction: str


@dataclass(frozen=True, slots=True)
class LocaleTexts:
    """The company's wordings in one language that do not stand in the Markdown pages.

    ``status`` says what a member is ("Independent distributor of …"). ``consent`` is the wording on the
    sign-up form of a member's page and must contain ``{member}`` and ``{company}``; ``consent_company`` is the
    wording on the company's own pages and must contain ``{company}``. ``notices`` stand at the foot of every page.
    """

    status: str
    consent: str
    consent_company: str
    notices: tuple[str, ...] = field(default=())
