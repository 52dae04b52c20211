"""The campaign parameters of a sign-up, as web analytics name them."""

from __future__ import annotations

from collections.abc import Mapping

from capture.signup.characters import is_visible

UTM = ("source", "medium", "campaign", "term", "content")
"""The campaign parameters of web analytics, sent as ``utm_source``, ``utm_medium`` …"""

LONGEST_UTM = 200
"""Characters of a campaign parameter that are kept."""


def utm_parameters(sent: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """Returns the campaign parameters of a sign-up, from the form or else from the query; empty ones are left out."""
    # A part of a multipart form may have no name at all.
    if not query and not any(name and name.startswith("utm_") for name in sent):
        return {}  # most sign-ups have none
    values = {name: sent.get(f"utm_{name}") or query.get(f"utm_{name}") or "" for name in UTM}
    shown = {name: "".join(filter(is_visible, value)).strip()[:LONGEST_UTM] for name, value in values.items()}
    return {name: value for name, value in shown.items() if value}
