"""The page ``/go``: visitors type a campaign's code and are redirected to its landing page."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request

from capture.campaigns import catalogue, spoken_codes
from capture.company import hosts
from capture.web import answers, headers, service
from capture.web.access import Audience, open_to

blueprint = Blueprint("going", __name__)


@blueprint.get("/go")
@open_to(Audience.EVERYONE)
def go() -> Response:
    """Redirects to the landing page of the campaign whose code was typed; without such a campaign, shows the form, and
    codes that are like it: of the company, and of the member from whose site the visitor comes."""
    typed = request.args.get("code", "").strip()[: spoken_codes.LONGEST_TYPED]
    with service.current().database.read() as session:
        company = hosts.get_company(session)
        found = catalogue.campaign_by_code(session, typed)
        if found is not None:
            return make_response(redirect(catalogue.landing_address(company, found.member, found.code), 303))
        near = catalogue.near_codes(session, typed, typed, request.referrer or "") if typed else []
    headers.allow_forms_to_lead_to(*hosts.Host(company, None).origins)
    words = answers.visitor_words()
    shown = [(code, catalogue.spoken(code)) for code in near]
    return answers.page(404 if typed else 200, "campaigns/code.html", words, company=company, typed=typed, near=shown)
