"""How a page is laid out, measured by ``measures.js`` in the page itself."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

MEASURES = (Path(__file__).parent / "measures.js").read_text(encoding="utf-8")


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
    page.wait_for_load_state("networkidle")


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
