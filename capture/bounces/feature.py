"""Declares the room of bounces to the service: the address to which mail services report bounces."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.bounces import pages

BOUNCES = Feature(
    "bounces",
    blueprints=(pages.blueprint,),
)
