"""No id stands twice on a page, and links lead to what is meant, whatever the headings and the theme."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sitegen.check import links, people, rendering
from sitegen.errors import EspalierError
from sitegen.render import hosts
from sitegen.render.renderer import Renderer
from sitegen.site import site as sites
from sitegen.token import TokenSigner
from tests.conftest import ROOT

THEMES = ["almanac", "nightmarket"]
HEADINGS = ["Signup", "Menu", "Content", "Su email", "Signup title", "Hero title", "Code", "Menu"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample company, whose pages have headings that are called as elements of the theme are."""
    folder = Path(shutil.copytree(ROOT / "content", tmp_path_factory.mktemp("sample") / "content"))
    for page in folder.glob("pages/en/**/*.md"):
        with page.open("a", encoding="utf-8") as file:
            file.writelines(f"\n## {heading}\n\nText.[^1]\n" for heading in HEADINGS)
            file.write("\n[^1]: Small print.\n")
    return folder


@pytest.mark.parametrize("theme", THEMES)
def test_headings_and_the_theme_do_not_meet(sample: Path, theme: str, signer: TokenSigner) -> None:
    site = sites.load(sample, theme_name=theme)
    renderer = Renderer(site, signer)
    with people.opened(site) as (members, _):
        rendering.check(site, renderer, members)
    home = next(each for each in renderer.plan(site.company_variant) if each.page.key == "home")
    html = renderer.render(home, hosts.of_company(site)).decode()
    assert 'href="#signup"' in html
    assert '<h2 id="text-signup">Signup</h2>' in html
    assert links.read(html.encode()).anchors["signup"] == 1


def test_an_id_that_stands_twice_is_told_once(folder: Path, signer: TokenSigner) -> None:
    for page in folder.glob("pages/en/*.md"):
        with page.open("a", encoding="utf-8") as file:
            file.write("\n## One {#same}\n\n### Two {#same}\n")
    site = sites.load(folder)
    with people.opened(site) as (members, _), pytest.raises(EspalierError) as caught:
        rendering.check(site, Renderer(site, signer), members)
    (fault,) = caught.value.faults
    assert fault.message == 'the id "same" stands on this page twice'
    assert fault.hint is not None
    assert "more pages" in fault.hint


def test_links_to_ids_in_other_scripts() -> None:
    pages = {"https://a.example/": links.read('<h2 id="cuánto">x</h2>'.encode())}
    pages["https://a.example/"].links += ["#cuánto", "#cu%C3%A1nto", "#cuanto"]
    assert list(links.broken(pages, set(), "https://a.example/", set())) == [("https://a.example/", "#cuanto")]
