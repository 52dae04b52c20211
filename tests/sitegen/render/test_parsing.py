"""Templates are parsed once, and every reader gets the tree as it was written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import jinja2.environment
import pytest
from jinja2 import nodes
from jinja2.parser import Parser

from sitegen.check import people, rendering
from sitegen.render.renderer import Renderer
from sitegen.site import site as sites
from sitegen.token import TokenSigner


def test_a_template_is_parsed_once_to_be_checked_compiled_and_traced(
    folder: Path, signer: TokenSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = Counter[str | None]()

    def noting(environment: jinja2.Environment, source: str, name: str | None, filename: str | None) -> Parser:
        parsed[name] += 1
        return Parser(environment, source, name, filename)

    monkeypatch.setattr(jinja2.environment, "Parser", noting)
    site = sites.load(folder)
    with people.opened(site, frozen=False) as (roster, _):
        rendering.check(site, Renderer(site, signer), roster, learns=True)
    assert parsed["base.html"] == 1
    assert set(parsed.values()) == {1}


def test_what_the_compiler_folds_is_whole_for_the_next_reader(folder: Path, signer: TokenSigner) -> None:
    environment = Renderer(sites.load(folder), signer).environment
    source = "{{ 'a' ~ 'b' }}{{ 1 + 2 }}"
    trees = [environment.parse(source, "x", "x.html")]
    environment.compile(source, "x", "x.html")
    trees.append(environment.parse(source, "x", "x.html"))
    for tree in trees:
        assert tree.find(nodes.Concat)
        assert tree.find(nodes.Add)
        assert {each.environment for each in tree.find_all(nodes.Node)} == {environment}
    other = environment.parse(source, "y", "x.html")
    assert other.find(nodes.Add) is not trees[0].find(nodes.Add)
