"""Renders subject, text and HTML of a mail. A kind of mail has one template per language, such as
``consent/mails/confirm.en.jinja``, with a block for each part; ``templates/letter.jinja`` is their common layout.

Two Jinja environments read the same files: one escapes every value, for HTML; the other none, for subject and text.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplatesNotFound,
)

from capture.mailing.kinds import MailKind


class Part(StrEnum):
    """The parts of a mail, each with the name of its block in the mail's template."""

    NAME = "name"
    """The name of this kind of mail in the office, in the template's language; a fixed text."""
    SUBJECT = "subject"
    TEXT = "text"
    HTML = "html"


def render(kind: MailKind, part: Part, locale: str, **values: object) -> str:
    """Returns one part of a mail (subject, text or HTML), without white space at its ends.

    ``values``: what the template needs besides ``locale``. Raises jinja2.UndefinedError if one of these is missing.
    """
    template = environment(escapes=part is Part.HTML).get_template(template_of(kind.room, kind.name, locale))
    return template.render(part=part.value, locale=locale, **values).strip()


@lru_cache(maxsize=200)
def name_of(kind: str, locale: str) -> str:
    """Returns the name of a kind of mail as the office shows it in a language; ``kind`` itself if no template of that
    name exists any more."""
    wanted = [template_of(room, kind, locale) for room in rooms()]
    try:
        template = environment(escapes=False).select_template(wanted)
    except TemplatesNotFound:
        return kind
    return template.render(part=Part.NAME.value, locale=locale).strip()


def template_of(room: str, kind: str, locale: str) -> str:
    """Returns the name of a mail's template, for Jinja: the feature's folder, the kind of mail and the language."""
    return f"{room}/{kind}.{locale}.jinja"


@cache
def rooms() -> tuple[str, ...]:
    """Returns the names of the features (folders of ``capture``) that have templates of mails, sorted."""
    return tuple(sorted(each.name for each in files("capture").iterdir() if each.joinpath("mails").is_dir()))


@cache
def environment(*, escapes: bool) -> Environment:
    """Returns the Jinja environment of the mails' templates: with ``escapes`` the one for HTML, else the one for
    subject and text. Each is made once per process."""
    return Environment(
        loader=_loader(), autoescape=escapes, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _loader() -> BaseLoader:
    kinds = {room: PackageLoader(f"capture.{room}", "mails") for room in rooms()}
    return ChoiceLoader([PackageLoader("capture.mailing", "templates"), PrefixLoader(kinds)])
