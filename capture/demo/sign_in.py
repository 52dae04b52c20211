"""Pages that sign a visitor in to the demo's office by one click, as any active member or as staff.

They ask for no proof, so they exist only in the demo and answer only this machine. Opening a page changes nothing; the
button on it signs in.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.accounts import access, signing_in
from capture.base import words
from capture.company import hosts
from capture.demo import this_machine
from capture.models import Member
from capture.web import answers, service
from capture.web.access import Audience, open_to

blueprint = Blueprint("demo_sign_in", __name__, url_prefix="/dev/sign-in")

blueprint.before_request(this_machine.only)

MEMBER = "/dev/sign-in/member/{slug}"
STAFF = "/dev/sign-in/staff"
"""The paths of the pages that sign in by one click, below the service's root."""


@blueprint.get("/member/<slug>")
@open_to(Audience.THIS_MACHINE)
def ask_member(slug: str) -> Response:
    """Shows the page with the button that signs in to the demo's office as one member."""
    with service.current().database.read() as session:
        found = _member(session, slug)
        return _question(session, name=found.name, address=found.email, is_staff=False)


@blueprint.post("/member/<slug>")
@open_to(Audience.THIS_MACHINE)
def enter_member(slug: str) -> Response:
    """Signs the browser in to the demo's office as the member with this slug, and leads to the office."""
    access.refuse_other_sites()
    current = service.current()
    with current.database.write() as session:
        secret = signing_in.begin(session, current.clock(), member_id=_member(session, slug).id)
    return _signed_in(secret)


@blueprint.get("/staff")
@open_to(Audience.THIS_MACHINE)
def ask_staff() -> Response:
    """Shows the page with the button that signs in to the demo's office as one of the staff."""
    with service.current().database.read() as session:
        _, address = _staff(session)
        return _question(session, name=hosts.get_company(session).name, address=address, is_staff=True)


@blueprint.post("/staff")
@open_to(Audience.THIS_MACHINE)
def enter_staff() -> Response:
    """Signs the browser in to the demo's office as the first staff member, in the order of addresses, and leads to the
    office."""
    access.refuse_other_sites()
    current = service.current()
    with current.database.write() as session:
        number, _ = _staff(session)
        secret = signing_in.begin(session, current.clock(), staff_id=number)
    return _signed_in(secret)


def _member(session: Session, slug: str) -> Member:
    """Returns the active member with this slug. Answers 404 if there is none."""
    found = session.scalars(select(Member).where(Member.slug == slug, Member.active)).first()
    return found if found is not None else abort(404)


def _staff(session: Session) -> tuple[int, str]:
    """Returns id and address of the first staff member. Answers 404 if the company has no staff."""
    found = next(iter(signing_in.staff(session)), None)
    return (found.id, found.email) if found is not None else abort(404)


def _question(session: Session, **about: object) -> Response:
    values = {"title": "The demo's office", "company": hosts.get_company(session), **about}
    return answers.page(200, "demo/sign-in.html", words.load(words.FALLBACK), **values)


def _signed_in(secret: str) -> Response:
    return access.remember(make_response(redirect(f"{answers.root()}office/", 303)), secret)
