"""Reads themes: folders with ``theme.toml``, ``templates/``, ``static/`` and ``strings/``, perhaps with a parent theme.

A child theme has only what it changes and inherits the rest: single templates, static files, settings and words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sitegen.errors import Fault, ThemeError, did_you_mean
from sitegen.site import bundled
from sitegen.site.folder_files import files_below
from sitegen.site.input_files import reading, text_of

_ID = re.compile(r"""\sid=(["'])([^"'{}\s]+)\1""")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


class Setting(BaseModel):
    """One ``[settings.<name>]`` table of ``theme.toml``: a value that a site may choose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["colour", "text", "number", "flag", "choice", "list"]
    default: Any
    help: str
    choices: tuple[str, ...] = ()

    def fault_of(self, value: object) -> str | None:
        """Returns what is expected instead of a wrong value, such as "a number"; None if the value is right."""
        match self.type:
            case "colour":
                right = isinstance(value, str) and _COLOUR.match(value) is not None
                return None if right else "a colour such as #9c3d24"
            case "text":
                return None if isinstance(value, str) else "a text"
            case "number":
                right = isinstance(value, int | float) and not isinstance(value, bool)
                return None if right else "a number"
            case "flag":
                return None if isinstance(value, bool) else "true or false"
            case "choice":
                return None if value in self.choices else f"one of {', '.join(self.choices)}"
            case "list":
                right = isinstance(value, list) and all(each in self.choices for each in value)
                return None if right else f"a list of {', '.join(self.choices)}"


class ThemeFile(BaseModel):
    """The whole of ``theme.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    extends: str | None = None
    settings: dict[str, Setting] = {}
    defaults: dict[str, Any] = {}
    """A child theme's own defaults for the settings of its parents."""


@dataclass(frozen=True)
class Theme:
    """A theme with the parents that it inherits from: how the sites look, and the words on them.

    ``chain``: names and folders, from the theme itself to its topmost parent.
    """

    name: str
    chain: tuple[tuple[str, Path], ...]
    settings: Mapping[str, object]
    strings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The theme's own words, by language, then key."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of the chain, the theme's own first."""
        return tuple(folder for _, folder in self.chain)

    def static_files(self) -> dict[str, Path]:
        """Returns the path of every static file by its name: the theme's own file, else its nearest parent's."""
        files: dict[str, Path] = {}
        for folder in reversed(self.folders):
            files.update(self._files(folder, "static", []))
        return files

    def template_names(self) -> set[str]:
        """Returns the names of the templates of the theme and its parents."""
        return {name for folder in self.folders for name in self._files(folder, "templates", [])}

    def ids(self) -> frozenset[str]:
        """Returns the ids that templates give to elements, as far as they are written out.

        Raises ThemeError for a template that is no text.
        """
        files = [path for folder in self.folders for path in self._files(folder, "templates", []).values()]
        return frozenset(found[2] for path in files for found in _ID.finditer(text_of(path, ThemeError)))

    def link_faults(self) -> list[Fault]:
        """Returns the faults of symbolic links among the files of the theme and its parents."""
        faults: list[Fault] = []
        for folder in self.folders:
            for part in ("templates", "static", "strings"):
                self._files(folder, part, faults)
        return faults

    @staticmethod
    def _files(folder: Path, part: str, faults: list[Fault]) -> dict[str, Path]:
        # An installer may have put links in the place of all files that come with us.
        within = None if folder.is_relative_to(bundled.folder("themes")) else folder
        found = files_below(folder / part, faults, within=within)
        return {path.relative_to(folder / part).as_posix(): path for path in found}


def load(name: str, site_folder: Path, chosen: Mapping[str, object], locales: tuple[str, ...]) -> Theme:
    """Finds and checks a theme. ``chosen``: the site's values for its settings.

    Raises ThemeError with every fault of the theme and of the chosen values.
    """
    files: list[tuple[ThemeFile, Path]] = []
    following: str | None = name
    while following is not None:
        if following in (seen.name for seen, _ in files):
            raise ThemeError(Fault(f'theme "{following}" extends itself', where=files[-1][1] / "theme.toml"))
        folder = find_theme(following, site_folder)
        files.append((_read(folder, following), folder))
        following = files[-1][0].extends
    faults: list[Fault] = []
    settings = _settings(files, chosen, site_folder, faults)
    strings = {locale: _strings([folder for _, folder in files], locale, faults) for locale in locales}
    found = Theme(name, tuple((file.name, folder) for file, folder in files), settings, strings)
    faults += found.link_faults()
    if faults:
        raise ThemeError(*faults)
    return found


def find_theme(name: str, site_folder: Path) -> Path:
    """Returns a theme's folder: in ``themes/`` in or beside the site folder, else among those that come with Espalier.

    Raises ThemeError if there is no such theme.
    """
    folders = [site_folder / "themes", site_folder.resolve().parent / "themes", bundled.folder("themes")]
    for folder in folders:
        if (folder / name / "theme.toml").is_file():
            return folder / name
    known = sorted({found.parent.name for folder in folders for found in folder.glob("*/theme.toml")})
    raise ThemeError(Fault(f'there is no theme "{name}"', where=site_folder, hint=did_you_mean(name, known)))


def _read(folder: Path, name: str) -> ThemeFile:
    path = folder / "theme.toml"
    try:
        file = ThemeFile.model_validate(_tables(path))
    except ValidationError as error:
        faults = [Fault(f"{'.'.join(map(str, e['loc']))}: {e['msg']}", where=path) for e in error.errors()]
        raise ThemeError(*faults) from error
    if file.name != name:
        raise ThemeError(Fault(f'the theme is named "{file.name}", but its folder "{name}"', where=path))
    return file


def _tables(path: Path) -> dict[str, Any]:
    source = text_of(path, ThemeError)
    with reading(path, ThemeError):
        try:
            return tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            raise ThemeError(Fault(f"not TOML: {error}", where=path)) from error


def _settings(
    files: list[tuple[ThemeFile, Path]], chosen: Mapping[str, object], site_folder: Path, faults: list[Fault]
) -> dict[str, object]:
    declared: dict[str, Setting] = {}
    values: dict[str, object] = {}
    layers = [(file.settings, file.defaults, folder / "theme.toml") for file, folder in reversed(files)]
    layers.append(({}, dict(chosen), site_folder / "site.toml"))
    for settings, given, where in layers:
        declared.update(settings)
        values.update({name: setting.default for name, setting in settings.items()})
        for name, value in {**{n: s.default for n, s in settings.items()}, **given}.items():
            setting = declared.get(name)
            if setting is None:
                hint = did_you_mean(name, declared)
                faults.append(Fault(f'unknown theme setting "{name}"', where=where, hint=hint))
            elif expected := setting.fault_of(value):
                message = f'theme setting "{name}": expected {expected}, found {value!r}'
                faults.append(Fault(message, where=where, hint=setting.help))
            else:
                values[name] = tuple(value) if isinstance(value, list) else value
    return values


def _strings(folders: list[Path], locale: str, faults: list[Fault]) -> dict[str, str]:
    words: dict[str, str] = {}
    for folder in reversed(folders):
        path = folder / "strings" / f"{locale}.toml"
        if not path.is_file():
            continue
        try:
            table = _tables(path)
        except ThemeError as error:
            faults += error.faults
            continue
        wrong = [key for key, value in table.items() if not isinstance(value, str)]
        faults += [Fault(f'"{key}" is not a text', where=path) for key in wrong]
        words.update({key: value for key, value in table.items() if isinstance(value, str)})
    if not words and not faults:
        hint = f"add strings/{locale}.toml to the theme, a copy of strings/en.toml to translate"
        faults.append(Fault(f'the theme has no words in "{locale}"', where=folders[0] / "strings", hint=hint))
    return words
