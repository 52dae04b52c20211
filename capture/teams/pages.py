"""The office page where a member sees totals about the people below them."""

from __future__ import annotations

from flask import Blueprint, Response

from capture.accounts import access
from capture.teams import counts
from capture.web import service

blueprint = Blueprint("teams", __name__, url_prefix="/office")


@blueprint.get("/team")
@access.office(log=None)
def team() -> Response:
    """Shows the page with totals about everyone below the signed-in member; to staff, that they have no team."""
    with service.current().database.read() as session:
        current = access.person()
        numbers = None if current.staff else counts.team_of(session, current, service.current().clock())
    return access.page("teams/team.html", access.reader_words(), numbers=numbers, at="team")
