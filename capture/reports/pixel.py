"""The pixel: an image of one pixel on each page, by which visits are counted without cookies and scripts.

Every request gets the image, whether it is counted or not. Nothing about the visitor (address, browser, language) is
kept; the browser's name is read only to leave out robots that identify themselves. Browsers that ask not to be
tracked (``DNT``, ``Sec-GPC``) are counted like all others: the number is about a page, and no visitor is followed from
one page to the next. The image can be requested any number of times, so the numbers are an indication, and no money
should depend on them.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from capture.base import metrics
from capture.reports.visits import Visits
from capture.web import service
from capture.web.access import Audience, open_to
from sitegen.errors import TokenError

blueprint = Blueprint("visits", __name__)

PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""The smallest transparent GIF that every browser accepts."""

_MACHINE = re.compile(r"(?<!cu)bot|crawler|spider|preview|monitor", re.IGNORECASE)
"""Matches the User-Agent of robots that identify themselves, but not of telephones by the maker Cubot."""

_AHEAD = ("Sec-Purpose", "Purpose", "X-Moz")
"""Headers by which browsers say that they prefetch a page that may never be viewed."""


@blueprint.get("/visit.gif")
@open_to(Audience.EVERYONE)
def visit() -> Response:
    """Returns an image of one pixel, and counts a visit of the page that contains the image."""
    metrics.VISITS.labels(_count()).inc()
    response = Response(PIXEL, mimetype="image/gif")
    # The image is shown on members' sites, which have other origins.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _count() -> str:
    """Counts a visit and returns the outcome for the metrics.

    Outcomes are "counted", "left_out" (robots and HEAD requests), "void" (a token is not valid) and "lost" (no memory).
    """
    if request.method == "HEAD" or _by_machine():
        return "left_out"
    current = service.current()
    try:
        member_id = current.signer.read_member(request.args.get("m", ""))
        seen = current.signer.read_page(request.args.get("p", ""))
    except TokenError:
        return "void"
    return "counted" if current.part(Visits).add(current.clock(), member_id, seen.page) else "lost"


def _by_machine() -> bool:
    """Returns True if the request is a prefetch, comes from a robot that identifies itself, or names no browser."""
    agent = request.headers.get("User-Agent", "")
    ahead = any("prefetch" in request.headers.get(name, "").lower() for name in _AHEAD)
    return ahead or not agent.strip() or _MACHINE.search(agent) is not None
