"""Declares the feature "signup": its pages, and the group commit that they share."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.signup import pages
from capture.signup.group_commit import GroupCommit

SIGNUP = Feature(
    "signup",
    blueprints=(pages.blueprint,),
    parts={GroupCommit: GroupCommit},
)
