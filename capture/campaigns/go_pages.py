"""The page ``/go``: visitors type a campaign's code and are redirected to its landing page."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request

from capture.campaigns import catalogue
from capture.company import hosts
from capture.web import answers, headers, service
from capture.web.access import Audience, open_to

blueprint = Blueprint("going", __name__)

LONGEST_TYPED = 40


@blueprint.get("/go")
@open_to(Audience.EVERYONE)
def go() -> Response:
    """Redirects to the landing page of the campaign whose code was typed; without such a campaign, shows the form."""
    typed = request.args.get("code", "").strip()[:LONGEST_TYPED]
    with service.current().database.read() as session:
        company = hosts.get_company(session)
        found = catalogue.campaign_by_code(session, typed)
        if found is not None:
            return make_response(redirect(catalogue.landing_address(company, found.member, found.code), 303))
    headers.allow_forms_to_lead_to(*hosts.Host(company, None).origins)
    words = answers.visitor_words()
    return answers.page(404 if typed else 200, "campaigns/code.html", words, company=company, typed=typed)
