"""Never stale: whatever is changed, a build over the old tree gives what a build from scratch gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from sitegen.build import up_to_date
from sitegen.build.builder import build
from sitegen.build.manifest import Manifest
from sitegen.build.options import BuildOptions, Compression
from tests.conftest import SITES, build_options, replace_in, tree

Change = Callable[[Path], None]


def edit(path: str, old: str, new: str) -> Change:
    return lambda folder: replace_in(folder / path, old, new)


def write(path: str, text: str) -> Change:
    def change(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")

    return change


def remove(path: str) -> Change:
    return lambda folder: (folder / path).unlink()


def redraw(folder: Path) -> None:
    Image.new("RGB", (40, 30), (200, 0, 0)).save(folder / "photos" / "ana.png")


PLAIN = "themes/plain"
CHANGES: dict[str, Change] = {
    "front matter: title": edit("pages/en/about.md", "title: About", "title: About us"),
    "front matter: price": edit("pages/en/about.md", "12.50 EUR", "13.00 EUR"),
    "front matter: slug": edit("pages/es/about.md", "slug: quienes-somos", "slug: nosotros"),
    "front matter: picture text": edit("pages/en/home.md", "picture_alt: A leaf", "picture_alt: One leaf"),
    "Markdown": edit("pages/es/about.md", "Texto.", "Otro texto."),
    "a new page": write("pages/en/new.md", "---\ntitle: New\nnav: New\n---\nNew."),
    "a page gone": lambda folder: (
        remove("pages/es/about.md")(folder),
        edit("pages/es/thanks.md", "Gracias.", "Adiós.")(folder),
    )[0],
    "template of the parent theme": edit(f"{PLAIN}/templates/base.html", "<h1>", '<h1 class="title">'),
    "template of the child theme": edit("themes/child/templates/page.html", "<div>", '<div class="x">'),
    "a template that hides the parent's": write(
        "themes/child/templates/base.html",
        "<!doctype html><html>{% block main %}{% include page.body %}{% endblock %}</html>",
    ),
    "macro": edit("themes/child/templates/macros.html", "Hello", "Good day"),
    "style sheet": edit(f"{PLAIN}/static/dot.svg", 'width="1"', 'width="2"'),
    "part of a style sheet": write("themes/child/static/parts/base.css", "body { margin: 1px }"),
    "words": edit("themes/child/strings/en.toml", "Off it goes", "Away"),
    "setting of the theme": edit("site.toml", "#226644", "#226645"),
    "default of the child theme": edit("themes/child/theme.toml", "width = 72", "width = 71"),
    "picture": edit("pictures/leaf.svg", 'width="40"', 'width="44"'),
    "config: company": edit("site.toml", 'name = "Pot & Kettle"', 'name = "Kettle & Pot"'),
    "config: consent": edit("site.toml", "{member} and {company} may write to me.", "{member}, {company}: write."),
    "config: address": edit("site.toml", "https://potandkettle.example", "https://kettle.example/shops"),
    "config: layout": edit("site.toml", 'layout = "path"', 'layout = "subdomain"'),
    "config: capture": edit("site.toml", "https://sign.potandkettle.example", "https://s.example"),
    "config: languages of members": edit("site.toml", 'member_locales = "all"', 'member_locales = "own"'),
    "config: canonical": edit("site.toml", "self_canonical_words = 8", "self_canonical_words = 800"),
    "config: theme": edit("site.toml", 'name = "child"', 'name = "plain"'),
    "photo": redraw,
    "photo gone from the roster": edit("members.csv", "ana.png", ""),
    "story": edit("members.csv", "**tea**", "*tea*"),
    "sponsor's name": edit("members.csv", "Ana O'Brien", "Anna O'Brien"),
    "sponsor gone": edit("members.csv", ",es,ES,active,2019-05-01", ",es,ES,inactive,2019-05-01"),
    "locale of a member": edit("members.csv", ",es,ES,active,2019-05-01", ",en,ES,active,2019-05-01"),
    "slug of a member": edit("members.csv", "m1,ana,", "m1,anita,"),
    "page of campaigns": edit("pages/es/campaign.md", "tiene el agua", "tiene ya el agua"),
    "page of campaigns of the company": edit("pages/en/campaign.md", "The kettle is on.", "Come in."),
    "template of campaigns": edit(f"{PLAIN}/templates/campaign.html", "<p>{{ t", '<p class="by">{{ t'),
    "greeting of a channel": edit(f"{PLAIN}/strings/es.toml", "Nos oíste en la radio", "Nos oíste por la radio"),
    "a new campaign": lambda folder: append(folder / "campaigns.csv", "bus,m2,newspaper,,,\n"),
    "a new campaign of the company": lambda folder: append(folder / "campaigns.csv", "bus,,newspaper,,,\n"),
    "channel of a campaign": edit("campaigns.csv", "tea,m1,flyer", "tea,m1,event"),
    "channel of the company's": edit("campaigns.csv", "fair,,event", "fair,,flyer"),
    "code of a campaign": edit("campaigns.csv", "radio7,", "radio8,"),
    "owner of a campaign": edit("campaigns.csv", "tea,m1,", "tea,m2,"),
    "a campaign to the company": edit("campaigns.csv", "tea,m1,", "tea,,"),
    "a campaign gone": edit("campaigns.csv", "tea,m1,flyer,,,\n", ""),
    "the company's gone": edit("campaigns.csv", "fair,,event,Autumn fair,2026-09-01,2026-09-03\n", ""),
    "all campaigns gone": remove("campaigns.csv"),
    "a member with a campaign comes back": edit("members.csv", ",en,GB,inactive,", ",en,GB,active,"),
    "a member with a campaign leaves": edit("members.csv", ",en,GB,active,", ",en,GB,inactive,"),
    "config: pixel": lambda folder: append(folder / "site.toml", "\n[visits]\npixel = false\n"),
    "a new member": lambda folder: append(
        folder / "members.csv", "m9,,New One,,new@example.com,,,,,,,m1,en,GB,active,\n"
    ),
}


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.fixture(scope="module")
def built_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a child theme and all else that can change, and its built tree beside it."""
    place = tmp_path_factory.mktemp("before")
    folder = Path(shutil.copytree(SITES / "path" / "input", place / "site"))
    shutil.copytree(SITES / "subdomain" / "input" / "themes" / "child", folder / "themes" / "child")
    replace_in(folder / "site.toml", 'name = "plain"', 'name = "child"')
    replace_in(
        folder / "site.toml",
        'locales = ["en", "es"]',
        'layout = "path"\nmember_locales = "all"\nlocales = ["en", "es"]',
    )
    write("themes/child/templates/macros.html", "{% macro hello(who) %}Hello {{ who }}{% endmacro %}")(folder)
    replace_in(
        folder / "themes" / "child" / "templates" / "page.html",
        "<div>",
        '<div>{% from "macros.html" import hello %}{{ hello(member.name if member else "you") }}',
    )
    build(build_options(folder, place / "out"))
    return place


