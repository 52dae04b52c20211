"""Which links of rendered pages lead nowhere."""

from __future__ import annotations

from html.parser import HTMLParser

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
    ("html", "found", "ids"),
    [
        ('<a href="/a">', ["/a"], []),
        ("<a href='/a' >", ["/a"], []),
        ("<a href=/a>", ["/a"], []),
        ("<a href=/a/>", ["/a/"], []),
        ('<A HREF = "/a" ID="x">', ["/a"], ["x"]),
        ('<a\n  class="b"\n  href="/a?b&amp;c&#x3D;1"\n>', ["/a?b&c=1"], []),
        ('<a href="">', [""], []),
        ("<a href>", [], []),
        ('<a title="x > y href=/no" href="/a">', ["/a"], []),
        ("<a title='id=\"no\"' data-href=/no href=/a>", ["/a"], []),
        ('<img src="/s" srcset="/a 1x, /b 2x,"/>', ["/s", "/a", "/b"], []),
        ('<!-- <a href="/no"> --><a href="/a">', ["/a"], []),
        ('<!-- <a href="/no">', [], []),
        ('<script src="/s">"<a href=/no>"</script><a href="/a">', ["/s", "/a"], []),
        ("<style>a::after { content: '<a href=/no>' }</STYLE><a href=/a>", ["/a"], []),
        ("<style>a { b: '<a href=/no>'", [], []),
        ("1 < 2 <a href=/a> 3 > 2", ["/a"], []),
        ('</a href="/no"><!doctype html><b id="x"><i id="x">', [], ["x", "x"]),
        ('<form action="/f"><video poster="/p"><svg><use href="#i"/></svg>', ["/f", "/p", "#i"], []),
        ('<a href="/no', [], []),
    ],
)
def test_links_and_ids_of_tags_however_they_are_written(html: str, found: list[str], ids: list[str]) -> None:
    page = links.read(html.encode())
    assert (page.links, list(page.anchors.elements())) == (found, ids)
    peer = _Peer()
    peer.feed(html)
    assert (page.links, list(page.anchors.elements())) == (peer.links, peer.ids)


class _Peer(HTMLParser):
    """Finds the same with Python's own parser, which takes three times as long."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is not None and name == "srcset":
                self.links += [each.split()[0] for each in value.split(",") if each.strip()]
            elif value is not None and name == "id":
                self.ids.append(value)
            elif value is not None and name in {"href", "src", "action", "poster"}:
                self.links.append(value)


def test_a_page_that_never_ends_a_tag_takes_no_longer_than_others() -> None:
    for never in (b"<a href='", b"<a ", b"<a href='x' ", b"<!-- "):
        assert not links.read(never * 20_001).links


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
