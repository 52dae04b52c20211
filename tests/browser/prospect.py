"""What a prospect does in a window: fills in the form, sends it, goes on, and finds the way by keyboard."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import Page, expect

from capture.limits import human_proof


def new_address() -> str:
    """An e-mail address that nobody has used before."""
    return f"pat-{uuid.uuid4().hex[:12]}@example.com"


def fill(page: Page, email: str, *, name: str = "Pat O’Neill", interest: str = "both", consent: bool = True) -> None:
    """Types into the form as a person does who taps on labels."""
    form = page.locator("form[method=post]")
    form.locator("[name=email]").fill(email)
    form.locator("[name=first_name]").fill(name)
    form.locator(f"label:has([name=interest][value={interest}])").click()
    if consent:
        form.locator("label:has([name=consent])").click(position={"x": 10, "y": 10})
        expect(form.locator("[name=consent]")).to_be_checked()
    expect(form.locator(f"[name=interest][value={interest}]")).to_be_checked()


def send(page: Page) -> None:
    page.locator("form[method=post] [type=submit]").click()


def go_on(page: Page, javascript: bool) -> None:
    """Where no script runs, the page between has one more button, which wants to be read before it is pressed."""
    if javascript:
        return
    expect(page.locator("h1")).to_have_text(re.compile("One more step|Un paso más"))
    page.wait_for_timeout(human_proof.QUICKEST.total_seconds() * 1000)
    send(page)


def press_tab(page: Page) -> None:
    """On to the next stop, which must show that it is the one."""
    page.keyboard.press("Tab")
    shown = page.evaluate(
        """() => {
          const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
          const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
          const inSight = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
          return inSight && (outline || style.boxShadow !== "none");
        }"""
    )
    where = page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
    assert shown, f"the focus cannot be seen on {where}"


def press(page: Page, selector: str) -> None:
    """Goes to the element by the Tab key and presses Enter."""
    stops = 0
    while not page.evaluate("selector => document.activeElement.matches(selector)", selector):
        press_tab(page)
        stops += 1
        assert stops < 20, f"{selector} cannot be reached"
    page.keyboard.press("Enter")
