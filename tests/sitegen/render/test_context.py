"""The theme contract: what templates get is what context.py says, no more and no less."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta

from sitegen.check import people, rendering
from sitegen.errors import ThemeError
from sitegen.model import Campaign, Channel
from sitegen.render import context, hosts, templates
from sitegen.render.renderer import Renderer
from sitegen.site import site as sites
from sitegen.token import TokenSigner
from tests.conftest import ROOT

MEMBERS_OWN = {"member", "sponsor", "base", "home"}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(sites.load(ROOT / "content"), TokenSigner(["k" * 32]))


def documented() -> set[str]:
    return set(re.findall(r"^``(\w+)", context.__doc__ or "", re.MULTILINE))


def test_templates_get_exactly_the_documented_names(renderer: Renderer) -> None:
    planned = renderer.plan(renderer.site.company_variant)[0]
    assert planned.shared.keys() | renderer.environment.globals.keys() | MEMBERS_OWN == documented()


def test_every_field_of_the_contract_is_documented() -> None:
    """A field's meaning is its own docstring, its name (title, name, place …) or its class's."""
    tree = ast.parse(Path(context.__file__).read_text(encoding="utf-8"))
    plain = {"id", "slug", "name", "first_name", "email", "locale", "place", "title", "picture", "photo", "links"}
    plain |= {"company", "alt", "tone", "monogram"}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        assert ast.get_docstring(node), node.name
        for field, after in zip(node.body, [*node.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                has_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                assert has_text or field.target.id in plain, f"{node.name}.{field.target.id}"


@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
def test_themes_use_no_name_outside_the_contract(renderer: Renderer, theme: str) -> None:
    for path in (ROOT / "themes" / theme / "templates").rglob("*.html"):
        used = meta.find_undeclared_variables(renderer.environment.parse(path.read_text(encoding="utf-8")))
        # What an including template sets is not seen from the included one, so only macros' names are exact;
        # rendering every template (below) proves the rest.
        assert not {name for name in used if name in {"request", "session", "g", "config"}}, path


@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
def test_every_template_is_rendered_by_the_sample_company(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: set[str] = set()
    real = templates.SiteLoader.get_source

    def noting(self: templates.SiteLoader, environment: jinja2.Environment, template: str) -> object:
        found = real(self, environment, template)
        loaded.add(str(found[1]))
        return found

    monkeypatch.setattr(templates.SiteLoader, "get_source", noting)
    site = sites.load(ROOT / "content", theme_name=theme)
    with people.roster(site) as roster:
        renderer = Renderer(site, TokenSigner(["k" * 32]))
        loaded.clear()
        shown = [(hosts.of_company(site), renderer.plan(site.company_variant))]
        for member, sponsor in rendering.samples(roster):
            host = hosts.of_member(site, member, sponsor, lambda name: None)
            shown.append((host, renderer.plan(site.member_variant(member.locale))))
        landing = renderer.landing_page(site.company_variant)
        assert landing is not None
        loaded.clear()
        for host, plan in shown:
            for planned in plan:
                renderer.render(planned, host)
        campaign = Campaign("radio7", None, Channel.RADIO)
        renderer.render(landing, renderer.landing(landing, hosts.of_company(site), campaign))
    of_theme = {str(path) for path in (ROOT / "themes" / theme / "templates").rglob("*.html")}
    assert of_theme <= loaded


def test_a_misspelt_field_is_an_error_with_file_and_line(renderer: Renderer) -> None:
    planned = renderer.plan(renderer.site.company_variant)[0]
    environment = renderer.environment.overlay(loader=jinja2.DictLoader({"x.html": "\n\n{{ page.titel }}"}))
    with pytest.raises(jinja2.UndefinedError, match=r'PageView has no "titel"\nhint: did you mean "title"\?'):
        environment.get_template("x.html").render(planned.shared)


def test_an_error_of_ours_keeps_its_own_type(renderer: Renderer) -> None:
    planned = dataclasses.replace(renderer.plan(renderer.site.company_variant)[0], shared={})
    with pytest.raises(ThemeError, match='unknown name "'):
        renderer.render(planned, hosts.of_company(renderer.site))
