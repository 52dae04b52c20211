"""Reads what brought a visitor: the campaign parameters (``utm_source`` and so on, as web analytics call them), and the
code of one of the company's own campaigns (``c``).

Neither is signed: both are what the visitor's browser says. They stand in the form, where the page's script puts them;
or in the address of the page that has the form, which browsers send with it as ``Referer``, also without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from capture.campaigns.spoken_codes import code_from_speech
from capture.company.generator import CAMPAIGN_FIELD, is_visible

UTM = ("source", "medium", "campaign", "term", "content")
"""The campaign parameters of web analytics, sent as ``utm_source``, ``utm_medium`` …"""

LONGEST_UTM = 200
"""The most characters of a campaign parameter that are stored; the rest is cut off."""

_LONGEST_CODE = 40
_MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Brought:
    """What brought a visitor, as the request says.

    ``utm``: the campaign parameters by name, without "utm_"; empty ones are left out. ``campaign``: the code of a
    campaign, which need not exist; None without one.
    """

    utm: Mapping[str, str] = field(default_factory=dict)
    campaign: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        """The hidden fields by which a form shown again carries this on."""
        code = {CAMPAIGN_FIELD: self.campaign} if self.campaign else {}
        return {f"utm_{name}": value for name, value in self.utm.items()} | code


NOTHING = Brought()


def what_brought(sent: Mapping[str, str], query: Mapping[str, str], referrer: str | None) -> Brought:
    """Returns what brought the sender of a form.

    Each value is read from the form, or, if it is not there, from the query of the address that the form was sent to,
    or from that of the page with the form (``referrer``: its whole address, as far as the browser tells it).
    """
    page = _query_of(referrer)
    if not (query or page) and not any(name and (name == CAMPAIGN_FIELD or name.startswith("utm_")) for name in sent):
        return NOTHING  # most sign-ups; a part of a multipart form may have no name at all
    values = {name: _first(f"utm_{name}", sent, query, page) for name in UTM}
    shown = {name: "".join(filter(is_visible, value)).strip()[:LONGEST_UTM] for name, value in values.items()}
    code = code_from_speech(_first(CAMPAIGN_FIELD, sent, query, page)[:_LONGEST_CODE])
    return Brought({name: value for name, value in shown.items() if value}, code)


def _first(name: str, *sources: Mapping[str, str]) -> str:
    return next((each[name] for each in sources if each.get(name)), "")


def _query_of(referrer: str | None) -> Mapping[str, str]:
    """Returns the fields in the query of an address, the first of each name; none if a stranger made the address up."""
    if not referrer or "?" not in referrer:
        return {}
    try:
        return dict(reversed(parse_qsl(urlsplit(referrer).query, max_num_fields=_MOST_FIELDS)))
    except ValueError:
        # No browser names such a page. A sign-up is worth more than what brought it.
        return {}
