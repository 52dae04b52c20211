"""The office's pages about campaigns: the list, and one campaign with its code, QR codes, flyers and spend."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import segno
from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from capture.accounts import access
from capture.accounts.forms import OfficeForm
from capture.base.words import Words
from capture.campaigns import catalogue, forms
from capture.company import hosts, money
from capture.company.generator import CAMPAIGN, CODE, Channel, phone_text
from capture.company.hosts import Host
from capture.models import Campaign, Company
from capture.web import answers, service

blueprint = Blueprint("campaigns", __name__, url_prefix="/office/campaigns")

_DOTS = 24
"""Pixels of one square of a QR code as PNG. Printed at 600 dots an inch, the code is sharp and 4 centimetres wide."""


@blueprint.get("/")
@access.office(log=None)
def overview() -> Response:
    """Shows one page of the list of campaigns, the newest first."""
    after = request.args.get("after", "")
    with service.current().database.read() as session:
        behind = int(after) if after.isdecimal() and len(after) < 19 else None
        lines, further = catalogue.list_campaigns(session, access.person(), behind)
        return _page(session, "campaigns/campaigns.html", lines=lines, further=further, first=behind is not None)


@blueprint.get("/new")
@access.office(log=None)
def new() -> Response:
    """Shows the form for a new campaign."""
    with service.current().database.read() as session:
        return _page(session, "campaigns/campaign-new.html", form=forms.CampaignForm(), channels=list(Channel))


@blueprint.post("/")
@access.office(log=None)
def add() -> Response:
    """Creates a campaign and redirects to its page; if the form has errors, shows the form again."""
    form = forms.CampaignForm(request.form)
    current = service.current()
    valid = access.is_valid(form)
    with current.database.write() as session:
        if not valid:
            return _page(session, "campaigns/campaign-new.html", 422, form=form, channels=list(Channel))
        channel, name = Channel(form.channel.data), form.name.data or ""
        days = form.starts.data, form.ends.data
        made = catalogue.create_campaign(session, access.person(), channel, name, *days, current.clock())
        return _to(made.code)


@blueprint.get("/<code>")
@access.office(log=None)
def one(code: str) -> Response:
    """Shows a campaign: its code and address to print, say and share, and what was spent on it."""
    with service.current().database.read() as session:
        return _campaign(session, _find(session, code))


@blueprint.post("/<code>")
@access.office(log=None)
def change(code: str) -> Response:
    """Changes a campaign's name or dates. Code and channel stay, since they are printed and counted already."""
    form = forms.CampaignForm(request.form)
    valid = access.is_valid(form)
    with service.current().database.write() as session:
        found = _find(session, code)
        if not valid:
            return _campaign(session, found, 422, form=form)
        found.name, found.starts_on, found.ends_on = form.name.data or "", form.starts.data, form.ends.data
        return _to(code)


@blueprint.post("/<code>/spend")
@access.office(log=None)
def spend(code: str) -> Response:
    """Records that money was spent on a campaign; if the form has errors, shows the page again."""
    form = forms.SpendForm(request.form)
    valid = access.is_valid(form)
    current = service.current()
    with current.database.write() as session:
        found = _find(session, code)
        amount = money.read(form.amount.data or "", hosts.get_company(session).currency, access.reader_words().locale)
        if not valid or amount is None:
            return _campaign(session, found, 422, spend=form, amount_wrong=amount is None)
        now = current.clock()
        catalogue.record_spend(session, found, form.on.data or access.today(), amount, form.note.data or None, now)
        return _to(code)


@blueprint.post("/<code>/spend/<row:number>/strike")
@access.office(log=None)
def strike(code: str, number: int) -> Response:
    """Deletes an entry of what was spent on a campaign."""
    access.is_valid(OfficeForm(request.form))
    with service.current().database.write() as session:
        catalogue.remove_spend(session, _find(session, code), number)
        return _to(code)


