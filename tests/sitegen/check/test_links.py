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


@pytest.mark.parametrize(
    ("link", "reaches"),
    [
        ("mailto:ana@example.com", True),
        ("tel:+34600111222", True),
        ("mailto:", False),
        ("mailto:None", False),
        ("mailto:?subject=Hello", False),
        ("tel:None", False),
    ],
)
def test_a_link_to_somebody_without_an_address_or_telephone(link: str, reaches: bool) -> None:
    pages = {ROOT: links.read(f'<a href="{link}">'.encode())}
    assert list(links.broken(pages, set(), ROOT, set())) == ([] if reaches else [(ROOT, link)])


@pytest.mark.parametrize(
    ("link", "reaches"),
    [
        *(("htp://else.example", False), ("Page:faq", False), ("javascript:alert(1)", False), ("C:/x.jpg", False)),
        *(("http:/else.example", False), ("http://", False), ("http://el se.example/", False), ("http://[x", False)),
        *(("https://else.example:99999/", False), ("https://else.example:8443/a b", True), ("sms:+346001", True)),
        *(("whatsapp://send?text=a", True), ("HTTPS://else.example", True), ("//else.example/x", True)),
    ],
)
def test_addresses_that_no_browser_follows(link: str, reaches: bool) -> None:
    pages = {ROOT: links.read(f'<a href="{link}">a</a>'.encode())}
    assert list(links.broken(pages, set(), ROOT, set())) == ([] if reaches else [(ROOT, link)])
