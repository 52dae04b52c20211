"""Decides who is credited with a lead, and who follows up: one pure function, so that every dispute can be replayed.

The first of these that names a member decides: the prospect's correction, an owner whom they already have, their answer
to "who introduced you?", and the page that they signed up on (by the first or last touch within a window). If none
does, the lead goes to the company's pool. A member who has become inactive keeps the credit; the nearest active member
above follows up.
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
    """The company's choices. ``policy``: which touch decides; ``window``: how long a touch counts."""

    policy: Policy = "first"
    window: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """What a decision needs to know about a member: whether they are active, and who sponsors them."""

    active: bool
    sponsor_id: str | None


@dataclass(frozen=True, slots=True)
class TouchPoint:
    """One touch: whose page it was, and when. ``member_id``: None for the company's own page."""

    member_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """All that a decision depends on. ``touches``: in the order in which they came, the newest last.

    Only touches of leads that the person confirmed from their mailbox belong here: otherwise a member could type a
    stranger's address first and be credited with them.
    """

    now: datetime
    touches: tuple[TouchPoint, ...]
    owner: str | None = None
    answer: str | None = None
    correction: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a decision. ``owner``: None for the company's pool. ``assignee``: None if the company follows
    up."""

    owner: str | None
    assignee: str | None
    rule: Rule


def decide(seen: DecisionInput, rules: Rules, members: Mapping[str, MemberStatus]) -> Verdict:
    """Returns the verdict, which depends on nothing but the arguments. Ids that are not in ``members`` are ignored."""
    named: tuple[tuple[Rule, str | None], ...] = (
        ("correction", seen.correction),
        ("existing-owner", seen.owner),
        ("answer", seen.answer),
        _by_touch(seen, rules, members),
    )
    rule, owner = next(((rule, each) for rule, each in named if each in members), ("pool", None))
    return Verdict(owner, nearest_active(owner, members), rule)


def nearest_active(member_id: str | None, members: Mapping[str, MemberStatus]) -> str | None:
    """Returns the member, or the nearest active member above; None if there is none, also if the sponsors form a
    circle."""
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
