"""On paper: the text and the person, without form, bars or menus."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import pytest

from tests.browser.company import EVERYTHING
from tests.browser.live import Website
from tests.browser.windows import DESK, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-sites")]


@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("key", ["products/first-frost", "opportunity"])
def test_a_printed_page(
    key: str, scheme: str, theme: str, themed: Callable[[str], Website], open_window: Callable[..., Window]
) -> None:
    site = themed(theme)
    slug = EVERYTHING["en"]
    page = open_window(size=DESK, touch=False, scheme=scheme).page
    page.goto(site.address(slug, key, "en"))
    page.emulate_media(media="print", color_scheme="dark" if scheme == "dark" else "light")
    for unwanted in ("form", ".bar", ".skip", "[popovertarget]", "nav.languages", "[type=submit]"):
        assert page.locator(unwanted).locator("visible=true").count() == 0, f"{unwanted} is printed"
    text = page.locator("body").inner_text()
    title = site.site.page(key, "en").front.title  # type: ignore[union-attr]
    assert title.lower() in text.lower()
    member = site.members[slug]
    assert member["name"] in text and member["email"] in text
    main = page.locator("main").inner_text()
    assert len(main) > 600
    if key == "opportunity":
        assert page.locator("main table").first.is_visible()
    paper = page.evaluate(
        """() => {
          const luminance = (colour) => {
            const context = new OffscreenCanvas(1, 1).getContext("2d");
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
            const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
            return alpha === 0 ? 255 : 0.2126 * red + 0.7152 * green + 0.0722 * blue;
          };
          const of = (selector) => getComputedStyle(document.querySelector(selector));
          return [of("body").backgroundColor, of("main p").color, of("h1").color].map(luminance);
        }"""
    )
    background, ink, heading = paper
    assert background > 240 and ink < 90 and heading < 130, f"{scheme} is printed in {paper}"
    sheets = page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 8
    assert drawn_text(sheets) > 20


def drawn_text(pdf: bytes) -> int:
    """How often a PDF draws text."""
    count = 0
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            continue
        count += len(re.findall(rb"\bT[jJ]\b", content))
    return count
