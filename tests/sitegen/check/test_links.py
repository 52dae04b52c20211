"""Which links of rendered pages lead nowhere."""

from __future__ import annotations

import pytest

from sitegen.check import links

ROOT = "https://fern.example/"
PAGES = {ROOT: b'<a id="top"></a>', f"{ROOT}faq/": b'<h2 id="costs"></h2>'}


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("/faq/", True),
        ("/faq/?c=radio7", True),
        ("/faq/?c=radio7#costs", True),
        ("/faq/?c=radio7#gone", False),
        ("/gone/?c=radio7", False),
        ("/?c=radio7", True),
        ("/card.vcf?x", True),
        ("https://else.example/gone", True),
    ],
)
def test_a_query_makes_no_difference(link: str, leads: bool) -> None:
    pages = {address: links.read(html) for address, html in PAGES.items()}
    pages[ROOT].links.append(link)
    found = list(links.broken(pages, {f"{ROOT}card.vcf"}, ROOT, set()))
    assert found == ([] if leads else [(ROOT, link)])