@pytest.fixture
def place(built_before: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built_before, tmp_path / "place", copy_function=shutil.copy2))


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_any_kind(name: str, place: Path) -> None:
    build(build_options(place / "site", place / "out"))  # the copy has other stamps than the original
    before = tree(place / "out")
    CHANGES[name](place / "site")
    assert up_to_date.nothing_changed(build_options(place / "site", place / "out")) is None
    summary = build(build_options(place / "site", place / "out"))
    build(build_options(place / "site", place / "scratch"))
    assert tree(place / "out") == tree(place / "scratch")
    assert tree(place / "out") != before
    changed = {path for path, content in tree(place / "out").items() if before.get(path) != content}
    assert summary.written == len(changed), "nothing is written that did not change"


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("a new campaign", {"tom-co-b/c/bus/index.html"}),
        ("a new campaign of the company", {"c/bus/index.html"}),
        ("channel of a campaign", {"ana/c/tea/index.html"}),
        ("channel of the company's", {"c/fair/index.html"}),
        ("a campaign to the company", {"ana/c/tea/index.html", "c/tea/index.html"}),
        ("a campaign gone", {"ana/c/tea/index.html"}),
    ],
)
def test_a_changed_campaign_touches_its_page_alone(name: str, files: set[str], place: Path) -> None:
    options = build_options(place / "site", place / "out")
    build(options)
    before = {path: (place / "out" / path).stat().st_mtime_ns for path in tree(place / "out")}
    CHANGES[name](place / "site")
    build(options)
    after = {path: (place / "out" / path).stat().st_mtime_ns for path in tree(place / "out")}
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == files


