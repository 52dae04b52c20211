"""Measures two things in turn, several times, and puts the figures into rows of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Pairs:
    """Figures of Espalier (``ours``) and of what it is compared with (``theirs``): a pair for each turn.

    The figures are seconds, or requests a second.
    """

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    def faster(self) -> Spread:
        """Returns how many times as fast Espalier was: ``theirs`` divided by ``ours``, pair by pair."""
        return Spread(tuple(b / a for a, b in zip(self.ours, self.theirs, strict=True)))

    def share(self) -> Spread:
        """Returns Espalier's figure as a share of the other: ``ours`` divided by ``theirs``, pair by pair."""
        return Spread(tuple(a / b for a, b in zip(self.ours, self.theirs, strict=True)))


@dataclass(frozen=True, slots=True)
class Spread:
    """The values of one thing that was measured several times."""

    values: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median of the values."""
        return median(self.values)

    @property
    def low(self) -> float:
        """The least of the values."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The greatest of the values."""
        return max(self.values)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of results. ``met``: whether the bar was reached; None if it was not measured."""

    name: str
    """The benchmark's name, as in ``--only``."""
    what: str
    ours: str
    theirs: str
    result: str
    """The ratio or growth, with the range of its values."""
    bar: str
    met: bool | None
    figures: dict[str, object] = field(default_factory=dict)
    """The figures of this line and some more, as numbers, for ``--json``."""


def in_turn(turns: int, ours: Callable[[], float], theirs: Callable[[], float]) -> Pairs:
    """Measures both, one after the other, ``turns`` times, and returns the pairs."""
    pairs = [(ours(), theirs()) for _ in range(turns)]
    return Pairs(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def times(spread: Spread) -> str:
    """Writes ratios as ``12.3x (11.9-12.8)``: the median, the least and the greatest."""
    return f"{spread.middle:.3g}x ({spread.low:.3g}-{spread.high:.3g})"


def percent(spread: Spread) -> str:
    """Writes shares as ``12.0 % (11.0 %-13.0 %)``: the median, the least and the greatest."""
    return f"{spread.middle:.1%} ({spread.low:.1%}-{spread.high:.1%})".replace("%", " %")


def seconds(values: tuple[float, ...]) -> str:
    """Writes seconds as ``1.23 s (1.20-1.31)``: the median, the least and the greatest."""
    spread = Spread(values)
    return f"{spread.middle:.2f} s ({spread.low:.2f}-{spread.high:.2f})"


def micros(values: tuple[float, ...]) -> str:
    """Writes values in seconds as ``45.6 µs (44.9-47.0)``: the median, the least and the greatest."""
    spread = Spread(values)
    return f"{spread.middle * 1e6:.1f} µs ({spread.low * 1e6:.1f}-{spread.high * 1e6:.1f})"
