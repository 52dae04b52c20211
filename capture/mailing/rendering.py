"""Renders the parts of a mail. A kind of mail has one template per language, ``consent/mails/confirm.en.jinja`` and so
on, with a block for each part; ``templates/letter.jinja`` is the layout that they extend.

Two environments read the same files: one escapes every value, for HTML, the other none, for subject and text.
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
    """A part of a mail, by the name of its block."""

    NAME = "name"
    """What the office calls mails of this kind; its block uses no values."""
    SUBJECT = "subject"
    TEXT = "text"
    HTML = "html"


def render(kind: MailKind, part: Part, locale: str, **values: object) -> str:
    """Returns one part of a mail, without white space at its ends.

    Raises jinja2.UndefinedError if the template uses a value that is not given.
    """
    template = environment(escapes=part is Part.HTML).get_template(template_of(kind.room, kind.name, locale))
    return template.render(part=part.value, locale=locale, **values).strip()


@lru_cache(maxsize=200)
def name_of(kind: str, locale: str) -> str:
    """Returns what the office calls mails of a kind; the kind's own name if no room writes such mails any more."""
    wanted = [template_of(room, kind, locale) for room in rooms()]
    try:
        template = environment(escapes=False).select_template(wanted)
    except TemplatesNotFound:
        return kind
    return template.render(part=Part.NAME.value, locale=locale).strip()


def template_of(room: str, kind: str, locale: str) -> str:
    """Returns the name of a template in the environments."""
    return f"{room}/{kind}.{locale}.jinja"


@cache
def rooms() -> tuple[str, ...]:
    """Returns the rooms that have templates of mails, sorted."""
    return tuple(sorted(each.name for each in files("capture").iterdir() if each.joinpath("mails").is_dir()))


@cache
def environment(*, escapes: bool) -> Environment:
    """Returns the environment for HTML (``escapes``), or the one for subject and text. Each is made once per
    process."""
    return Environment(
        loader=_loader(), autoescape=escapes, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _loader() -> BaseLoader:
    kinds = {room: PackageLoader(f"capture.{room}", "mails") for room in rooms()}
    return ChoiceLoader([PackageLoader("capture.mailing", "templates"), PrefixLoader(kinds)])
