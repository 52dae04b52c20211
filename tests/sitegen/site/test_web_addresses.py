"""The address of a company's site: one form, and nothing that a browser would read otherwise."""

from __future__ import annotations

import pytest

from sitegen.site.web_addresses import web_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://example.com", "https://example.com"),
        ("https://example.com/", "https://example.com"),
        ("https://example.com/shops/", "https://example.com/shops"),
        ("https://example.com/a-b/v1.2", "https://example.com/a-b/v1.2"),
        ("HTTPS://Example.COM:8443/Shops", "https://example.com:8443/Shops"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://my_shop.example", "https://my_shop.example"),
    ],
)
def test_the_form_of_an_address(typed: str, address: str) -> None:
    assert web_address(typed) == address
    assert web_address(address) == address


@pytest.mark.parametrize(
    "typed",
    [
        *("example.com", "ftp://example.com", "https://", "https:///x", "https://example.com?a=b", "https://e.com/#a"),
        *("https://ana:secret@example.com", "https://ana@example.com", "https://example.com:99999", "https://[::1"),
        *("https://example.com//shops", "https://example.com/a/../b", "https://example.com/./a", "https://a b.example"),
        *("https://example.com/my shop", "https://example.com/läden", "https://example.com/a%20b", "https://.example"),
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(ValueError, match=r"address|IPv6"):
        web_address(typed)
