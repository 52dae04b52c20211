"""What axe-core finds in a page."""

from __future__ import annotations

from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Every rule that axe-core runs by default, its best practices included. Sizes of targets are measured elsewhere: its
# own rule counts what lies below a bar that stays in place as too small. It waits in vain for frames without scripts.
OPTIONS: dict[str, object] = {"resultTypes": ["violations"], "iframes": False}

COLOURS: dict[str, object] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The schemes differ in colours alone, so that all other rules find the same in the second as in the first."""

# A letter is no page: it needs no landmarks and no heading of the first level.
LETTER = {**OPTIONS, "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def violations(
    page: Page, options: dict[str, object] = OPTIONS, schemes: tuple[str, ...] = ("light", "dark")
) -> list[str]:
    """What axe finds in each colour scheme, a line each."""
    found = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    for number, scheme in enumerate(schemes):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        # All else that it tells is ten times as long, and would cross over from the browser in vain.
        for violation in page.evaluate(
            "options => axe.run(options).then(found => found.violations)", options | COLOURS if number else options
        ):
            for node in violation["nodes"]:
                summary = " ".join(node["failureSummary"].split())
                found.append(f"{scheme}: {violation['id']} at {node['target']}: {summary}")
    return found


@cache
def _axe() -> str:
    """The program: half a megabyte, which each document gets once."""
    script: str = Axe().axe_script
    return script
