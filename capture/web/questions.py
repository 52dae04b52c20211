"""Pages behind mailed links: a question with one button, and a message afterwards.

A GET never changes anything, because mail scanners and browsers fetch every link. Only the button's POST does.
"""

from __future__ import annotations

from flask import Response, g, make_response
from werkzeug.exceptions import NotFound

from capture.base import words
from capture.base.tokens import BadLink, Purpose, SignedValue
from capture.base.words import Words
from capture.models import Company, Lead
from capture.web import answers, service


def read_link(purpose: Purpose, signed: str) -> SignedValue:
    """Returns the value of a mailed link. Raises NotFound if its signature or its purpose is wrong."""
    current = service.current()
    try:
        return current.links.read(purpose, signed, current.clock())
    except BadLink as error:
        raise NotFound from error


def use_locale(locale: str | None) -> Words:
    """Sets the language of this response, and of any error instead of it; returns its words."""
    if locale:
        setattr(g, answers.LOCALE, words.nearest([locale]))
    return answers.visitor_words()


def question_page(words: Words, name: str, company: Company, *, status: int = 200, **values: object) -> Response:
    """Returns a page with one button. ``name``: the prefix of its sentences. ``action``: where its button posts."""
    found = {"action": None, "fields": {}, "host_name": company.name, **values}
    texts = {part: words(f"{name}_{part}", company=company.name) for part in ("title", "lead", "button")}
    return answers.page(status, "web/question.html", words, company=company, **texts, **found)


def message_page(words: Words, name: str, company: Company, *, status: int = 200) -> Response:
    """Returns a page, or JSON, that says what was done, or why nothing was."""
    lead = words(f"{name}_lead", company=company.name)
    values = {"title": words(f"{name}_title"), "lead": lead, "company": company, "again": ()}
    if answers.wants_json():
        return make_response({"message": lead}, status)
    return answers.page(status, "web/notice.html", words, **values)


def locale_of(lead: Lead | None) -> str | None:
    """Returns the language of a lead; None if the lead is gone."""
    return lead.locale if lead else None
