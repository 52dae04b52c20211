"""Declares the feature "signup": its pages, and the ``GroupCommit`` that stores several sign-ups with one commit."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.signup import pages
from capture.signup.group_commit import GroupCommit

SIGNUP = Feature(
    "signup",
    blueprints=(pages.blueprint,),
    parts={GroupCommit: GroupCommit},
)
