"""The line of a page on which a link stands that was found on the rendered page."""

from __future__ import annotations

from pathlib import Path

import pytest

from sitegen.check.places import line_of_link


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("[x](faq.md)", "faq.md"),
        ('[x](faq.md "title")', "faq.md"),
        ("[x](<my faq.md>)", "my faq.md"),
        ("[x][q]\n[q]: faq.md", "faq.md"),
        ('<a href="faq.md">x</a>', "faq.md"),
        ("[x](#nope)", "#nope"),
        ("[x](page:faq#nope)", "faq/#nope"),
        ("[x](page:faq#añil)", "faq/#a%C3%B1il"),
        ("[x](a?b=1&c=2)", "a?b=1&c=2"),
    ],
)
def test_lines(written: str, link: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"---\ntitle: faq.md\n---\nfaq and nope\n\n{written}\n", encoding="utf-8")
    assert line_of_link(page, link) == 6 + written.count("\n")
    assert line_of_link(page, "elsewhere.md") is None
