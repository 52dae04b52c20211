"""Who is credited with a lead, and who follows up: one pure function, so that every dispute can be played again.

The order that settles most disputes in the field: what the prospect corrected, an owner they already have, their
own answer to "who introduced you?", the page they signed up on (by the first or last touch within a window), and,
where none of these names a member, the company's pool. Credit stays with a member who has become inactive; the
nearest active member above follows up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Rule = Literal["correction", "existing-owner", "answer", "page", "first-touch", "last-touch", "pool"]
Policy = Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The company's choice. ``window``: how long a touch counts."""

    policy: Policy = "first"
    window: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """What counts of a member: whether they are active, and who recruited them."""

    active: bool
    sponsor_id: str | None


@dataclass(frozen=True, slots=True)
class TouchPoint:
    """One touch: whose page, and when. ``member_id`` None: the company's own."""

    member_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """All that a decision looks at. ``touches``: in the order they came, the newest last.

    Only touches that the person has vouched for belong here, by confirming from their mailbox: else whoever types
    a stranger's address first would be credited with them.
    """

    now: datetime
    touches: tuple[TouchPoint, ...]
    owner: str | None = None
    answer: str | None = None
    correction: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``owner`` None: nobody is credited. ``assignee`` None: the company itself follows up."""

    owner: str | None
    assignee: str | None
    rule: Rule


def decide(seen: DecisionInput, rules: Rules, members: Mapping[str, MemberStatus]) -> Verdict:
    """The verdict; depends on nothing but its arguments. Members who are not in ``members`` count as unnamed."""
    named: tuple[tuple[Rule, str | None], ...] = (
        ("correction", seen.correction),
        ("existing-owner", seen.owner),
        ("answer", seen.answer),
        _by_touch(seen, rules, members),
    )
    rule, owner = next(((rule, each) for rule, each in named if each in members), ("pool", None))
    return Verdict(owner, nearest_active(owner, members), rule)


def nearest_active(member_id: str | None, members: Mapping[str, MemberStatus]) -> str | None:
    """The member, or the nearest active one above; None where there is none (or the chain bites its tail)."""
    passed: set[str] = set()
    while member_id is not None and member_id in members and member_id not in passed:
        if members[member_id].active:
            return member_id
        passed.add(member_id)
        member_id = members[member_id].sponsor_id
    return None


def _by_touch(seen: DecisionInput, rules: Rules, members: Mapping[str, MemberStatus]) -> tuple[Rule, str | None]:
    counting = [each for each in seen.touches if each.member_id in members and each.at > seen.now - rules.window]
    if not counting:
        return "page", None
    chosen = counting[0] if rules.policy == "first" else counting[-1]
    if chosen is seen.touches[-1] or {each.member_id for each in counting} == {seen.touches[-1].member_id}:
        return "page", chosen.member_id
    return ("first-touch" if rules.policy == "first" else "last-touch"), chosen.member_id
