"""Measures the first build of the sample company with its portraits, against the same build by an earlier commit.

Both run with their bytecode cached, as installed programs do.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from benchmarks.measure import Row, in_turn, percent, seconds
from benchmarks.workshop import Workshop

BAR = 0.5
"""The share of the earlier commit's time that a first build may take."""
NAME = "first"
EARLIER = "95ee2b3"
"""The commit before photos were scaled in all processes."""
_ROOT = Path(__file__).resolve().parent.parent
_PROGRAM = ("sitegen", "themes")


def measure(shop: Workshop, turns: int) -> Row:
    """Measures both and returns the row; it is not measured where the repository lacks the earlier commit."""
    what = "first build of the sample company, portraits scaled"
    earlier = shop.fresh("earlier")
    if not _extract(earlier):
        return Row(NAME, what, "not measured", f"no commit {EARLIER} here", "not measured", _bar(), None)
    content = Path(shutil.copytree(_ROOT / "content", shop.fresh("sample")))
    cache = shop.fresh("bytecode")
    programs = _ROOT, earlier
    for program in programs:  # fills the cache
        _build(shop, program, content, cache)
    ours, theirs = (lambda each=each: _build(shop, each, content, cache) for each in programs)
    pairs = in_turn(turns, ours, theirs)
    share = pairs.share()
    figures: dict[str, object] = {"ours": pairs.ours, "theirs": pairs.theirs, "share": share.values}
    met = share.middle <= BAR
    return Row(
        NAME, what, seconds(pairs.ours), f"{EARLIER} {seconds(pairs.theirs)}", percent(share), _bar(), met, figures
    )


def _bar() -> str:
    return f"≤ {BAR:.0%}".replace("%", " %")


def _extract(folder: Path) -> bool:
    """Writes the program as it was at the earlier commit, and returns whether the repository has that commit."""
    command = ["git", "-C", _ROOT, "archive", "--format=tar", EARLIER, *_PROGRAM]
    try:
        packed = subprocess.run(command, capture_output=True, check=True).stdout
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return True


def _build(shop: Workshop, program: Path, content: Path, cache: Path) -> float:
    """Builds the site with the program in a folder into a new one, and returns the seconds of the whole process."""
    environ = [f"PYTHONPATH={program}", f"PYTHONPYCACHEPREFIX={cache}", "PYTHONDONTWRITEBYTECODE="]
    command = [sys.executable, "-P", "-m", "sitegen", "build", content, "--out", shop.fresh("first"), "--quiet"]
    return shop.run(["env", *environ, *command]).seconds
