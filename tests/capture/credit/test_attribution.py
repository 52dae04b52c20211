"""Who is credited: the rules as a table of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from capture.credit.attribution import DecisionInput, MemberStatus, Rules, TouchPoint, Verdict, decide, nearest_active

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MEMBERS = {
    "top": MemberStatus(True, None),
    "mid": MemberStatus(False, "top"),
    "low": MemberStatus(False, "mid"),
    "ann": MemberStatus(True, "top"),
    "bob": MemberStatus(True, "top"),
    "lost": MemberStatus(False, None),
    "a": MemberStatus(False, "b"),
    "b": MemberStatus(False, "a"),
}
FIRST, LAST = Rules("first"), Rules("last")


def seen(*touches, **named):
    """Touches as (member, days ago)."""
    return DecisionInput(
        NOW, tuple(TouchPoint(member, NOW - timedelta(days=days)) for member, days in touches), **named
    )


@pytest.mark.parametrize(
    ("what", "saw", "rules", "verdict"),
    [
        ("one page", seen(("ann", 0)), FIRST, Verdict("ann", "ann", "page")),
        ("the company's page", seen((None, 0)), FIRST, Verdict(None, None, "pool")),
        ("no touch at all", seen(), FIRST, Verdict(None, None, "pool")),
        ("an owner wins over the page", seen(("ann", 0), owner="bob"), FIRST, Verdict("bob", "bob", "existing-owner")),
        (
            "an owner wins over an answer",
            seen(("ann", 0), owner="bob", answer="ann"),
            LAST,
            Verdict("bob", "bob", "existing-owner"),
        ),
        ("an answer wins over the page", seen(("ann", 0), answer="bob"), FIRST, Verdict("bob", "bob", "answer")),
        (
            "a correction wins over all",
            seen(("ann", 0), owner="ann", answer="ann", correction="bob"),
            FIRST,
            Verdict("bob", "bob", "correction"),
        ),
        ("the first touch", seen(("ann", 80), ("bob", 0)), FIRST, Verdict("ann", "ann", "first-touch")),
        ("the last touch", seen(("ann", 80), ("bob", 0)), LAST, Verdict("bob", "bob", "page")),
        ("the first is too old", seen(("ann", 90), ("bob", 0)), FIRST, Verdict("bob", "bob", "page")),
        ("just within", seen(("ann", 89), ("bob", 0)), FIRST, Verdict("ann", "ann", "first-touch")),
        ("the company's page after a member's", seen(("ann", 5), (None, 0)), LAST, Verdict("ann", "ann", "last-touch")),
        ("the same page twice", seen(("ann", 5), ("ann", 0)), FIRST, Verdict("ann", "ann", "page")),
        (
            "another window",
            seen(("ann", 20), ("bob", 0)),
            Rules("first", timedelta(days=14)),
            Verdict("bob", "bob", "page"),
        ),
        (
            "an inactive owner keeps the credit",
            seen(("ann", 0), owner="low"),
            FIRST,
            Verdict("low", "top", "existing-owner"),
        ),
        ("nobody above is active", seen(("ann", 0), owner="lost"), FIRST, Verdict("lost", None, "existing-owner")),
        ("sponsors in a circle", seen(("ann", 0), owner="a"), FIRST, Verdict("a", None, "existing-owner")),
        ("an owner nobody knows", seen(("ann", 0), owner="ghost"), FIRST, Verdict("ann", "ann", "page")),
        ("an answer that names nobody", seen((None, 0), answer="ghost"), FIRST, Verdict(None, None, "pool")),
    ],
)
def test_the_table(what, saw, rules, verdict):
    assert decide(saw, rules, MEMBERS) == verdict, what


def test_the_nearest_active():
    assert [nearest_active(each, MEMBERS) for each in ("low", "ann", None, "ghost")] == ["top", "ann", None, None]
