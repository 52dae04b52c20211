"""The nouns of the field, as plain frozen data. Imports no other module of the generator."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """Whether a member's site is public. An inactive member has no site and shows nowhere."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class Interest(StrEnum):
    """What a prospect asks about: the goods (a retail lead), the opportunity (a recruit), or both."""

    PRODUCTS = "products"
    OPPORTUNITY = "opportunity"
    BOTH = "both"


class Channel(StrEnum):
    """Where a campaign meets people. An event, a list and a referral are met in person or by name."""

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
    """One placement of one channel, which has a landing page of its own.

    ``code`` is unique in the company and easily spoken (``radio7``). ``member`` is the id of the member it belongs
    to, None: the company's own. ``name`` and the days ``starts`` and ``ends`` are never shown in public; the page
    stays after the last day, for printed addresses must go on working.
    """

    code: str
    member: str | None
    channel: Channel
    name: str = ""
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One of a member's own addresses elsewhere, e.g. ``Link("Instagram", "https://…")``. Always https."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member (distributor) as the roster tells it.

    ``id`` never changes and is what tokens and leads hold. ``slug`` is only an address, lower-case ASCII.
    ``phone`` is in E.164 (``+34600111222``). ``photo`` is a path relative to the site folder's ``photos/``.
    ``sponsor_id`` is the id of the member who recruited them, None at the top of a tree.
    ``place``, ``tagline`` and ``story`` are the member's own words, as typed (``story`` is Markdown).
    """

    id: str
    slug: str
    name: str
    first_name: str
    email: str
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

    @property
    def active(self) -> bool:
        """True while the member's site is public."""
        return self.status is Status.ACTIVE

    def is_self_canonical(self, least_words: int | None) -> bool:
        """Whether the story is long enough for the member's own pages to be their canonical address."""
        return least_words is not None and len((self.story or "").split()) >= least_words


@dataclass(frozen=True, slots=True)
class Company:
    """The network-marketing company that stands behind every site."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    email: str
    phone: str | None = None
    founded: int | None = None
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Locale:
    """A language the site speaks. ``name`` is its own name for itself; ``direction`` is ltr or rtl."""

    code: str
    name: str
    direction: str


@dataclass(frozen=True, slots=True)
class LocaleTexts:
    """What the company says in one language outside the pages.

    ``status`` names what a member is ("Independent distributor of …"). ``consent`` is the wording on the
    sign-up form of a member's page and must hold ``{member}`` and ``{company}``; ``consent_company`` the
    one on the company's own pages and must hold ``{company}``.
    """

    status: str
    consent: str
    consent_company: str
    notices: tuple[str, ...] = field(default=())
