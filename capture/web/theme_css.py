"""The theme's colours for the service's own pages, as a style sheet.

These pages allow no inline styles, so the theme's choices come as custom properties that override those of
``static/capture.css``.
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
"""The colour settings of a theme; each has a partner for dark pages, ``paper_dark`` and so on."""

CORNERS = {"square": "0", "soft": "0.375rem", "round": "1rem"}

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


@blueprint.get("/look.css")
@open_to(Audience.EVERYONE)
def sheet() -> Response:
    """Returns the style sheet with the theme's colours; an empty one while the database cannot be read, since error
    pages are shown even then."""
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
    """Yields the text of the CSS rule for a theme's settings, piece by piece. Colours that are not of the form
    ``#rrggbb`` are left out."""
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
