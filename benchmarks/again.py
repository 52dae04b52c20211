"""Measures a second build, after one member of many changed and after nothing changed, against the full build.

Which files were written is seen from outside: by their inode, size and time before and after.
"""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path
from typing import Any

from benchmarks import company
from benchmarks.measure import Pairs, Row, percent, seconds
from benchmarks.members import COLUMNS
from benchmarks.workshop import Workshop

BAR = 0.15
"""The share of a full build's time that a second build may take."""

BAR_OF_MANY = 0.015
"""The same with ``MANY`` members or more: what a build does for every member weighs most then."""

MANY = 100_000
NAME = "again"


def measure(shop: Workshop, count: int, turns: int) -> list[Row]:
    """Measures both second builds and returns their rows. Raises AssertionError if a file was written needlessly."""
    site = company.sample(shop.fresh("changing"), count)
    full: list[float] = []
    one: list[float] = []
    nothing: list[float] = []
    counts: list[dict[str, Any]] = []
    for turn in range(turns):
        out = shop.fresh("again")
        ran, _ = shop.build(site, out)
        full.append(ran.seconds)
        slug = change(site / "members.csv", turn * 7 + count // 2, f"Turn {turn} of the benchmark.")
        before = stamps(out)
        ran, summary = shop.build(site, out)
        one.append(ran.seconds)
        after = stamps(out)
        written = {path for path in after if after[path] != before.get(path)}
        assert written, "the change was not built"
        assert all(path.startswith(f"{slug}/") for path in written), written
        counts.append({"files": len(written), "said": summary["written"]})
        ran, summary = shop.build(site, out)
        nothing.append(ran.seconds)
        assert stamps(out) == after, "a file was written though nothing had changed"
        assert summary["written"] == 0, summary["written"]
        shutil.rmtree(out)  # of many members there is not room for two
    what = f"one member changed of {count:,}: {counts[0]['files']} files written, all of them the member's"
    rows = [(what, one), (f"nothing changed, {count:,} members: no file written", nothing)]
    bar = BAR_OF_MANY if count >= MANY else BAR
    return [_row(text, Pairs(tuple(spent), tuple(full)), bar) for text, spent in rows]


def _row(what: str, pairs: Pairs, bar: float) -> Row:
    share = pairs.share()
    return Row(
        NAME,
        what,
        seconds(pairs.ours),
        f"full build {seconds(pairs.theirs)}",
        percent(share),
        f"≤ {100 * bar:g} %",
        share.middle <= bar,
        {"ours": pairs.ours, "theirs": pairs.theirs, "share": share.values},
    )


def change(roster: Path, number: int, tagline: str) -> str:
    """Changes one member's tagline in the roster and returns the member's slug. No other member's page shows it."""
    with roster.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[number]["tagline"] = tagline
    with roster.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return rows[number]["slug"]


def stamps(root: Path) -> dict[str, tuple[int, int, int]]:
    """Returns the inode, size and time (ns) of every file below a folder, by its path."""
    found: dict[str, tuple[int, int, int]] = {}
    start = len(os.fspath(root)) + 1
    for folder, _, files in os.walk(root):
        for name in files:
            path = f"{folder}/{name}"
            seen = os.stat(path)  # noqa: PTH116 - 120,000 of them
            found[path[start:]] = (seen.st_ino, seen.st_size, seen.st_mtime_ns)
    return found
