"""Makes responses: a page for people, or JSON in one stable form for programs.

JSON errors are ``{"errors": {"email": ["…"]}, "message": "…"}``; ``errors`` is empty if no field of a form is wrong.
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
"""Seconds after which a sign-up that could not be stored may be tried again."""

KINDS = {400: "bad", 404: "lost", 405: "method", 413: "large", 415: "type", 500: "failed", 503: "busy"}
"""The HTTP status codes that have sentences of their own, each with the prefix of its sentences' keys in ``words/``."""


LANGUAGE = "lang"
"""The query parameter by which links of this service name the reader's language."""

LOCALE = "espalier_locale"
"""The name in ``flask.g`` that holds the reader's language, so that every response uses it, errors included."""


def wants_json() -> bool:
    """Returns True if the request prefers JSON to HTML."""
    accept = request.accept_mimetypes
    best = accept.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json" and accept[best] > accept["text/html"]


def root() -> str:
    """Returns the relative path from the requested page to the service's root, which a proxy may serve below any
    path."""
    return "../" * (request.path.count("/") - 1) or "./"


def here() -> str:
    """Returns the requested path, relative to the service's root."""
    return request.path.lstrip("/")


def visitor_words() -> Words:
    """Returns the words of the reader's language: that of the page or mail that they came from, else the browser's."""
    locale = g.get(LOCALE) or request.args.get(LANGUAGE)
    wanted = [locale] if locale else [code for code, _ in request.accept_languages]
    return words.load(words.nearest(wanted))


def error_json(status: int, message: str, errors: Mapping[str, list[str]] | None = None) -> Response:
    """Returns an error as JSON: ``errors`` by field, and ``message``."""
    response = jsonify({"errors": dict(errors or {}), "message": message})
    response.status_code = status
    return response


def page(status: int, template: str, words: Words, **values: Any) -> Response:
    """Returns a page with this status: the template, filled in the language of ``words``."""
    response = make_response(render_template(template, words=words, **values), status)
    response.content_language.add(words.locale)
    return response


def notice(status: int) -> Response:
    """Returns a page, or JSON, that explains an error's HTTP status in the reader's language. For requests that stored
    nothing, since the text says so."""
    words = visitor_words()
    kind = KINDS.get(status, "bad" if status < 500 else "failed")
    company = _company()
    lead = words(f"{kind}_lead", company=company.name if company else "Espalier")
    if wants_json():
        return error_json(status, lead)
    values = {"title": words(f"{kind}_title"), "lead": lead, "company": company, "again": ()}
    return page(status, "web/notice.html", words, **values)


def try_again() -> Response:
    """Returns a page, or JSON, with status 503, for a request that could not be stored. The page keeps the form's
    values, so that one button sends them again."""
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
    """Turns Flask's errors into pages of this service; headers such as Allow are kept."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    response = notice(error.code)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _company() -> Company | None:
    """Returns the company, for the page's header; None while the database cannot be read."""
    try:
        with service.current().database.read() as session:
            return session.get(Company, 1)
    except Unavailable:
        return None
