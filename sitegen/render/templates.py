"""The Jinja environment of a site: where templates come from, and how errors in them are reported.

Template names: ``page.html`` is the nearest theme's; ``almanac:page.html`` is that theme's own, so that a
child can extend the very template it replaces; ``content:en/faq`` is a page's Markdown.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.utils import missing

from sitegen.errors import Fault, ThemeError, did_you_mean
from sitegen.render.context import Pages
from sitegen.site.content import Page
from sitegen.site.hidden_names import is_hidden
from sitegen.site.input_files import text_of
from sitegen.site.theme import Theme

_HINT = "\nhint: "


class NamedUndefined(jinja2.StrictUndefined):
    """The value of a name or field that does not exist: any use raises an error that suggests similar names."""

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing:
            return f'unknown name "{self._undefined_name}"'
        if self._undefined_obj is None:
            return f'"{self._undefined_name}" of nothing: the value before the dot is empty here'
        message, known = self._unknown_field()
        hint = did_you_mean(str(self._undefined_name), known)
        return f"{message}{_HINT}{hint}" if hint else message

    def _unknown_field(self) -> tuple[str, list[str]]:
        """Returns what is missing, and the names that are there."""
        name, found = self._undefined_name, self._undefined_obj
        if isinstance(found, Pages):
            return f'there is no page "{name}" to link to on this site', [page.key for page in found]
        if isinstance(found, Mapping):
            return f'there is no "{name}" among these words', [str(key) for key in found]
        kind = type(found)
        return f'{kind.__name__} has no "{name}"', [each.name for each in fields(kind)] if is_dataclass(kind) else []


class SiteLoader(jinja2.BaseLoader):
    """Loads the templates of a theme and of its parent themes, and the bodies of pages."""

    def __init__(self, theme: Theme, pages: Mapping[str, Page]) -> None:
        self._theme = theme
        self._pages = pages

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Returns a template's source, its file, and a function that tells whether the source is still up to date.

        Raises TemplateNotFound if there is no such template.
        """
        if template in self._pages:
            page = self._pages[template]
            return page.body.template, str(page.file), lambda: True
        path = self.find(template)
        if path is None:
            raise jinja2.TemplateNotFound(template)
        stamp = path.stat().st_mtime_ns
        return text_of(path, ThemeError), str(path), lambda: path.stat().st_mtime_ns == stamp

    def find(self, template: str) -> Path | None:
        """Returns the file of a theme's template; None if there is none."""
        owner, colon, name = template.partition(":")
        chain = [(n, f) for n, f in self._theme.chain if n == owner] if colon else self._theme.chain
        # Jinja's own loaders refuse names that climb out of their folder; so do we, and those of hidden files.
        parts = (name if colon else template).split("/")
        if any(not part or is_hidden(part) for part in parts):
            return None
        paths = (folder.joinpath("templates", *parts) for _, folder in chain)
        return next((path for path in paths if path.is_file()), None)

    def list_templates(self) -> list[str]:
        """Returns the names of all templates and page bodies, sorted; a name that several themes use is listed once."""
        return sorted({*self._pages, *self._theme.template_names()})


class ParsingEnvironment(jinja2.Environment):
    """A Jinja environment that parses a template once, though it is checked, compiled and compiled for traces.

    Each gets a tree of its own, since the compiler folds constants in place.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._packed: dict[tuple[str, str | None, str | None], bytes] = {}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        key = source, name, filename
        if key in self._packed:
            tree: nodes.Template = pickle.loads(self._packed[key])
        else:
            tree = super()._parse(source, name, filename)
            tree.set_environment(None)  # type: ignore[arg-type]
            self._packed[key] = pickle.dumps(tree)
        tree.set_environment(self)
        return tree


def environment(theme: Theme, pages: Mapping[str, tuple[Page, ...]]) -> jinja2.Environment:
    """Returns the plain Jinja environment, which defines the bytes of every page.

    Values are escaped for HTML, and an unknown name is an error.
    """
    by_name = {page.source_name: page for in_locale in pages.values() for page in in_locale}
    return ParsingEnvironment(
        loader=SiteLoader(theme, by_name),
        undefined=NamedUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # when files change, a new environment is made
        cache_size=-1,
    )


def fault(error: Exception, pages: Mapping[str, tuple[Page, ...]]) -> Fault | None:
    """Returns a Fault with the template's file and line that raised the error; None if no template was involved.

    For a TemplateError of which the line is not known, returns a Fault without file and line.
    """
    message, _, hint = str(error).partition(_HINT)
    if isinstance(error, jinja2.TemplateSyntaxError):
        return at(error.filename or error.name or "?", error.lineno, error.message or "", None, pages)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.endswith(".py")]
    frames = [frame for frame in frames if not frame.filename.startswith("<")]
    if isinstance(error, jinja2.TemplateNotFound):
        message = f'there is no template "{error.message or error.name}"'
    elif not isinstance(error, jinja2.TemplateError):
        message = f"{type(error).__name__}: {message}"
    if frames:
        return at(frames[-1].filename, frames[-1].lineno, message, hint or None, pages)
    return Fault(message, hint=hint or None) if isinstance(error, jinja2.TemplateError) else None


def at(where: str, line: int | None, message: str, hint: str | None, pages: Mapping[str, tuple[Page, ...]]) -> Fault:
    """Returns a Fault for a line of a template; for the body of a page, at the line of the page's Markdown file."""
    for in_locale in pages.values():
        for page in in_locale:
            if where in {str(page.file), page.source_name}:
                return Fault(message, where=page.file, line=page.body.markdown_line(line or 1), hint=hint)
    return Fault(message, where=where, line=line, hint=hint)