@blueprint.get("/<code>/qr.svg")
@access.office(log=None)
def qr_svg(code: str) -> Response:
    """Returns the QR code of a campaign's landing page as SVG, for print in any size."""
    return _qr(code, "svg", "image/svg+xml", scale=10)


@blueprint.get("/<code>/qr.png")
@access.office(log=None)
def qr_png(code: str) -> Response:
    """Returns the QR code of a campaign's landing page as PNG, for programs that cannot read SVG."""
    return _qr(code, "png", "image/png", scale=_DOTS)


@blueprint.get("/<code>/flyer")
@access.office(log=None)
def flyer(code: str) -> Response:
    """Shows a campaign's sheet to print: one flyer or, with ``?cards=4``, four cards to cut apart."""
    cards = 4 if request.args.get("cards") == "4" else 1
    with service.current().database.read() as session:
        found = _find(session, code)
        company = hosts.get_company(session)
        host = Host(company, found.member)
        words = access.reader_words()
        landing = hosts.find_page(session, host, CAMPAIGN, host.home_locale)
        return access.page(
            "campaigns/flyer.html",
            words,
            campaign=found,
            host=host,
            title=landing.title if landing else company.name,
            spoken=catalogue.spoken(found.code),
            typed_at=_typed_at(session, company),
            address=_address(company, found),
            phone=phone_text(found.member.phone) if found.member and found.member.phone else None,
            cards=cards,
            at="campaigns",
        )


def _find(session: Session, code: str) -> Campaign:
    found = catalogue.find_campaign(session, access.person(), code)
    if found is None:
        raise NotFound
    return found


def _address(company: Company, campaign: Campaign) -> str:
    return catalogue.landing_address(company, campaign.member, campaign.code)


def _typed_at(session: Session, company: Company) -> str:
    """Returns the address where visitors type a campaign's code: the company's page for that, or else ``/go``."""
    found = hosts.find_page(session, Host(company, None), CODE, company.locale)
    return f"{company.home}{found.path}" if found else f"{company.service}go"


def _campaign(session: Session, found: Campaign, status: int = 200, **values: Any) -> Response:
    shown: dict[str, Any] = {
        "form": forms.CampaignForm(obj=None, data=_as_typed(found)),
        "spend": forms.SpendForm(),
        "amount_wrong": False,
        **values,
    }
    spendings = catalogue.spend_of(session, found)
    return _page(
        session,
        "campaigns/campaign.html",
        status,
        campaign=found,
        address=_address(hosts.get_company(session), found),
        spoken=catalogue.spoken(found.code),
        typed_at=_typed_at(session, hosts.get_company(session)),
        spendings=spendings,
        spent=sum(each.amount for each in spendings),
        day=access.today(),
        **shown,
    )


def _as_typed(found: Campaign) -> dict[str, Any]:
    return {"channel": found.channel, "name": found.name, "starts": found.starts_on, "ends": found.ends_on}


def _page(session: Session, template: str, status: int = 200, **values: Any) -> Response:
    words: Words = access.reader_words()
    company = hosts.get_company(session)
    amount = partial(_amount, currency=company.currency, locale=words.locale)
    return access.page(template, words, status, company=company, amount=amount, at="campaigns", **values)


def _amount(amount: int, *, currency: str, locale: str) -> str:
    return money.shown(amount, currency, locale)


def _to(code: str) -> Response:
    return make_response(redirect(f"{answers.root()}office/campaigns/{code}", 303))


def _qr(code: str, kind: str, content_type: str, scale: int) -> Response:
    out = io.BytesIO()
    with service.current().database.read() as session:
        found = _find(session, code)
        address = _address(hosts.get_company(session), found)
    # Level Q restores a quarter of the code: paper gets folded, wet and pierced.
    segno.make(address, error="q", micro=False).save(out, kind=kind, scale=scale, light="white")
    response = make_response(out.getvalue())
    response.headers["Content-Type"] = content_type
    if "save" in request.args:
        response.headers["Content-Disposition"] = f'attachment; filename="{found.code}.{kind}"'
    return response
