"""A differential fuzzer: random templates and random members, stamped pages against plain Jinja.

    python -m tests.stamping.fuzz [--seed N] [--bundles N] [--minutes N]

Each seed makes one *bundle*: a page with its parents, includes and macros. A run prints its first seed; a
seed that found a difference finds it again.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from sitegen.stamping import Press
from tests.stamping.grammar import bundle

MEMBERS = 240


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str | None
    rank: int


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    nick: str | None
    bio: str | None
    age: int | None
    active: bool
    layout: str
    tags: tuple[str, ...]
    links: tuple[Link, ...]
    boss: Member | None = None

    @property
    def initials(self) -> str:
        return self.name[:1] + "."


def url(member: Member | None, page: str = "home") -> str:
    return f"/{member.name if member is not None else ''}/{page}?a=1&b=2"


def shout(value: Any) -> str:
    return f"{value}!"


_TEXTS = (
    "",
    "a",
    "Ana",
    "O'Neil & <Söhne>",
    "日本語 テキスト",
    "x" * 40,
    " spaced  out ",
    "<b>bold</b> & more",
    "10",
    "%s {0}",
)


def members(seed: int, number: int = MEMBERS) -> list[Member | None]:
    """Random members; the company's own page, of no member, among them."""
    random_ = random.Random(seed)

    def text() -> str:
        return random_.choice(_TEXTS)

    def link() -> Link:
        return Link(text(), random_.choice((None, text())), random_.randint(-2, 5))

    found: list[Member | None] = [None] if seed % 4 == 0 else []
    while len(found) < number:
        found.append(
            Member(
                name=text(),
                nick=random_.choice((None, text())),
                bio=random_.choice((None, "", text() * 3)),
                age=random_.choice((None, 0, 7, 42)),
                active=random_.random() < 0.6,
                layout=random_.choice(("a.html", "b.html")),
                tags=tuple(text() for _ in range(random_.choice((0, 0, 1, 2, 3)))),
                links=tuple(link() for _ in range(random_.choice((0, 1, 1, 2, 3)))),
                boss=random_.choice([member for member in found[-5:] if member is not None] or [None]),
            )
        )
    return found


@dataclass
class Tally:
    """What a run found. differences: (seed, member's number, what plain Jinja gave, what stamping gave)."""

    compared: int = 0
    stamped: int = 0
    raised: int = 0
    bundles: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[int, int, Any, Any]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.compared += other.compared
        self.stamped += other.stamped
        self.raised += other.raised
        self.bundles += other.bundles
        self.reasons += other.reasons
        self.differences += other.differences

    def __str__(self) -> str:
        share = 100 * self.stamped / max(1, self.compared - self.raised)
        return (
            f"{self.compared} comparisons of {self.bundles} bundles: {share:.1f} % of the pages stamped, "
            f"{self.raised} errors alike, {len(self.differences)} differences"
        )


def environment(templates: dict[str, str]) -> Environment:
    found = Environment(
        loader=DictLoader(templates),
        undefined=StrictUndefined,
        autoescape=True,
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
    )
    found.globals.update(url=url)
    found.filters["shout"] = shout
    return found


_ADDRESS = re.compile(rb"0x[0-9a-f]{6,}")

SHARED: dict[str, Any] = {
    "site": {"name": "Root & <Leaf>", "langs": ["en", "de"], "year": 2026, "none": None},
    "pages": (Link("Home", "/", 1), Link("About <us>", "/about", 2), Link("Join", None, 3)),
    "number": 3,
}


def outcome(render: Callable[[], bytes]) -> bytes | tuple[str, str]:
    """The bytes, or the error's type and message."""
    try:
        return _ADDRESS.sub(b"0x", render())
    except Exception as error:
        return type(error).__name__, _ADDRESS.sub(b"0x", str(error).encode()).decode()


def run(seed: int, number: int = MEMBERS) -> Tally:
    """Compare one bundle over random members. The press is made by the same rules as a real one's."""
    templates = bundle(seed)
    plain = environment(templates)
    press = Press(
        plain,
        roots={"member": lambda member: member, "boss": lambda member: member and member.boss},
        pure=[url, shout],
    )
    programs = [press.program("page.html", SHARED), press.program("page.html", {**SHARED, "number": 4})]
    tally = Tally(bundles=1)
    for place, member in enumerate(members(seed, number)):
        sheet = press.sheet(member)
        for program, count in zip(programs, (3, 4), strict=True):
            context = {**SHARED, "number": count, "member": member, "boss": member and member.boss}
            expected = outcome(lambda context=context: plain.get_template("page.html").render(context).encode())
            found = outcome(lambda program=program, sheet=sheet: program.stamp(sheet))
            tally.compared += 1
            tally.raised += isinstance(expected, tuple)
            if expected != found:
                tally.differences.append((seed, place, expected, found))
    for program in programs:
        tally.stamped += program.figures.stamps
        if program.reason:
            tally.reasons[program.reason.partition(": ")[2]] += 1
    return tally


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=None, help="first seed; random if left out")
    parser.add_argument("--bundles", type=int, default=None, help="how many seeds, one after another")
    parser.add_argument("--minutes", type=float, default=5.0, help="stop after this time")
    parser.add_argument("--show", action="store_true", help="print the first bundle's templates")
    options = parser.parse_args(arguments)
    first = random.SystemRandom().randrange(10**9) if options.seed is None else options.seed
    print(f"seed {first}", flush=True)
    if options.show:
        for name, source in bundle(first).items():
            print(f"--- {name}\n{source}")
    total, seed, end = Tally(), first, time.monotonic() + 60 * options.minutes
    while time.monotonic() < end and (options.bundles is None or seed < first + options.bundles):
        tally = run(seed)
        for where in tally.differences[:1]:
            print(f"DIFFERENCE at seed {where[0]}, member {where[1]}:\n  plain   {where[2]!r}\n  stamped {where[3]!r}")
        total.add(tally)
        seed += 1
    print(total)
    for reason, number in total.reasons.most_common(12):
        print(f"{number:6} programs plain: {reason}")
    return 1 if total.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
