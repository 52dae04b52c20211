"""Whole output trees, byte for byte. ``python -m tests.golden`` makes them anew after a wanted change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SITES, tree
from tests.golden import built, compared

NAMES = sorted(path.name for path in SITES.iterdir() if (path / "input").is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_the_tree_is_the_golden_one(name: str, tmp_path: Path) -> None:
    built(name, tmp_path / "out")
    expected = compared(tree(SITES / name / "golden"))
    found = compared(tree(tmp_path / "out"))
    assert found.keys() == expected.keys()
    for path, content in expected.items():
        assert found[path] == content, path
