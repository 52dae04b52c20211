"""The colours of the company's theme, for the service's own pages, as a style sheet of its own.

Nothing inline is allowed on those pages, so what the theme chose comes as a few custom properties over those that
``static/capture.css`` has without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Blueprint, Response, make_response

from capture.base.unavailable import Unavailable
from capture.models import Company
from capture.web import service
from capture.web.access import Audience, open_to

blueprint = Blueprint("web", __name__)

COLOURS = ("paper", "ink", "accent")
"""Settings of a theme; each has a partner for dark pages, ``paper_dark`` and so on."""

CORNERS = {"square": "0", "soft": "0.375rem", "round": "1rem"}

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


@blueprint.get("/look.css")
@open_to(Audience.EVERYONE)
def sheet() -> Response:
    """The sheet; empty while the company cannot be read, since pages must be readable then, too."""
    try:
        with service.current().database.read() as session:
            company = session.get(Company, 1)
    except Unavailable:
        company = None
    response = make_response("".join(rules(company.look)) if company else "")
    response.mimetype = "text/css"
    if company:
        response.headers["Cache-Control"] = "public, max-age=300"
    return response


def rules(look: dict[str, object]) -> Iterator[str]:
    """The rules for a theme's settings. What is no colour is left out, whatever the database holds."""
    scheme = look.get("scheme")
    yield ":root {\n"
    if scheme in ("light", "dark"):
        yield f"  color-scheme: {scheme};\n"
    for name in COLOURS:
        light, dark = look.get(name), look.get(f"{name}_dark")
        if _is_colour(light) and _is_colour(dark):
            yield f"  --{name}: light-dark({light}, {dark});\n"
    if corners := CORNERS.get(str(look.get("corners"))):
        yield f"  --corner: {corners};\n"
    yield "}\n"


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and _COLOUR.match(value) is not None
