"""How a page is laid out, measured by ``measures.js`` in the page itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

MEASURES = (Path(__file__).parent / "measures.js").read_text(encoding="utf-8")

LARGEST_SHIFT = 0.05
"""Cumulative Layout Shift; 0.1 is what the Web Vitals call good."""

_WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const each of list.getEntries())
    if (!each.hadRecentInput)
      window.shifts.push([each.value, each.sources.map((source) => source.node?.outerHTML?.slice(0, 90))]);
}).observe({ type: "layout-shift", buffered: true });
"""


def measure_shifts(page: Page, address: str) -> list[list[Any]]:
    """Loads a page, scrolls to its end, and returns what moved: for each movement its share of the Cumulative Layout
    Shift and the beginnings of the elements that moved."""
    page.add_init_script(_WATCH_SHIFTS)
    page.goto(address)
    to_the_end(page)
    found: list[list[Any]] = page.evaluate("window.shifts")
    return found


def to_the_end(page: Page) -> None:
    """Scrolls down so that everything that waits to be seen is loaded."""
    page.evaluate(
        """async () => {
          for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
            scrollTo({ top: y, behavior: "instant" });
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)));
          }
        }"""
    )
    page.wait_for_function(
        "() => [...document.images].every((image) => image.complete || !image.getClientRects().length)"
    )


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways, or hangs out of it unseen."""
    return measured(page, "tooWide()")


def small_targets(page: Page, least: int) -> list[str]:
    """What can be tapped and is smaller than ``least`` px both ways; links within a sentence aside (WCAG 2.5.8)."""
    return measured(page, f"smallTargets({least})")


def measured(page: Page, call: str) -> list[str]:
    """What a measure of ``measures.js`` finds wrong."""
    found: list[str] = page.evaluate(f"() => {{ {MEASURES}\nreturn {call}; }}")
    return found
