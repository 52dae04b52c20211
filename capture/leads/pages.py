"""The office's pages about leads: Today, the list, one lead, and the form for a person whom a member met."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from capture.accounts import access
from capture.base import spreadsheet
from capture.base.phones import e164
from capture.base.words import Words
from capture.campaigns import catalogue
from capture.company import hosts
from capture.company.generator import Interest
from capture.credit import colleagues
from capture.imports import importing, member_view
from capture.leads import caseload, forms, pipeline, timeline
from capture.leads.pipeline import LostReason, Stage
from capture.mailing import trouble
from capture.models import Lead, details_of
from capture.web import answers, service
from capture.web.constant_time import constant_time

blueprint = Blueprint("leads", __name__, url_prefix="/office")

CSV_COLUMNS = {each.csv: name for name, each in details_of(Lead).items() if each.csv}
"""The columns of the CSV file of leads, and the attribute of ``Lead`` that each shows."""


@blueprint.get("/")
@access.office(log="today")
def today() -> Response:
    """Shows the page "Today": new leads, due follow-ups, returned mail, and counts of unconfirmed and held sign-ups."""
    with service.current().database.read() as session:
        day = access.today()
        waiting = caseload.today_for(session, access.person(), day)
        alerts = None
        if access.person().staff:
            current = service.current()
            alerts = trouble.alerts(session, current.links.address_keys, current.clock())
        response = access.page(
            "leads/today.html", access.reader_words(), waiting=waiting, alerts=alerts, day=day, at="today"
        )
    access.shows(len(waiting.new) + len(waiting.due) + len(waiting.bounced))
    return response


@blueprint.get("/leads")
@access.office(log="leads")
def leads() -> Response:
    """Shows one page of the list of leads, filtered and sorted by the query parameters."""
    wanted = forms.read_filter(request.args)
    with service.current().database.read() as session:
        found = caseload.list_leads(session, access.person(), wanted, access.today())
        further = forms.filter_query(wanted, after=f"{found.next[0]}~{found.next[1]}") if found.next else None
        first = forms.filter_query(wanted, after="") if wanted.after else None
        values: dict[str, Any] = {
            "wanted": wanted,
            "found": found,
            "further": further,
            "first": first,
            "day": access.today(),
            "at": "leads",
        }
        staff = access.person().staff is not None
        values["members"] = colleagues.members_among(session, [each.email for each in found.leads]) if staff else {}
        values["pages"] = caseload.pages_of_leads(session, access.person())
        values["campaigns"] = catalogue.campaigns_to_choose(session, access.person())
        csv = forms.filter_query(wanted, after="")
        response = access.page(
            "leads/leads.html", access.reader_words(), csv=csv, sources=caseload.SOURCES, **values, **_choices()
        )
    access.shows(len(found.leads))
    return response


@blueprint.get("/leads.csv")
@access.office(log="leads.csv")
def leads_csv() -> Response:
    """Returns all leads that match the filters as CSV, written so that no spreadsheet takes a cell for a formula."""
    wanted = forms.read_filter(request.args)
    out = io.StringIO()
    with service.current().database.read() as session:
        found = caseload.list_leads(session, access.person(), wanted, access.today(), size=None)
        refused = caseload.why_unmailable(
            session, service.current().links.address_keys, found.leads, service.current().clock()
        )
        header = (*CSV_COLUMNS, "may_be_mailed", "why_not")
        spreadsheet.write_table(header, (_cells(each, refused.get(each.id)) for each in found.leads), out)
    access.shows(len(found.leads))
    response = make_response(out.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="leads.csv"'
    return response


@blueprint.get("/met")
@access.office(log=None)
def met() -> Response:
    """Shows the form for adding a person whom the member met as a lead."""
    return _met(forms.MetForm(), 200, saved=access.person().member is not None and "saved" in request.args)


@blueprint.post("/met")
@constant_time
@access.office(log="met", members=True)
def add_met() -> Response:
    """Stores a person whom the member met as a lead.

    A member gets the same response whether the person is stored, or is another member's lead, or wants no mail; 409
    if the person is a lead of theirs already, 429 after too many in a day. Staff get 409 if the person is not stored.
    """
    form = forms.MetForm(request.form)
    if not access.is_valid(form):
        return _met(form, 422)
    current, person = service.current(), access.person()
    with current.database.write() as session:
        budget, number = member_view.PEOPLE_MET, person.member_id
        if not member_view.may_bring(session, current.links, budget, number, current.clock()):
            return _met(form, 429)
        access.shows(1)
        if person.member and caseload.has_lead(session, person, form.email.data):
            return _met(form, 409)
        added = importing.add_met(
            session,
            current.links,
            person.member_id,
            form.email.data,
            form.first_name.data or None,
            e164(form.phone.data or ""),
            Interest(form.interest.data),
            current.clock(),
        )
        if added is None and person.staff:
            return _met(form, 409)
        where = f"leads/{added.id}" if added and person.staff else "met?saved"
    return make_response(redirect(f"{answers.root()}office/{where}", 303))


@blueprint.get("/leads/<row:number>")
@access.office(log="lead")
def lead(number: int) -> Response:
    """Shows one lead with its history."""
    with service.current().database.read() as session:
        response = _lead(session, _find(session, number), access.reader_words())
    access.shows(1, number)
    return response


def _view_of(form_type: type[forms.LeadForm]) -> Callable[[int], Response]:
    """Returns the view that receives a form of this type from a lead's page and makes the form's change."""

    @access.office(log="change")
    def change(number: int) -> Response:
        """Changes the lead and redirects to its page. If the form has errors, only shows the page again."""
        form = form_type(request.form)
        valid = access.is_valid(form)
        with service.current().database.write() as session:
            found = _find(session, number)
            if valid:
                form.apply(session, found, access.person(), service.current().clock())
                response = make_response(redirect(f"{answers.root()}office/leads/{number}", 303))
            else:
                response = _lead(session, found, access.reader_words(), status=422)
        access.shows(1, number)
        return response

    return change


for _name, _form in forms.CHANGES.items():
    blueprint.add_url_rule(f"/leads/<row:number>/{_name}", _name.replace("-", "_"), _view_of(_form), methods=["POST"])


def _met(form: forms.MetForm, status: int, *, saved: bool = False) -> Response:
    values = {"form": form, "saved": saved, "answered": status, "at": "leads", **_choices()}
    return access.page("leads/met.html", access.reader_words(), status, **values)


def _find(session: Session, number: int) -> Lead:
    """Returns the lead with the id ``number``. Raises NotFound if it does not exist or this person may not see it."""
    found = caseload.find_lead(session, access.person(), number)
    if found is None:
        raise NotFound
    return found


def _lead(session: Session, found: Lead, words: Words, status: int = 200) -> Response:
    person = access.person()
    values: dict[str, Any] = {
        "lead": found,
        "events": timeline.of_lead(session, service.current().features, found, person, words),
        "last": pipeline.last_activity(session, found, person),
        "assignee": hosts.assignee_of(session, found).name,
        "may_write": found.withdrawn_at is None,
        "provenance": found.provenance,
        "soon": caseload.follow_up_choices(access.calendar(), access.today()),
        "day": access.today(),
        "at": "leads",
        "wrong": status == 422,
    }
    return access.page("leads/lead.html", words, status, **values, **_choices())


def _cells(found: Lead, why_not: str | None) -> Iterator[spreadsheet.Value]:
    for column, name in CSV_COLUMNS.items():
        value = getattr(found, name)
        if column == "campaign":
            value = found.campaign.code if found.campaign else None
        yield value.isoformat() if hasattr(value, "isoformat") else value
    yield "no" if why_not else "yes"
    yield why_not


def _choices() -> dict[str, Any]:
    return {"stages": list(Stage), "reasons": list(LostReason), "interests": ["products", "opportunity", "both"]}
