"""Receives the sign-up form, and tells people from robots: by a puzzle that the form's script solves, or by a page with
one more button to press."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, make_response, redirect, request
from werkzeug.exceptions import UnsupportedMediaType

from capture.base.identity import fold
from capture.company import hosts
from capture.company.generator import CAMPAIGN_PAGES, PageSeen
from capture.company.hosts import Host, NoSuchMember
from capture.limits import human_proof
from capture.limits.networks import network
from capture.signup import accept, forms
from capture.signup.brought import Brought, what_brought
from capture.signup.forms import SignupForm, TypedSignUp
from capture.signup.group_commit import GroupCommit
from capture.web import answers, headers, service
from capture.web.access import Audience, open_to
from capture.web.constant_time import constant_time
from sitegen.errors import TokenError

log = logging.getLogger("capture.signup")


blueprint = Blueprint("signup", __name__)

FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}

OWN_PAGE = PageSeen(page="signup", locale="", build_id="service", wording="")
"""The page that is stored for a sign-up on the service's own form, which is shown if a form's tokens are not valid."""


class OwnPage(Exception):
    """A member typed their own address on their own page: nobody becomes a lead of themselves."""


class Replayed(Exception):
    """The form's proof that a person sent it was used before."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The member and the page that a form's two signed tokens name. ``member_id`` None: one of the company's pages."""

    member_id: str | None
    seen: PageSeen


@blueprint.post("/signup")
@constant_time
@open_to(Audience.EVERYONE)
def signup() -> Response:
    """Stores a sign-up and redirects the prospect to the thank-you page of the member or the company.

    If the form has errors, shows it again. If there is no proof that a person sent it, shows a page with one more
    button to press.
    """
    if request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType
    sent = request.form
    seen = _page_seen(sent.get("page", ""))
    setattr(g, answers.LOCALE, seen.locale if seen else None)
    typed, trapped = forms.read_form(sent), forms.is_trapped(sent)
    try:
        sender = _sender(sent.get("token", ""), seen)
        if typed is None and not trapped:
            return _correct(sender)
        proof = _proof()
        if proof is None:
            return _between(sender)
        if typed is None or trapped:
            return _answer(_thanks(sender))
        return _answer(_store(typed, sender, proof))
    except Replayed:
        return _between(sender)
    except OwnPage:
        return _correct(sender, email="own_page")
    except TokenError:
        log.info("refused a sign-up: its page token or member token is not valid")
        return _instead(seen, "token")
    except NoSuchMember:
        log.info("refused a sign-up: the member is not active")
        return _instead(seen, "gone")


@blueprint.get("/challenge")
@open_to(Audience.EVERYONE)
def challenge() -> Response:
    """Returns a proof-of-work puzzle as JSON. The form's script sends the solution in the field ``altcha``."""
    current = service.current()
    return make_response(jsonify(human_proof.challenge(current.links.address_keys, current.clock())))


