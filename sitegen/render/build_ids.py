"""Build ids: twelve hexadecimal digits that name everything a page was made from, apart from members.

A page carries its own id, made of exactly the inputs that can reach it: the templates it can load, the assets
they name, the facts of all pages in its language (any page may list them), the company, the theme's settings
and words, and the program's version. So the id proves what was shown, and a change to one page's text leaves
the others as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import jinja2
from jinja2 import nodes

import sitegen
from sitegen.render.context import PageView
from sitegen.site.assets import Assets

DIGITS = 12


@dataclass(frozen=True, slots=True)
class _Facts:
    """The source of a template, and the names of the templates and assets that it uses."""

    source: str
    targets: frozenset[str | None]
    """The names of the templates that this template loads; None stands for a computed name, which may be any."""
    assets: frozenset[str | None]
    """The names of the assets that this template uses; None stands for a computed name, which may be any."""


class Editions:
    """Makes the build ids of pages. Remembers the templates it has read: when the files change, a new one is made."""

    def __init__(self, environment: jinja2.Environment, assets: Assets) -> None:
        self._environment = environment
        self._assets = assets
        self._facts = cache(self._read)
        self._closure = cache(self._reached)

    def build_id(self, page: PageView, shared: Mapping[str, object]) -> str:
        """Returns the build id of one page.

        ``shared``: the page's template context without the values of members, without token and build id.
        """
        templates = self._closure(f"{page.template}.html") | self._closure(page.body)
        digest = hashlib.sha256(sitegen.version().encode())
        for name in sorted(shared):
            digest.update(f"\0{name}={shared[name]!r}".encode())
        for name in sorted(templates):
            digest.update(f"\0{name}:{self._facts(name).source}".encode())
        for name in sorted(self._named_assets(templates)):
            digest.update(f"\0{name}>{self._assets.files[name].published}".encode())
        return digest.hexdigest()[:DIGITS]

    def _reached(self, name: str) -> frozenset[str]:
        """Returns the names of all templates that the template ``name`` can load, directly or not, and ``name`` itself.

        Where a template loads another by a computed name, every template of the theme counts.
        """
        reached: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in reached:
                continue
            reached.add(current)
            for target in self._facts(current).targets:
                if target is None:
                    waiting += [n for n in self._environment.list_templates() if not n.startswith("content:")]
                else:
                    waiting.append(target)
        return frozenset(reached)

    def _named_assets(self, templates: frozenset[str]) -> set[str]:
        named = {asset for template in templates for asset in self._facts(template).assets}
        return set(self._assets.files) if None in named else {name for name in named if name is not None}

    def _read(self, name: str) -> _Facts:
        assert self._environment.loader is not None
        source, filename, _ = self._environment.loader.get_source(self._environment, name)
        tree = self._environment.parse(source, name, filename)
        return _Facts(source, frozenset(_targets(tree)), frozenset(_assets(tree)))


def _targets(template: nodes.Template) -> Iterator[str | None]:
    """Yields the names of the templates that a template loads; None for a computed name.

    The name ``page.body`` is left out: the page's Markdown is counted with the page.
    """
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    for node in template.find_all(kinds):
        target = node.template  # type: ignore[attr-defined]
        if isinstance(target, nodes.Const) and isinstance(target.value, str):
            yield target.value
        elif not (isinstance(target, nodes.Getattr) and target.attr == "body"):
            yield None


def _assets(template: nodes.Template) -> Iterator[str | None]:
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "asset":
            named = call.args[0] if call.args else None
            yield named.value if isinstance(named, nodes.Const) and isinstance(named.value, str) else None
