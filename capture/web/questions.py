"""Pages behind mailed links: a question with one button, and a message afterwards.

A GET never changes anything, because mail scanners and browsers fetch every link. Only the button's POST does.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, g, make_response
from werkzeug.exceptions import NotFound

from capture.base import words
from capture.base.tokens import BadLink, Purpose, SignedValue
from capture.base.words import Words
from capture.models import Company, Lead
from capture.web import answers, service


def read_link(purpose: Purpose, signed: str) -> SignedValue:
    """Verifies the signed value in a mailed link and returns it. Raises NotFound if its signature or purpose is
    wrong."""
    current = service.current()
    try:
        return current.links.read(purpose, signed, current.clock())
    except BadLink as error:
        raise NotFound from error


def read_link_of(purposes: Sequence[Purpose], signed: str) -> SignedValue:
    """Verifies a signed value that may have been made for any of these purposes, and returns it. Raises NotFound if it
    was made for none."""
    *others, last = purposes
    for purpose in others:
        try:
            return read_link(purpose, signed)
        except NotFound:
            continue
    return read_link(last, signed)


def use_locale(locale: str | None) -> Words:
    """Sets the reader's language for the current response, or for an error sent instead, and returns the words of that
    language. None: the language of the link or of the browser."""
    if locale:
        setattr(g, answers.LOCALE, words.nearest([locale]))
    return answers.visitor_words()


def question_page(words: Words, name: str, company: Company, *, status: int = 200, **values: object) -> Response:
    """Returns a page with a question and one button. ``name``: the prefix of its sentences' keys in ``words/``.

    ``action`` in ``values``: the path below the service's root to which the button posts; without it, the page's own
    address.
    """
    found = {"action": None, "fields": {}, "host_name": company.name, **values}
    texts = {part: words(f"{name}_{part}", company=company.name) for part in ("title", "lead", "button")}
    return answers.page(status, "web/question.html", words, company=company, **texts, **found)


def message_page(words: Words, name: str, company: Company, *, status: int = 200) -> Response:
    """Returns a page, or JSON, that says what was done, or why nothing was done. ``name``: the message, whose title and
    text stand in the files of translated sentences (``words/``) under ``<name>_title`` and ``<name>_lead``."""
    lead = words(f"{name}_lead", company=company.name)
    values = {"title": words(f"{name}_title"), "lead": lead, "company": company, "again": ()}
    if answers.wants_json():
        return make_response({"message": lead}, status)
    return answers.page(status, "web/notice.html", words, **values)


def locale_of(lead: Lead | None) -> str | None:
    """Returns the language of a lead; None if there is no lead any more."""
    return lead.locale if lead else None
