"""A picture of one pixel that pages carry, by which visits are counted: no cookie, no script, nothing of the visitor.

Who asks for it gets the picture, whatever else happens. What the request tells of the visitor (address, browser,
language) is not kept; the browser's name is looked at only to leave out machines that say what they are. Browsers
that ask not to be tracked (``DNT``, ``Sec-GPC``) are counted like all others, since the number is about a page and
nobody is followed from one to the next. Anybody can ask for the picture as often as they like: the numbers are an
indication, and no money should hang on them.
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
"""The smallest transparent GIF that every browser takes."""

_MACHINE = re.compile(r"(?<!cu)bot|crawler|spider|preview|monitor", re.IGNORECASE)
"""How machines call themselves; Cubot makes telephones."""

_AHEAD = ("Sec-Purpose", "Purpose", "X-Moz")
"""Headers by which browsers say that they only fetch ahead what may never be looked at."""


@blueprint.get("/visit.gif")
@open_to(Audience.EVERYONE)
def visit() -> Response:
    """The picture, and one visit more of the page that carries it."""
    metrics.VISITS.labels(_count()).inc()
    response = Response(PIXEL, mimetype="image/gif")
    # It stands on the members' sites, which have other addresses.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _count() -> str:
    """What became of a visit."""
    if request.method == "HEAD" or _by_machine():
        return "left_out"
    current = service.current()
    try:
        member_id = current.signer.read_member(request.args.get("m", ""))
        seen = current.signer.read_page(request.args.get("p", ""))
    except TokenError:
        return "void"
    return "counted" if current.part(Visits).add(current.clock().date(), member_id, seen.page) else "lost"


def _by_machine() -> bool:
    """True for what was fetched ahead, and for machines that do not hide it."""
    agent = request.headers.get("User-Agent", "")
    ahead = any("prefetch" in request.headers.get(name, "").lower() for name in _AHEAD)
    return ahead or not agent.strip() or _MACHINE.search(agent) is not None
