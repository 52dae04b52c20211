"""Creates the campaigns of the demo's sample data, with the money spent on them, their visits and their sign-ups, as
``campaigns.toml`` describes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from capture.campaigns import catalogue
from capture.company import money
from capture.company.generator import Channel, campaign_page
from capture.demo.quarter.agenda import Act, Agenda
from capture.demo.quarter.cast import chance, read
from capture.demo.quarter.sign_ups import Occasion, SignUps
from capture.demo.quarter.world import World
from capture.models import Campaign, Member
from capture.signup.accept import DEFAULT_LIMITS

COMPANY = "company"

_UTM = {Channel.WEB: ("search", "cpc"), Channel.SOCIAL: ("video", "social"), Channel.EMAIL: ("letter", "email")}
"""The campaign parameters ``source`` and ``medium`` in the links of each channel's campaigns."""

_TABLET_HOUR = (18, 19)
_TABLET_WEIGHT = 3
"""A tablet whose browser sends neither User-Agent nor Origin counts threefold in the budgets, so that the last
sign-ups on it are held."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An invented campaign as ``campaigns.toml`` describes it. Days are counted back from today.

    ``warmth``: how willing the campaign's people are, relative to 1. ``spend``: days, amounts and notes of the money
    spent. ``one_tablet``: all people sign up on one tablet, on the campaign's last day.
    """

    owner: str
    channel: Channel
    name: str
    begins: int
    sign_ups: int
    visits: int
    warmth: float
    ends: int | None = None
    spend: tuple[tuple[int, int, str], ...] = ()
    one_tablet: bool = False

    @property
    def last(self) -> int:
        """The last day with sign-ups, counted back from today: the campaign's last day, but yesterday at the latest."""
        return max(self.ends if self.ends is not None else 1, 1)


class Campaigns:
    """Plans the campaigns of the sample data. ``visits``: the numbers of visits to campaigns' landing pages, by day,
    member (None: the company) and page."""

    def __init__(self, world: World, agenda: Agenda, sign_ups: SignUps) -> None:
        self._world = world
        self._agenda = agenda
        self._sign_ups = sign_ups
        self.visits: Counter[tuple[date, str | None, str]] = Counter()
        self.of_list: int | None = None
        """The id of the campaign for bought lists (channel "list"); None until the campaign is created."""

    def plan(self) -> None:
        """Plans every campaign of the company, and those of members, as far as the roster has a member for the part."""
        for planned in _planned():
            owner = None if planned.owner == COMPANY else getattr(self._world.parts, planned.owner)
            if owner is not None or planned.owner == COMPANY:
                first = max(planned.begins, *(day for day, _, _ in planned.spend), 1) + 1
                moment = self._world.moment(first, chance("campaign", planned.name), (8, 11))
                self._agenda.at(moment, self._make(planned, owner))

    def _make(self, planned: Planned, owner: Member | None) -> Act:
        def do(session: Session, at: datetime) -> None:
            person = self._world.person(owner.id if owner else None)
            ends = self._world.day(planned.ends) if planned.ends is not None else None
            begins = self._world.day(planned.begins)
            made = catalogue.create_campaign(session, person, planned.channel, planned.name, begins, ends, at)
            for day, amount, note in planned.spend:
                self._agenda.at(self._evening(day), self._spend(made.id, amount, note))
            if planned.channel is Channel.LIST:
                self.of_list = made.id
            self._bring(planned, owner, made.code)

        return do

    def _evening(self, day: int) -> datetime:
        return self._world.moment(day, chance("evening", day), (18, 20))

    def _spend(self, campaign_id: int, amount: int, note: str) -> Act:
        def do(session: Session, at: datetime) -> None:
            campaign = session.get_one(Campaign, campaign_id)
            minor = money.minor_units(amount, self._world.company.currency)
            catalogue.record_spend(session, campaign, at.date(), minor, note, at)

        return do

    def _bring(self, planned: Planned, owner: Member | None, code: str) -> None:
        """Counts a campaign's visits and plans its sign-ups, on days on which the campaign runs."""
        chosen = chance("brings", planned.name)
        page = campaign_page(code)
        for _ in range(planned.visits):
            day = self._world.day(_day(planned, chosen))
            self.visits[day, owner.id if owner else None, page] += 1
        source, medium = _UTM.get(planned.channel, (None, None))
        utm = {"source": source, "medium": medium, "campaign": code} if source and medium else {}
        days = [planned.last if planned.one_tablet else _day(planned, chosen) for _ in range(planned.sign_ups)]
        hours = _TABLET_HOUR if planned.one_tablet else (8, 21)
        for number, moment in enumerate(sorted(self._world.moment(day, chosen, hours) for day in days), 1):
            self._sign_ups.plan(_occasion(planned, owner, page, utm, number), moment)


def _occasion(planned: Planned, owner: Member | None, page: str, utm: dict[str, str], number: int) -> Occasion:
    if not planned.one_tablet:
        return Occasion(owner, page, planned.warmth, utm)
    # Sign-ups over the budget get no mail and so cannot confirm.
    held = number * _TABLET_WEIGHT > DEFAULT_LIMITS.network
    answers = 0.0 if held else 1.0
    return Occasion(owner, page, planned.warmth, network="tablet", weight=_TABLET_WEIGHT, answers=answers)


def _day(planned: Planned, chosen: Random) -> int:
    """Returns a random day of a campaign, counted back from today; early days of the campaign are more likely."""
    length = planned.begins - planned.last
    return planned.begins - min(int(chosen.triangular(0, length + 1, length / 4)), length)


def _planned() -> Iterator[Planned]:
    for found in read("campaigns.toml")["campaign"]:
        values: dict[str, Any] = {**found, "channel": Channel(found["channel"])}
        values["spend"] = tuple(map(tuple, found.get("spend", ())))
        yield Planned(**values)
