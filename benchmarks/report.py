"""Writes the table of results, for the terminal and into README.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.measure import Row

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- results: written by `make bench` -->", "<!-- end of results -->"
_VERSIONS = ("jinja2", "markupsafe", "markdown", "itsdangerous", "segno", "hugo")


def table(rows: Iterable[Row]) -> list[str]:
    """Returns the lines of a Markdown table of the results."""
    lines = ["| what | Espalier | against | result | bar | |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        cells = (row.what, row.ours, row.theirs, row.result, row.bar, _verdict(row))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def commands(rows: Iterable[Row], options: Sequence[str] = ()) -> list[str]:
    """Returns the commands that run the benchmark of each row alone."""
    names = dict.fromkeys(row.name for row in rows)
    return [" ".join(["python -m benchmarks --only", name, *options]) for name in names]


def machine(load: float) -> str:
    """Describes the machine and the versions of the programs that were measured.

    ``load``: the system's load at the start; above 0.5, the text says that other processes were running.
    """
    versions = ", ".join(f"{name} {_version(name)}" for name in _VERSIONS)
    cores = len(os.sched_getaffinity(0))
    busy = f"; {load:.1f} other processes wanted them when it began" if load > 0.5 else ""
    return f"{_processor()}, {cores} cores{busy}; Python {platform.python_version()}, {versions}"


def write(rows: Sequence[Row], about: str, readme: Path = README) -> None:
    """Replaces the results in README.md, between the marks BEGIN and END."""
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    shell = ["```sh", *commands(rows), "```"]
    text = "\n".join([BEGIN, "", *table(rows), "", f"{about}.", "", "Each alone:", "", *shell, "", END])
    readme.write_text(before + text + after, encoding="utf-8")


def _verdict(row: Row) -> str:
    return "" if row.met is None else "met" if row.met else "**not met**"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
