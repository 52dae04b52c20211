"""A browser window that remembers every request it made and every complaint of the browser."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page

PHONE = (390, 844)
TABLET = (820, 1180)
DESK = (1440, 900)

# What the policy forbids is told to the page as well as to the console; the page's own list is complete.
_REMEMBER_VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Window:
    """One page in a context of its own."""

    page: Page
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, kind of resource and address of each request."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, and exceptions of scripts."""

    def posts(self) -> list[str]:
        """The kinds of resource that were asked for by POST: ``document`` for a form, ``fetch`` for a script."""
        return [kind for method, kind, _ in self.requests if method == "POST"]

    def violations(self) -> list[str]:
        """What the page's Content-Security-Policy stopped. Needs JavaScript."""
        found: list[str] = self.page.evaluate("window.violations")
        return found


def window(
    browser: Browser,
    *,
    size: tuple[int, int] = PHONE,
    touch: bool = True,
    javascript: bool = True,
    scheme: str = "light",
) -> Window:
    """Opens a window of a size in CSS pixels; ``touch``: held in a hand."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        has_touch=touch,
        is_mobile=touch,
        java_script_enabled=javascript,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    context.add_init_script(_REMEMBER_VIOLATIONS)
    opened = Window(context.new_page())

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            opened.complaints.append(f"{message.type}: {message.text}")

    opened.page.on("request", lambda each: opened.requests.append((each.method, each.resource_type, each.url)))
    opened.page.on("console", listen)
    opened.page.on("pageerror", lambda error: opened.complaints.append(f"exception: {error}"))
    return opened
