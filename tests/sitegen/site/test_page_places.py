"""Pages at addresses where something else is, so that nobody would see them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sitegen.errors import EspalierError
from sitegen.site import site as sites
from sitegen.site.page_places import capture_folder
from tests.conftest import SITES


def told(tmp_path: Path, name: str, front: str = "title: X", capture: str | None = None) -> list[str]:
    folder = tmp_path / "site"
    shutil.copytree(SITES / "path" / "input", folder)
    page = folder / "pages" / "en" / f"{name}.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(f"---\n{front}\n---\nText\n", encoding="utf-8")
    try:
        sites.load(folder, capture_url=capture)
    except EspalierError as error:
        return [f"{Path(str(each.where)).name}:{each.line}: {each.message}" for each in error.faults]
    return []


@pytest.mark.parametrize("name", ["es", "es/tea", "assets", "assets/tea"])
def test_a_page_where_something_else_is(name: str, tmp_path: Path) -> None:
    (fault,) = told(tmp_path, name)
    assert f': the page would be at "{name}/", where ' in fault


def test_a_page_where_the_capture_service_is(tmp_path: Path) -> None:
    folder = SITES / "path" / "input" / "site.toml"
    own = folder.read_text(encoding="utf-8").partition('url = "')[2].partition('"')[0]
    (fault,) = told(tmp_path, "tea", "title: X\nslug: sign/up", f"{own.rstrip('/')}/sign")
    assert fault == 'tea.md:3: the page would be at "sign/up/", where the capture service is'


def test_a_slug_that_is_not_used(tmp_path: Path) -> None:
    assert 'home.md:3: slug: the page "home" is always at the root of the site' in told(
        tmp_path, "home", "title: X\nslug: start"
    )


def test_other_pages_are_right(tmp_path: Path) -> None:
    assert told(tmp_path, "essays") == []


@pytest.mark.parametrize(
    ("capture", "own", "folder"),
    [
        ("https://a.example/capture", "https://a.example", "capture"),
        ("https://a.example/shops/in/x", "https://a.example/shops", "in"),
        ("https://a.example/in", "https://a.example/shops", None),
        ("https://b.example/in", "https://a.example", None),
        ("https://a.example", "https://a.example", None),
    ],
)
def test_the_folder_of_the_capture_service(capture: str, own: str, folder: str | None) -> None:
    assert capture_folder(capture, own) == folder
