"""The fuzzer finds nothing; and it does find what a broken rule does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

from sitegen.stamping.open_regions import OpenRegions
from sitegen.stamping.tracer import Tracer
from tests.stamping.fuzz import Tally, run

QUICK, SLOW = range(40, 70), range(70)
"""Seeds of bundles of templates."""


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(SLOW, marks=pytest.mark.slow)], ids=["quick", "slow"])
def test_stamped_pages_are_plain_jinjas(seeds: range) -> None:
    total = Tally()
    with ProcessPoolExecutor(2) as pool:
        for tally in pool.map(run, seeds):
            total.add(tally)
    print(f"\n{total}")
    assert total.differences == []
    assert total.compared >= 430 * len(seeds)
    assert total.stamped >= 0.8 * (total.compared - total.raised), "a fuzzer that falls back proves little"


def _truth_unasked(patch: pytest.MonkeyPatch) -> None:
    def truth(self: Tracer, value: object) -> bool:
        return bool(self.value(self.table.call(bool, (self.lift(value),))))

    patch.setattr(Tracer, "truth", truth)


def _effects_unseen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OpenRegions, "dissolve_since", lambda self, created: None)


BROKEN: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], int]] = {
    "a question is answered but not written down": (_truth_unasked, 2),
    "a region hides an effect": (_effects_unseen, 85),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking, seed = BROKEN[rule]
    assert run(seed).differences == []
    breaking(monkeypatch)
    assert run(seed).differences, "if the grammar has changed, choose a seed that shows it"
