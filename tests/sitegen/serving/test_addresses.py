"""In production, addresses lead where they always led, and a roster that was cut off takes nobody from the web."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sitegen.render.resolver import Moved
from sitegen.serving.production import renewing
from sitegen.serving.production.renewing import ServeOptions, SnapshotRenewer
from sitegen.serving.snapshot import NothingHere, OnMemberSite
from tests.conftest import TOKEN_KEY, replace_in


@pytest.fixture
def renewer(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SnapshotRenewer:
    monkeypatch.setattr(renewing, "_SETTLED", 0.01)
    monkeypatch.setattr(renewing, "_ROSTER_SETTLED", 0.02)
    book = folder / "addresses.csv"
    with book.open("a", encoding="utf-8") as file:
        file.write("m1,ana-obrien,2020-01-01,2021-01-01,\nm77,left,2020-01-01,,\n,kept,2020-01-01,,ours\n")
    return _made(folder, tmp_path)


def _made(folder: Path, tmp_path: Path, **more: int) -> SnapshotRenewer:
    options = ServeOptions(folder=folder, token_keys=(TOKEN_KEY,), instance=tmp_path / "instance", threads=1, **more)
    return SnapshotRenewer(options)


def test_former_addresses_lead_on_and_those_of_people_who_left_are_gone(renewer: SnapshotRenewer) -> None:
    here = renewer.files.snapshot.below_root
    assert here("/", "ana-obrien/c/tea/") == Moved("/ana/c/tea/")
    assert here("/", "ana-obrien/") == Moved("/ana/")
    assert here("/", "left/c/radio7/") == NothingHere(gone=True)
    assert here("/", "kept/") == here("/", "never/") == NothingHere()


def test_a_roster_that_was_cut_off_does_not_go_live(
    renewer: SnapshotRenewer, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    roster = folder / "members.csv"
    whole = roster.read_text(encoding="utf-8")
    roster.write_text(whole.partition("\n")[0] + "\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert not renewer.renew()
    assert "would take down" in caplog.text
    assert isinstance(renewer.files.snapshot.below_root("/", "ana/"), OnMemberSite)
    with pytest.raises(Exception, match="would take down"):
        _made(folder, tmp_path)  # a restart is no way round it
    allowed = _made(folder, tmp_path, remove_up_to=99)
    assert allowed.files.snapshot.below_root("/", "ana/") == NothingHere(gone=True)


def test_a_server_gives_no_address_and_a_bad_row_changes_nothing(
    renewer: SnapshotRenewer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    replace_in(folder / "members.csv", "m1,ana,Ana O'Brien", "m1,ana,")
    with (folder / "members.csv").open("a", encoding="utf-8") as file:
        file.write("m9,,New One,,new@example.com,,,,,,,m1,en,GB,active,\n")
    with caplog.at_level(logging.WARNING):
        assert renewer.renew()
    assert 'an address for member "m9" is not given yet' in caplog.text
    assert "name is missing" in caplog.text
    snapshot = renewer.files.snapshot
    assert snapshot.below_root("/", "new-one/") == NothingHere()
    found = snapshot.lookup.by_slug("ana")
    assert found is not None and found.member.name == "Ana O'Brien"
