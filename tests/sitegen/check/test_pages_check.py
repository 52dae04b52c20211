"""The pages of a site are checked in a process of their own as they are in this one."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from sitegen.check import pages_check, people, rendering
from sitegen.check.rendering import Pages
from sitegen.errors import EspalierError, Fault
from sitegen.site import site as sites
from sitegen.token import TokenSigner

# The process of the tests has threads of its own; that of the command has none.
pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")


def faults(folder: Path, signer: TokenSigner, *, apart: bool) -> tuple[Fault, ...]:
    site = sites.load(folder)
    try:
        with pages_check.begun(site, signer, apart=apart) as pages, people.opened(site) as (members, _):
            pages.go_on(members)
            pages.finish()
    except EspalierError as error:
        return error.faults
    return ()


@pytest.mark.parametrize("apart", [False, True])
def test_a_sound_site_has_no_faults(folder: Path, signer: TokenSigner, apart: bool) -> None:
    assert faults(folder, signer, apart=apart) == ()


def test_the_faults_are_the_same(folder: Path, signer: TokenSigner) -> None:
    for page in folder.glob("pages/en/*.md"):
        with page.open("a", encoding="utf-8") as file:
            file.write("\n## One {#same}\n\n### Two {#same}\n\n[away](/nowhere)\n")
    found = faults(folder, signer, apart=True)
    assert found == faults(folder, signer, apart=False)
    assert len(found) > 1


def test_a_process_that_dies_is_told(folder: Path, signer: TokenSigner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pages, "check", lambda *arguments: os.kill(os.getpid(), signal.SIGKILL))
    (fault,) = faults(folder, signer, apart=True)
    assert fault.message == "the pages cannot be checked: a process ended early (exit status -9)"


def test_a_process_that_died_before_is_told(folder: Path, signer: TokenSigner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_templates", lambda *arguments: os.kill(os.getpid(), signal.SIGKILL))
    (fault,) = faults(folder, signer, apart=True)
    assert fault.message.startswith("the pages cannot be checked: ")


def test_the_process_ends_with_the_block(folder: Path, signer: TokenSigner) -> None:
    with pytest.raises(KeyboardInterrupt), pages_check.begun(sites.load(folder), signer, apart=True):
        assert len(multiprocessing.active_children()) == 1
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()
