"""What the commands of both packages do alike at a terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import sitegen
from capture.commands import main as capture
from sitegen import terminal
from sitegen.cli import main as generator
from sitegen.errors import EspalierError, Fault


@pytest.mark.parametrize(("name", "command"), [("sitegen", generator), ("capture", capture)])
def test_the_version_names_the_program_and_the_distribution(name: str, command: click.Group) -> None:
    shown = CliRunner().invoke(command, ["--version"], prog_name=name)
    assert (shown.exit_code, shown.output) == (0, f"{name} (espalier-sites) {sitegen.version()}\n")


def group(**options: object) -> click.Group:
    """A group with a command that has two faults, and one that is interrupted."""

    @click.group(cls=terminal.FaultReportingGroup, **options)
    def main() -> None:
        pass

    @main.command()
    def faulty() -> None:
        raise EspalierError("one", Fault("two", where="here", line=3, hint="mend it"))

    @main.command()
    def long() -> None:
        raise KeyboardInterrupt

    return main


def test_faults_become_text_and_exit_status_1() -> None:
    found = CliRunner().invoke(group(), ["faulty"])
    assert (found.exit_code, found.stderr) == (1, "one\nhere:3: two\n  hint: mend it\n")
    assert CliRunner().invoke(group(counts_faults=True), ["faulty"]).stderr.endswith("mend it\n2 faults\n")


def test_an_interruption_is_explained_where_there_is_something_to_say() -> None:
    found = CliRunner().invoke(group(interrupted="go on later"), ["long"])
    assert (found.exit_code, found.stderr) == (130, "go on later\n")
    found = CliRunner().invoke(group(), ["long"])
    assert (found.exit_code, found.stderr.strip()) == (1, "Aborted!")


def test_logs_get_a_line_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal.progress_bar("rows", silent=False) as tell:
        tell(1, 10)
        monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0.0)
        tell(2, 10)
        tell(3, None)
    assert capsys.readouterr().err == "2 of 10 rows\n3 rows\n"


def test_silence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0.0)
    with terminal.progress_bar("rows", silent=True) as tell:
        tell(2, 10)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar() -> None:
    ours, theirs = pty.openpty()
    code = (
        "from sitegen.terminal import progress_bar\nwith progress_bar('rows', silent=False) as tell:\n    tell(7, 10)\n"
    )
    subprocess.run([sys.executable, "-c", code], stderr=theirs, env={**os.environ, "TERM": "xterm"}, check=True)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as screen, contextlib.suppress(OSError):
        drawn = b""
        while piece := screen.read(65536):
            drawn += piece
    assert b"rows" in drawn
    assert b"7/10" in drawn
