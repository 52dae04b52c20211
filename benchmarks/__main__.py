"""``python -m benchmarks``: runs the benchmarks and prints a table. Exit status 1: a figure does not reach its bar."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks import again, checking, compose, disk, first, hugo, memory, report, serving
from benchmarks.measure import Row
from benchmarks.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much each benchmark measures: numbers of members, and how often each pair is measured."""

    turns: int = 3
    compose_turns: int = 7
    warm: int = 2_000
    composed: int = 200
    small: int = 1_000
    large: int = 10_000
    few: int = 1_000
    again: int = 100_000
    many: int = 1_000_000
    checked: int = 100_000
    served: int = 100_000
    load: serving.Load = field(default_factory=serving.Load)


FULL = Sizes()
QUICK = Sizes(
    compose_turns=3,
    composed=50,
    large=2_000,
    again=10_000,
    many=100_000,
    checked=20_000,
    served=5_000,
    load=serving.Load(seconds=2),
)
Measure = Callable[[Workshop, Sizes], Sequence[Row]]

MEASURES: dict[str, Measure] = {
    "compose-almanac": lambda shop, sizes: _composed(shop, sizes, "compose-almanac", compose.almanac, 25),
    "compose-heavy": lambda shop, sizes: _composed(shop, sizes, "compose-heavy", compose.heavy, 12),
    "hugo-small": lambda shop, sizes: [hugo.measure(shop, "hugo-small", sizes.small, 3, sizes.turns)],
    "hugo-large": lambda shop, sizes: [hugo.measure(shop, "hugo-large", sizes.large, 6, sizes.turns)],
    disk.NAME: lambda shop, sizes: [disk.measure(shop, sizes.large, sizes.turns)],
    memory.NAME: lambda shop, sizes: [memory.measure(shop, sizes.few, sizes.many)],
    again.NAME: lambda shop, sizes: again.measure(shop, sizes.again, 1 if sizes.again >= again.MANY else sizes.turns),
    first.NAME: lambda shop, sizes: [first.measure(shop, sizes.turns)],
    checking.NAME: lambda shop, sizes: [checking.measure(shop, sizes.checked, sizes.turns)],
    serving.NAME: lambda shop, sizes: [serving.measure(shop, sizes.served, sizes.turns, sizes.load)],
}


def run(names: Sequence[str], sizes: Sizes, folder: Path | None = None) -> Iterator[Row]:
    """Runs the benchmarks with these names, in the order of MEASURES, and yields the rows of the table."""
    with Workshop(folder) as shop:
        for name, measure in MEASURES.items():
            if name in names:
                yield from measure(shop, sizes)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmarks that the command line asks for; returns the exit status, 1 if a bar was not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer members; the bars stay those of the full run")
    parser.add_argument("--only", action="append", choices=list(MEASURES), help="measure this alone; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    parser.add_argument("--folder", type=Path, help="where to build; a disk rather than memory, for fair figures")
    chosen = parser.parse_args(arguments)
    about = report.machine(os.getloadavg()[0])
    sizes = QUICK if chosen.quick else FULL
    rows = []
    _say(about)
    for row in run(chosen.only or list(MEASURES), sizes, chosen.folder):
        rows.append(row)
        _say(f"\n{row.name}: {row.what}\n  Espalier {row.ours}\n  against  {row.theirs}")
        _say(f"  {row.result}, must be {row.bar}: {_verdict(row)}")
        if chosen.json:  # at once: removing the trees takes a while
            figures = {"about": about, "rows": [asdict(each) for each in rows]}
            chosen.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    options = ["--quick"] if chosen.quick else []
    _say("\n".join(["", *report.table(rows), "", "each alone:", *report.commands(rows, options)]))
    if chosen.write:
        report.write(rows, about)
    return int(any(row.met is False for row in rows))


def _composed(shop: Workshop, sizes: Sizes, name: str, make: compose.Make, bar: float) -> Sequence[Row]:
    bench = make(shop, sizes.warm)
    return compose.measure(name, bench, bar, turns=sizes.compose_turns, measured=sizes.composed)


def _verdict(row: Row) -> str:
    return "not measured" if row.met is None else "met" if row.met else "not met"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
