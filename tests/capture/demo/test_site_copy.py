"""The demo's copy of the site folder: what is in it, and that the original stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from capture.demo import site_copy
from sitegen.errors import EspalierError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name in ("site.toml", "pages/en/home.md", "public/index.html", ".git/config", "instance/espalier.env"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    return folder


def files(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def test_what_is_made_from_the_pages_stays_behind(folder, tmp_path):
    copy = site_copy.refresh(folder, folder / "instance")
    assert copy.name == "shop"
    assert copy.beside == folder / "instance" / "site"
    assert files(copy.beside / "shop") == {"site.toml", "pages/en/home.md"}


def test_each_start_copies_anew(folder, tmp_path):
    copy = site_copy.refresh(folder, tmp_path / "instance")
    (copy.beside / "shop" / "campaigns.csv").write_text("code\n", encoding="utf-8")
    (folder / "pages" / "en" / "home.md").write_text("edited", encoding="utf-8")
    site_copy.refresh(folder, tmp_path / "instance")
    assert (copy.beside / "shop" / "pages" / "en" / "home.md").read_text(encoding="utf-8") == "edited"
    assert not (copy.beside / "shop" / "campaigns.csv").exists()
    assert not (folder / "campaigns.csv").exists()


def test_themes_beside_the_site_are_found_beside_the_copy(folder, tmp_path):
    (tmp_path / "themes" / "own").mkdir(parents=True)
    copy = site_copy.refresh(folder, tmp_path / "instance")
    assert (copy.beside / "themes" / "own").is_dir()
    site_copy.refresh(folder, tmp_path / "instance")
    assert (tmp_path / "themes" / "own").is_dir()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(EspalierError, match="cannot be copied"):
        site_copy.refresh(tmp_path / "nowhere", tmp_path / "instance")
