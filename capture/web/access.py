"""What each address declares of itself: who may open it, and under which name the access log records it.

The suite fails for a route that declares nothing (see ``tests/capture/web/test_access.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "espalier_access"


class Audience(StrEnum):
    """Who may open an address."""

    EVERYONE = "everyone"
    """Prospects, and everyone else on the web."""

    LINK = "link"
    """The holder of a signed link that was mailed."""

    PROGRAM = "program"
    """A program with a signature or a token."""

    OFFICE = "office"
    """Members and staff who are signed in."""

    THIS_MACHINE = "this machine"
    """Browsers on the machine that runs the demo."""


@dataclass(frozen=True, slots=True)
class Access:
    """``log``: the name under which staff's reading of personal data is recorded; None: the page shows no person."""

    audience: Audience
    log: str | None = None


def open_to(audience: Audience, *, log: str | None = None) -> Callable[[View], View]:
    """Declares who may open a view, and checks nothing. ``accounts.access.office`` declares and guards the office."""

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, Access(audience, log))
        return view

    return declare


def access_of(view: Callable[..., Any]) -> Access | None:
    """Returns what a view declares; None where it declares nothing."""
    found: Access | None = getattr(view, _ATTRIBUTE, None)
    return found
