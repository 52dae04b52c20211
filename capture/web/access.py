"""Lets each view declare who may open it, and under which name the access log records that staff read it.

A test fails for a route that declares nothing (see ``tests/capture/web/test_access.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "espalier_access"


class Audience(StrEnum):
    """The people or programs that may open an address of the service."""

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
    """A view's declaration of who may open it. ``log``: the name under which the access log records that staff read
    personal data there; None: the page shows no person. ``members``: whether it records members, too."""

    audience: Audience
    log: str | None = None
    members: bool = False


def open_to(audience: Audience, *, log: str | None = None, members: bool = False) -> Callable[[View], View]:
    """Returns a decorator that declares who may open a view, but checks nothing. Pages of the office use
    ``accounts.access.office`` instead, which also checks. ``log``, ``members``: see ``Access``."""

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, Access(audience, log, members))
        return view

    return declare


def access_of(view: Callable[..., Any]) -> Access | None:
    """Returns a view's declaration of who may open it; None if the view declares nothing."""
    found: Access | None = getattr(view, _ATTRIBUTE, None)
    return found
