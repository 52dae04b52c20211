"""What every test may use: the small company "Pot & Kettle", keys, and ways to build it."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from sitegen.build.builder import build
from sitegen.build.options import BuildOptions, BuildSummary
from sitegen.token import TokenSigner

ROOT = Path(__file__).parent.parent
SITES = Path(__file__).parent / "sites"
# A run tries what the one before it tried, and no time is judged: neither chance nor a busy machine fails what holds.
# `pytest --hypothesis-profile=random` tries other values each time.
settings.register_profile("random", deadline=None)
settings.register_profile("same", deadline=None, derandomize=True)
settings.load_profile("same")

LONGEST_NAME = 80
"""The most characters of a value in a test's name."""
TOKEN_KEY = "0123456789abcdef0123456789abcdef-a-key-for-tests"
SECRET_KEY = "fedcba9876543210fedcba9876543210-another-key-for-tests"


def pytest_collection_finish() -> None:
    """What has been imported stays until the end: the collector of garbage need not search it again and again."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Long values are named by their beginning: writing out megabytes would take seconds of every run."""
    if isinstance(val, (str, bytes)) and len(val) > LONGEST_NAME:
        return f"{ascii(val[:LONGEST_NAME])[:LONGEST_NAME]}... ({len(val)})"
    return None


@pytest.fixture(autouse=True)
def _own_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the secrets or settings of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("ESPALIER_") and "REQUIRE" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ESPALIER_TOKEN_KEY", TOKEN_KEY)
    monkeypatch.setenv("ESPALIER_SECRET_KEY", SECRET_KEY)


@pytest.fixture
def signer() -> TokenSigner:
    return TokenSigner([TOKEN_KEY])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of Pot & Kettle's site folder, to change at will."""
    return Path(shutil.copytree(SITES / "path" / "input", tmp_path / "site"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "public"


@pytest.fixture
def rebuild(folder: Path, out: Path) -> Callable[..., BuildSummary]:
    """Reads the folder anew and builds it."""
    return lambda **options: build(build_options(folder, out, **options))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A current folder that holds nothing."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    monkeypatch.chdir(place)
    yield place


def build_options(folder: Path, out: Path, **options: Any) -> BuildOptions:
    """Options for a build, with the tests' key."""
    return BuildOptions(folder=folder, out=out, token_keys=(TOKEN_KEY,), **options)


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def replace_in(path: Path, old: str, new: str) -> None:
    """Changes one place of a text file that must be there."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")
