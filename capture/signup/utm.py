"""Reads the campaign parameters of a sign-up (``utm_source`` and so on, as web analytics call them)."""

from __future__ import annotations

from collections.abc import Mapping

from capture.signup.characters import is_visible

UTM = ("source", "medium", "campaign", "term", "content")
"""The campaign parameters of web analytics, sent as ``utm_source``, ``utm_medium`` …"""

LONGEST_UTM = 200
"""The most characters of a campaign parameter that are stored; the rest is cut off."""


def utm_parameters(sent: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """Returns a sign-up's campaign parameters by name, without "utm_"; empty ones are left out.

    Each is read from the form, or, if it is not there, from the query of the address.
    """
    # A part of a multipart form may have no name at all.
    if not query and not any(name and name.startswith("utm_") for name in sent):
        return {}  # most sign-ups have none
    values = {name: sent.get(f"utm_{name}") or query.get(f"utm_{name}") or "" for name in UTM}
    shown = {name: "".join(filter(is_visible, value)).strip()[:LONGEST_UTM] for name, value in values.items()}
    return {name: value for name, value in shown.items() if value}
