"""Decides who is credited with a lead, and who follows up: one pure function, so that a disputed decision can be
repeated.

The first of these that names a member decides: the prospect's correction, the member who is already credited with the
person, the answer to "Who introduced you?", and the member whose page the person signed up on (by the first or last
sign-up within a time limit). If none names a member, the lead goes to the company's pool. A member who has become
inactive keeps the credit; the nearest active sponsor above follows up.
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
    """The company's settings for deciding who is credited with a lead.

    ``policy``: whether the first or the last sign-up decides; ``window``: how long a sign-up counts.
    """

    policy: Policy = "first"
    window: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """What a decision about credit needs to know about a member: whether they are active, and who sponsors them."""

    active: bool
    sponsor_id: str | None


@dataclass(frozen=True, slots=True)
class TouchPoint:
    """One sign-up, as a decision about credit sees it: on whose page, and when.

    ``member_id``: None for the company's own page.
    """

    member_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """Everything that a decision about credit depends on, besides the company's rules and the members.

    ``touches``: the person's sign-ups, the newest last; only those of leads that the person confirmed from their
    mailbox: otherwise a member could sign up a stranger's address first and be credited. ``owner``: the member already
    credited with the person. ``answer``: the member named in the sign-up form. ``correction``: the member whom the
    person named later. Each of the three is an id or None.
    """

    now: datetime
    touches: tuple[TouchPoint, ...]
    owner: str | None = None
    answer: str | None = None
    correction: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a decision about credit.

    ``owner``: the member who is credited; None for the company's pool. ``assignee``: the member who follows up; None
    for the company. ``rule``: what decided.
    """

    owner: str | None
    assignee: str | None
    rule: Rule


def decide(seen: DecisionInput, rules: Rules, members: Mapping[str, MemberStatus]) -> Verdict:
    """Decides who is credited with a lead and who follows up. The result depends on nothing but the arguments.

    Ids that are not in ``members`` are ignored.
    """
    named: tuple[tuple[Rule, str | None], ...] = (
        ("correction", seen.correction),
        ("existing-owner", seen.owner),
        ("answer", seen.answer),
        _by_touch(seen, rules, members),
    )
    rule, owner = next(((rule, each) for rule, each in named if each in members), ("pool", None))
    return Verdict(owner, nearest_active(owner, members), rule)


def nearest_active(member_id: str | None, members: Mapping[str, MemberStatus]) -> str | None:
    """Returns the id of the member if active, else of the nearest active sponsor above; None if there is none.

    Returns None as well if the sponsors form a circle.
    """
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
