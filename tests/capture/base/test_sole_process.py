"""The lock that one process at a time holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from capture.base import sole_process
from capture.base.sole_process import SoleProcessError
from sitegen.errors import Fault


@pytest.fixture
def hold(tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    return lambda: sole_process.sole_process(tmp_path / "deep" / "lock", lambda holder: Fault(f"taken by {holder}"))


def test_one_at_a_time(hold: Callable[[], AbstractContextManager[None]], tmp_path: Path) -> None:
    for _ in range(2):
        with hold():
            with pytest.raises(SoleProcessError, match=f"^taken by process {os.getpid()}$"), hold():
                raise AssertionError
            assert (tmp_path / "deep" / "lock").stat().st_mode & 0o077 == 0
    with hold():
        pass


def test_it_is_free_when_the_last_forked_process_has_ended(
    hold: Callable[[], AbstractContextManager[None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, opened = os.pipe()
    with hold():
        child = os.fork()
        if not child:
            os.close(opened)
            os.read(gate, 1)
            os._exit(0)
    # The process that took it lives, so that nothing is waited for.
    with pytest.raises(SoleProcessError), hold():
        raise AssertionError
    # Of one that is gone it is believed that what it forked ends soon.
    (tmp_path / "deep" / "lock").write_text("99999999\n")
    monkeypatch.setattr(sole_process, "ORPHANS_SECONDS", 0.3)
    with pytest.raises(SoleProcessError, match="process 99999999"), hold():
        raise AssertionError
    os.close(opened)
    os.waitpid(child, 0)
    os.close(gate)
    with hold():
        pass


def test_a_child_that_leaves_the_block_frees_nothing(hold: Callable[[], AbstractContextManager[None]]) -> None:
    with hold():
        child = os.fork()
        if not child:
            try:
                with hold():
                    os._exit(2)
            except SoleProcessError:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with pytest.raises(SoleProcessError), hold():
            raise AssertionError


@pytest.mark.parametrize("content", ["", "no number", "9" * 30, "0"])
def test_what_is_left_in_the_file_does_not_matter(
    hold: Callable[[], AbstractContextManager[None]], tmp_path: Path, content: str
) -> None:
    with hold():
        pass
    (tmp_path / "deep" / "lock").write_text(content)
    with hold():
        assert (tmp_path / "deep" / "lock").read_text() == f"{os.getpid()}\n"


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for path in (tmp_path / "file" / "lock", tmp_path, tmp_path / "link"):
        with (
            pytest.raises(SoleProcessError, match="cannot be locked: "),
            sole_process.sole_process(path, lambda holder: Fault("taken")),
        ):
            raise AssertionError
