"""Runs an earlier commit of the program beside today's, both with their bytecode cached, as installed programs do."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measure import Row, in_turn, percent, seconds
from benchmarks.workshop import Workshop

_ROOT = Path(__file__).resolve().parent.parent
_SAMPLE = "content"
_TAKEN = ("sitegen", "themes", _SAMPLE)

Run = Callable[[Sequence[str | Path]], float]
"""Runs ``sitegen`` with arguments, and returns the seconds of the whole process."""

Measured = Callable[[Run], float]
"""Runs what is measured with one of the two programs, and returns its seconds."""


class Commands:
    """Runs ``sitegen`` of today and of an earlier commit in a workshop, and returns the seconds of whole processes."""

    def __init__(self, shop: Workshop, commit: str) -> None:
        """Raises LookupError where the repository lacks the commit."""
        self._shop = shop
        self._cache = shop.fresh("bytecode")
        self._earlier = shop.fresh("earlier")
        _extract(commit, self._earlier)

    @property
    def sample(self) -> Path:
        """The folder of the sample company as it was at the earlier commit."""
        return self._earlier / _SAMPLE

    def now(self, arguments: Sequence[str | Path]) -> float:
        """Runs today's program."""
        return self._run(_ROOT, arguments)

    def before(self, arguments: Sequence[str | Path]) -> float:
        """Runs the earlier commit's program."""
        return self._run(self._earlier, arguments)

    def _run(self, program: Path, arguments: Sequence[str | Path]) -> float:
        environ = [f"PYTHONPATH={program}", f"PYTHONPYCACHEPREFIX={self._cache}", "PYTHONDONTWRITEBYTECODE="]
        return self._shop.run(["env", *environ, sys.executable, "-P", "-m", "sitegen", *arguments]).seconds


def measure(
    shop: Workshop, name: str, what: str, bar: float, commit: str, turns: int, prepared: Callable[[Commands], Measured]
) -> Row:
    """Measures a command of today and of an earlier commit in turn, and returns the row of a table: the share of the
    earlier time, or that it was not measured where the repository lacks the commit.

    ``prepared``: makes what the command needs, and returns the function that runs it with a program.
    """
    wanted = f"≤ {100 * bar:g} %"
    try:
        commands = Commands(shop, commit)
    except LookupError as error:
        return Row(name, what, "not measured", str(error), "not measured", wanted, None)
    spent = prepared(commands)
    for run in (commands.now, commands.before):  # fills the caches
        spent(run)
    pairs = in_turn(turns, lambda: spent(commands.now), lambda: spent(commands.before))
    share = pairs.share()
    figures: dict[str, object] = {"ours": pairs.ours, "theirs": pairs.theirs, "share": share.values}
    met = share.middle <= bar
    theirs = f"{commit} {seconds(pairs.theirs)}"
    return Row(name, what, seconds(pairs.ours), theirs, percent(share), wanted, met, figures)


def _extract(commit: str, folder: Path) -> None:
    command = ["git", "-C", _ROOT, "archive", "--format=tar", commit, *_TAKEN]
    try:
        packed = subprocess.run(command, capture_output=True, check=True).stdout
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise LookupError(f"no commit {commit} here") from error
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
