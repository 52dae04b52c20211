"""Pairs measured in turn, and whether they reach what they must."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Pairs:
    """Seconds (or another measure) of ours and of theirs, a pair for each turn."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    def faster(self) -> Spread:
        """How many times as fast ours is: theirs by ours, pair by pair."""
        return Spread(tuple(b / a for a, b in zip(self.ours, self.theirs, strict=True)))

    def share(self) -> Spread:
        """What share of theirs ours takes: ours by theirs, pair by pair."""
        return Spread(tuple(a / b for a, b in zip(self.ours, self.theirs, strict=True)))


@dataclass(frozen=True, slots=True)
class Spread:
    """Values of the same thing measured several times."""

    values: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def low(self) -> float:
        """The least."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The greatest."""
        return max(self.values)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``met`` None: there is no bar, or it was not measured."""

    name: str
    """What ``--only`` calls it."""
    what: str
    ours: str
    theirs: str
    result: str
    """The ratio or growth, with its range."""
    bar: str
    met: bool | None
    figures: dict[str, object] = field(default_factory=dict)
    """The same and more, as numbers."""


def in_turn(turns: int, ours: Callable[[], float], theirs: Callable[[], float]) -> Pairs:
    """Measures both, one after the other, so many times."""
    pairs = [(ours(), theirs()) for _ in range(turns)]
    return Pairs(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def times(spread: Spread) -> str:
    """``12.3x (11.9-12.8)``."""
    return f"{spread.middle:.3g}x ({spread.low:.3g}-{spread.high:.3g})"


def percent(spread: Spread) -> str:
    """``12 % (11-13)``."""
    return f"{spread.middle:.1%} ({spread.low:.1%}-{spread.high:.1%})".replace("%", " %")


def seconds(values: tuple[float, ...]) -> str:
    """``1.23 s (1.20-1.31)``."""
    spread = Spread(values)
    return f"{spread.middle:.2f} s ({spread.low:.2f}-{spread.high:.2f})"


def micros(values: tuple[float, ...]) -> str:
    """The same in µs, of values in seconds."""
    spread = Spread(values)
    return f"{spread.middle * 1e6:.1f} µs ({spread.low * 1e6:.1f}-{spread.high * 1e6:.1f})"
