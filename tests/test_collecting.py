"""Every test is found: pytest leaves out folders by their names, and says nothing of it."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from tests.conftest import ROOT


def test_no_folder_with_tests_is_left_out(pytestconfig: pytest.Config) -> None:
    left_out = pytestconfig.getini("norecursedirs")
    folders = {folder for file in (ROOT / "tests").rglob("test_*.py") for folder in file.relative_to(ROOT).parts[:-1]}
    assert "build" in folders
    assert [each for each in sorted(folders) if any(fnmatch(each, pattern) for pattern in left_out)] == []