@blueprint.after_request
def readable_from_every_site(response: Response) -> Response:
    """Lets scripts of every site read the response (CORS). This is safe, because no response depends on a cookie."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
    return response


def _page_seen(token: str) -> PageSeen | None:
    try:
        return service.current().signer.read_page(token)
    except TokenError:
        return None


def _sender(token: str, seen: PageSeen | None) -> Sender:
    if seen is None:
        raise TokenError("the page token is not valid")
    return Sender(service.current().signer.read_member(token), seen)


def _brought() -> Brought:
    return what_brought(request.form, request.args, request.referrer)


def _proof() -> human_proof.Proof | None:
    """Returns the proof that a person sent the form: a solved puzzle or one more button pressed; None without."""
    current = service.current()
    now = current.clock()
    solution = request.form.get("altcha", "")
    found = human_proof.read_solution(current.links.address_keys, solution, now) if solution else None
    return found or human_proof.read_pause(current.links, request.form, now)


def _store(typed: TypedSignUp, sender: Sender, proof: human_proof.Proof) -> str:
    """Stores the sign-up and returns the address of the thank-you page, after the commit.

    Raises Replayed if the proof was used before, NoSuchMember if the member is not active, and OwnPage if the member
    is the one who signs up.
    """
    current, brought = service.current(), _brought()
    signup = accept.SignUp(
        email=typed.email,
        first_name=typed.first_name,
        interest=typed.interest,
        member_id=sender.member_id,
        seen=sender.seen,
        utm=brought.utm,
        campaign=brought.campaign,
        introducer=typed.introducer,
        network=network(request.remote_addr),
        weight=human_proof.budget_weight(request.headers.get("Origin"), request.headers.get("User-Agent")),
    )

    def take_in(desk: accept.SignUpBatch) -> accept.Accepted:
        host = desk.register.find(signup.member_id)  # raises NoSuchMember before the proof is used up
        own = host.member and host.member.email
        if own and fold(own) == fold(signup.email):
            raise OwnPage
        if not human_proof.use_up(desk.driver, proof):
            raise Replayed
        return accept.accept_sign_up(desk, signup, current.clock(), current.letters, current.settings.limits)

    accepted = current.part(GroupCommit).run(take_in)
    log.info("stored a sign-up: lead %d, %s", accepted.lead_id, "new" if accepted.new else "known")
    return accepted.address


def _thanks(sender: Sender) -> str:
    """Returns the address of the thank-you page without storing anything, for a form that a robot filled in.

    The response is that of a stored sign-up, so that a robot cannot see the difference.
    """
    with service.current().database.read() as session:
        host = hosts.find_host(session, sender.member_id)
        return hosts.thanks_address(session, host, sender.seen.locale)


def _answer(address: str) -> Response:
    if answers.wants_json():
        return make_response(jsonify({"location": address}), 201)
    return make_response(redirect(address, 303))


def _between(sender: Sender) -> Response:
    """Shows the page with one more button to press, for senders without a script.

    Its form carries the time at which it was shown, signed, since no person presses the button at once. A valid time in
    the request is kept; otherwise the current one is signed.
    """
    current, words = service.current(), answers.visitor_words()
    now = current.clock()
    kept = request.form.get("pause", "") if _pausing(now) else human_proof.sign_pause(current.links, request.form, now)
    if answers.wants_json():
        puzzle = human_proof.challenge(current.links.address_keys, now)
        told = {"errors": {}, "message": words("between_lead"), "challenge": puzzle, "pause": kept}
        return make_response(jsonify(told), 428)
    with current.database.read() as session:
        host = hosts.find_host(session, sender.member_id)
    headers.allow_forms_to_lead_to(*host.origins)
    names = ("token", "page", "email", "first_name", "interest", "introducer", "consent", "website")
    fields = {name: request.form[name] for name in names if name in request.form} | _brought().fields | {"pause": kept}
    return answers.page(
        200, "signup/between.html", words, host=host, fields=fields, email=request.form.get("email", "")
    )


def _pausing(now: datetime) -> bool:
    """Returns True if the signed time in the form is valid, even if it is too recent for a person."""
    return human_proof.read_pause(service.current().links, request.form, now + human_proof.QUICKEST) is not None


def _correct(sender: Sender, email: str | None = None) -> Response:
    """Answers 422 with the form: what was typed, and an error beside each wrong field.

    ``email``: the key of an error message about the address that only the database could tell.
    """
    form = SignupForm(request.form, answers.visitor_words())
    if email is not None:
        form.refuse_email(email)
    if answers.wants_json():
        return answers.error_json(422, form.words("errors_summary"), form.errors)
    current = service.current()
    with current.database.read() as session:
        host = hosts.find_host(session, sender.member_id)
    values = {"title": form.words("correct_title"), "lead": form.words("correct_lead"), "gone": False}
    return _form(form, host, sender.seen, **values)


def _instead(seen: PageSeen | None, kind: str) -> Response:
    """Answers 422: says that the form is not valid or its member not active, and offers the company's own form."""
    words = answers.visitor_words()
    form = SignupForm(request.form, words)
    if answers.wants_json():
        message = words("token_wrong") if kind == "token" else words("token_unknown")
        return answers.error_json(422, words(f"{kind}_lead"), {**form.errors, "token": [message]})
    with service.current().database.read() as session:
        host = hosts.find_host(session, None)
    form.consent.data = False  # a new wording needs a new consent
    own = replace(OWN_PAGE, locale=seen.locale if seen else words.locale)
    values = {"title": words(f"{kind}_title"), "lead": words(f"{kind}_lead"), "gone": True}
    return _form(form, host, own, **values)


def _form(form: SignupForm, host: Host, seen: PageSeen, **values: object) -> Response:
    current = service.current()
    with current.database.read() as session:
        wording = hosts.wording_for(session, host, seen.locale, seen.wording)
        page = hosts.find_page(session, host, seen.page, seen.locale)
    brought = _brought().fields
    landing = f"{seen.page}/" if seen.page.startswith(CAMPAIGN_PAGES) else ""
    back = host.home + (page.path if page else landing) + (f"?{urlencode(brought)}" if brought else "")
    headers.allow_forms_to_lead_to(*host.origins)
    return answers.page(
        422,
        "signup/signup.html",
        form.words,
        form=form,
        host=host,
        back=back,
        consent=wording.sentence,
        token=current.signer.member_token(host.member.id if host.member else None),
        page_token=current.signer.page_token(replace(seen, wording=wording.id)),
        brought=brought,
        **values,
    )
