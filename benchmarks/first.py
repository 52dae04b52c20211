"""Measures the first build of the sample company with its portraits, against the same build by an earlier commit.

The company is as it was at that commit, which knows nothing of what the sample has learnt since.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks import earlier
from benchmarks.measure import Row
from benchmarks.workshop import Workshop

BAR = 0.5
"""The share of the earlier commit's time that a first build may take."""
NAME = "first"
EARLIER = "95ee2b3"
"""The commit before photos were scaled in all processes."""


def measure(shop: Workshop, turns: int) -> Row:
    """Measures both and returns the row; it is not measured where the repository lacks the earlier commit."""
    what = "first build of the sample company, portraits scaled"

    def prepared(commands: earlier.Commands) -> earlier.Measured:
        content = Path(shutil.copytree(commands.sample, shop.fresh("sample")))
        return lambda run: run(["build", content, "--out", shop.fresh("first"), "--quiet"])

    return earlier.measure(shop, NAME, what, BAR, EARLIER, turns, prepared)
