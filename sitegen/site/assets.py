"""Reads static files and names each by a digest of its bytes, so that a browser may keep the file for ever."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2

from sitegen.errors import ContentError, Fault, ThemeError, did_you_mean
from sitegen.site.folder_files import files_below
from sitegen.site.input_files import reading
from sitegen.site.theme import Theme

PICTURES = "pictures"
"""The folder of pictures in a site folder, and the first part of their names for ``asset()``."""

_TEMPLATE = ".jinja"
_CSS_URL = re.compile(r"""url\(\s*(['"]?)(?!data:|[a-z]+:|/|#)([^'")]+?)\1\s*\)""")
_DIGITS = 10  # of the digest in a name: 40 bits, ample for the files of one site


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file: the name that authors use, the published name with a digest of the bytes, and the bytes."""

    name: str
    published: str
    content: bytes


class Assets:
    """The static files of a theme and a site, by the name that authors use in ``asset()``."""

    def __init__(self, files: Mapping[str, Asset], address: Callable[[str], str]) -> None:
        self.files = files
        self._address = address

    def address(self, name: str) -> str:
        """Returns the address of a static file by the name that authors use. Raises ThemeError if there is no such."""
        found = self.files.get(name)
        if found is None:
            hint = did_you_mean(name, self.files)
            raise ThemeError(Fault(f'there is no asset "{name}"', hint=hint))
        return self._address(found.published)


def files_of(theme: Theme, site_folder: Path) -> dict[str, Path]:
    """Returns the path of every static file of the theme and its parents, and of every picture of the site, by name.

    Raises ContentError for links that may not be followed.
    """
    faults: list[Fault] = []
    sources = theme.static_files()
    pictures = site_folder / PICTURES
    for path in files_below(pictures, faults, within=pictures):
        sources[f"{PICTURES}/{path.relative_to(pictures).as_posix()}"] = path
    if faults:
        raise ContentError(*faults)
    return sources


def load(theme: Theme, site_folder: Path, address: Callable[[str], str]) -> Assets:
    """Reads every static file of the theme and its parents, and every picture of the site.

    ``x.css.jinja`` is rendered with ``theme`` (its name and settings) and published as ``x.css``; parts that such a
    file includes are published too, which does no harm. Raises ThemeError if a style sheet does not render or names a
    file that does not exist, and ContentError for links that may not be followed.
    """
    sources = files_of(theme, site_folder)
    css = _css_environment(theme)
    files: dict[str, Asset] = {}
    # Style sheets last: they name the others.
    for name in sorted(sources, key=lambda each: (".css" in each, each)):
        public = name.removesuffix(_TEMPLATE)
        with reading(sources[name], ThemeError):
            content = sources[name].read_bytes()
            if name.endswith(_TEMPLATE):
                content = _render(css, name, sources[name], theme)
            if public.endswith(".css"):
                content = _rewrite_urls(content.decode(), public, sources[name], files, address).encode()
        files[public] = Asset(public, _fingerprinted(public, content), content)
    return Assets(files, address)


def _css_environment(theme: Theme) -> jinja2.Environment:
    folders = [folder / "static" for folder in theme.folders]
    # Style sheets are not HTML: nothing is escaped.
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )


def _render(environment: jinja2.Environment, name: str, path: Path, theme: Theme) -> bytes:
    try:
        shown = {"name": theme.name, "settings": theme.settings}
        return environment.get_template(name).render(theme=shown).encode()
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", None)
        raise ThemeError(Fault(f"style sheet: {error}", where=path, line=line)) from error


def _rewrite_urls(css: str, name: str, path: Path, files: Mapping[str, Asset], address: Callable[[str], str]) -> str:
    def rewrite(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[2]))
        if target not in files:
            # A part that another sheet includes is read relative to that sheet, so try the top as well.
            target = posixpath.normpath(found[2])
        if target not in files:
            line = css.count("\n", 0, found.start()) + 1
            raise ThemeError(Fault(f'there is no file "{found[2]}"', where=path, line=line))
        return f'url("{address(files[target].published)}")'

    return _CSS_URL.sub(rewrite, css)


def _fingerprinted(name: str, content: bytes) -> str:
    stem, ending = posixpath.splitext(name)
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:_DIGITS]}{ending}"
