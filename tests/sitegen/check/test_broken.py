"""Deliberately broken sites, one fault each, with the exact text a person gets to read.

``tests/broken/site-<fault>/`` holds the files that take the place of Pot & Kettle's, perhaps a ``removed.txt``
with files to take away, and ``expected.txt``: what ``sitegen check`` prints.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sitegen.cli import main
from sitegen.roster import portions
from tests.conftest import ROOT, SITES

BROKEN = ROOT / "tests" / "broken"
NAMES = sorted(path.name for path in BROKEN.glob("site-*"))


@pytest.mark.parametrize("name", NAMES)
def test_the_message_is_exact(name: str, tmp_path: Path) -> None:
    found = told_of(name, tmp_path)
    assert found.exit_code == 1
    assert found.stdout == ""
    assert found.stderr == (BROKEN / name / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")  # pytest's threads
@pytest.mark.parametrize("name", NAMES)
def test_several_processes_tell_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "LEAST", 1)
    monkeypatch.setattr(portions, "_processors", lambda: 2)
    test_the_message_is_exact(name, tmp_path)
    assert not multiprocessing.active_children()


def told_of(name: str, tmp_path: Path) -> Result:
    """Lays the broken files over a copy of the site and checks it, as a user would."""
    site = tmp_path / "site"
    shutil.copytree(SITES / "path" / "input", site)
    removed = BROKEN / name / "removed.txt"
    if removed.is_file():
        for each in removed.read_text(encoding="utf-8").split():
            (site / each).unlink()
    for source in (BROKEN / name).rglob("*"):
        if source.is_file() and source.name not in {"expected.txt", "removed.txt"}:
            target = site / source.relative_to(BROKEN / name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    before = Path.cwd()
    os.chdir(tmp_path)  # so that messages name the same paths on every machine
    try:
        return CliRunner().invoke(main, ["check", "site"])
    finally:
        os.chdir(before)
