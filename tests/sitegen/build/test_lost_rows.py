"""An address book that was cut off: the published tree still knows whose each address is."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from sitegen.build.builder import build
from sitegen.errors import EspalierError
from tests.conftest import SITES, build_options

HEADER = ("id", "name", "email", "status")


def written(folder: Path, *members: tuple[str, str]) -> None:
    with (folder / "members.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *((*each, f"{each[0]}@example.com", "active") for each in members)])


def given(folder: Path) -> dict[str, str]:
    rows = csv.DictReader((folder / "addresses.csv").read_text(encoding="utf-8").splitlines())
    return {each["slug"]: each["id"] for each in rows if each["id"]}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A published company whose members all have one name."""
    folder = Path(shutil.copytree(SITES / "path" / "input", tmp_path / "site"))
    for name in ("addresses.csv", "campaigns.csv"):
        (folder / name).unlink()
    written(folder, ("m1", "Ana"), ("m2", "Ana"), ("m3", "Ana"))
    build(build_options(folder, tmp_path / "public"))
    assert given(folder) == {"ana": "m1", "ana-2": "m2", "ana-3": "m3"}
    return folder


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_everybody_keeps_their_address(site: Path, tmp_path: Path, kept: int) -> None:
    lines = (site / "addresses.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (site / "addresses.csv").write_text("".join(lines[: 1 + kept]), encoding="utf-8")
    written(site, ("m4", "Ana"), ("m3", "Ana"), ("m2", "Ana"), ("m1", "Ana"))
    build(build_options(site, tmp_path / "public"))
    assert given(site) == {"ana": "m1", "ana-2": "m2", "ana-3": "m3", "ana-4": "m4"}


def test_a_machine_that_only_builds_invents_nothing(site: Path, tmp_path: Path) -> None:
    book = site / "addresses.csv"
    book.write_text(book.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(EspalierError):
        build(build_options(site, tmp_path / "public", frozen=True))
    assert given(site) == {}
    assert (tmp_path / "public" / "ana-3" / "index.html").exists()