def test_what_a_campaign_is_called_and_when_it_ends_writes_nothing(place: Path) -> None:
    options = build_options(place / "site", place / "out")
    build(options)
    replace_in(place / "site" / "campaigns.csv", "Morning show, spring", "Evening show")
    replace_in(place / "site" / "campaigns.csv", "2026-03-31", "2026-03-30")
    assert build(options).written == 0


@pytest.mark.parametrize(
    "change",
    [
        {"token_keys": ("another key of more than thirty-two characters",)},
        {"url": "https://other.example"},
        {"capture_url": "https://other.example"},
        {"theme": "plain"},
        {"compression": Compression.BESIDE},
        {"compression": Compression.ALONE},
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_options(change: dict[str, object], place: Path) -> None:
    changed = BuildOptions(
        **{
            "folder": place / "site",
            "out": place / "out",
            "token_keys": build_options(place, place).token_keys,
            **change,
        }
    )  # type: ignore[arg-type]
    build(build_options(place / "site", place / "out"))
    assert up_to_date.nothing_changed(changed) is None
    build(changed)
    build(replace(changed, out=place / "scratch"))
    assert tree(place / "out") == tree(place / "scratch")
    build(build_options(place / "site", place / "out"))
    build(build_options(place / "site", place / "first"))
    assert tree(place / "out") == tree(place / "first"), "and back again"


def test_another_version_of_ours(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(build_options(place / "site", place / "out"))
    monkeypatch.setattr("sitegen.version", lambda: "99")
    assert up_to_date.nothing_changed(build_options(place / "site", place / "out")) is None
    build(build_options(place / "site", place / "out"))
    build(build_options(place / "site", place / "scratch"))
    assert tree(place / "out") == tree(place / "scratch")


def test_nothing_changed_is_known_without_building(place: Path) -> None:
    options = build_options(place / "site", place / "out")
    first = build(options)
    again = up_to_date.nothing_changed(options)
    assert again is not None
    assert (again.members, again.pages, again.written) == (first.members, first.pages, 0)
    assert again.unchanged == len(tree(place / "out")) - len(list((place / "out" / "assets" / "photos").iterdir()))


def test_a_site_that_somebody_removed_is_written_again(place: Path) -> None:
    options = build_options(place / "site", place / "out")
    build(options)
    before = tree(place / "out")
    shutil.rmtree(place / "out" / "ana")
    assert up_to_date.nothing_changed(options) is None
    build(options)
    assert tree(place / "out") == before


@pytest.mark.parametrize("change", ["story", "a member with a campaign comes back", "a member with a campaign leaves"])
def test_a_build_that_looks_at_few_members_counts_all(change: str, place: Path) -> None:
    options = build_options(place / "site", place / "out")
    build(options)
    CHANGES[change](place / "site")
    few = build(options)
    whole = build(replace(options, fresh=True))
    assert (few.members, few.pages, few.written + few.unchanged) == (whole.members, whole.pages, whole.unchanged)


def test_a_change_and_its_undoing_between_two_cut_off_builds(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest must not trust what a build began and did not finish."""
    options = build_options(place / "site", place / "out")
    build(options)
    before = tree(place / "out")
    replace_in(place / "site" / "members.csv", "**tea**", "*coffee*")
    with monkeypatch.context() as patch:
        patch.setattr(
            "sitegen.build.manifest.Manifest.enter_sites", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            build(options)
    assert tree(place / "out") != before
    replace_in(place / "site" / "members.csv", "*coffee*", "**tea**")
    build(options)
    assert tree(place / "out") == before


@pytest.mark.parametrize("code", ["fair", "tea"])
def test_a_campaign_and_its_undoing_between_two_cut_off_builds(
    code: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = build_options(place / "site", place / "out")
    build(options)
    before = tree(place / "out")
    channels = {"fair": ("fair,,event", "fair,,flyer"), "tea": ("tea,m1,flyer", "tea,m1,event")}[code]
    replace_in(place / "site" / "campaigns.csv", *channels)
    kept = Manifest.enter_landings

    def cut_off(manifest: Manifest, written: Iterable[tuple[str, str, bytes | None]]) -> None:
        rows = list(written)
        if any(key is not None for _, _, key in rows):
            raise KeyboardInterrupt
        kept(manifest, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "enter_landings", cut_off)
        with pytest.raises(KeyboardInterrupt):
            build(options)
    assert tree(place / "out") != before
    replace_in(place / "site" / "campaigns.csv", *channels[::-1])
    build(options)
    assert tree(place / "out") == before
