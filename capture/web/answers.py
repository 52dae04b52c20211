"""Answers that look the same everywhere: a page for a person, one stable form of JSON for a program.

JSON errors are ``{"errors": {"email": ["…"]}, "message": "…"}``; ``errors`` is empty where no field is at fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from capture.base import words
from capture.base.unavailable import Unavailable
from capture.base.words import Words
from capture.models import Company
from capture.web import headers, service

RETRY_SECONDS = 30
"""After which a sign-up that could not be stored is worth another try."""

KINDS = {400: "bad", 404: "lost", 405: "method", 413: "large", 415: "type", 500: "failed", 503: "busy"}
"""Status codes that have words of their own."""


LANGUAGE = "lang"
"""The query parameter by which our own links tell the language of what they stand in."""

LOCALE = "espalier_locale"
"""Where ``flask.g`` remembers that language, so that every answer to the form speaks it, whatever happens."""


def wants_json() -> bool:
    """True when the sender would rather have JSON than a page."""
    accept = request.accept_mimetypes
    best = accept.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json" and accept[best] > accept["text/html"]


def root() -> str:
    """The way from the current address up to the service's root, so that it can stand below any path of a proxy."""
    return "../" * (request.path.count("/") - 1) or "./"


def here() -> str:
    """The current address as seen from the service's root."""
    return request.path.lstrip("/")


def visitor_words() -> Words:
    """The words of the language of the page a form came from, or of the mail whose link was followed; else of the
    one the browser asks for."""
    locale = g.get(LOCALE) or request.args.get(LANGUAGE)
    wanted = [locale] if locale else [code for code, _ in request.accept_languages]
    return words.load(words.nearest(wanted))


def error_json(status: int, message: str, errors: Mapping[str, list[str]] | None = None) -> Response:
    """The one form of a JSON error."""
    response = jsonify({"errors": dict(errors or {}), "message": message})
    response.status_code = status
    return response


def page(status: int, template: str, words: Words, **values: Any) -> Response:
    """A page in the visitor's language."""
    response = make_response(render_template(template, words=words, **values), status)
    response.content_language.add(words.locale)
    return response


def notice(status: int) -> Response:
    """A kind page (or JSON) that says what a status means; nothing was stored."""
    words = visitor_words()
    kind = KINDS.get(status, "bad" if status < 500 else "failed")
    company = _company()
    lead = words(f"{kind}_lead", company=company.name if company else "Espalier")
    if wants_json():
        return error_json(status, lead)
    values = {"title": words(f"{kind}_title"), "lead": lead, "company": company, "again": ()}
    return page(status, "web/notice.html", words, **values)


def try_again() -> Response:
    """The honest answer while nothing can be stored: the form is kept and can be sent again by one button."""
    words = visitor_words()
    lead = words("busy_lead" if request.path == "/signup" else "busy_other_lead")
    if wants_json():
        response = error_json(503, lead)
    else:
        # Where a sign-up leads to stands in the database, which can't be asked now.
        headers.allow_forms_to_lead_to("http:", "https:")
        again = tuple(request.form.items(multi=True)) if request.method == "POST" else ()
        values = {"title": words("busy_title"), "lead": lead, "company": None, "again": again}
        response = page(503, "web/notice.html", words, **values)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def http_error(error: HTTPException) -> Response:
    """Flask's own errors in our words; headers such as Allow stay."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    response = notice(error.code)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _company() -> Company | None:
    """The company, for a link; None while the database can't be read: the notice matters more."""
    try:
        with service.current().database.read() as session:
            return session.get(Company, 1)
    except Unavailable:
        return None
